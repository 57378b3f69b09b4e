import {
  isTemplateField,
  itemFieldsOf,
  type ListField,
  type TemplateField,
  WEBHOOK_EVENT_TYPES,
} from './template-fields.js';
import { EachShape, ownRequest, type RequestRow, type TemplateRow } from './template-shape.js';
import { parseTemplateText, UNKNOWN, valuesIn } from './template-text.js';
import type {
  Template,
  TemplateBody,
  TemplateEach,
  TemplateNode,
  TemplatePair,
  TemplateRequest,
  TemplateText,
  TimeFormat,
} from './template.js';

/** What is wrong, and where below the template. */
export interface TemplateProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Path = TemplateProblem['path'];

/** A template without the values that the configuration fills in, and the names of those that it uses. */
export interface TemplateForm {
  readonly time: TimeFormat;
  readonly words: Template['words'];
  readonly requests: readonly TemplateRequest[];
  readonly values: { readonly used: ReadonlySet<string>; readonly needed: ReadonlySet<string> };
}

/**
 * Reads what a template's texts, fields and types mean.
 *
 * Guarantees: all problems at once, each with its place; a form without problems can be rendered for every event.
 */
export function readTemplateForm(
  row: TemplateRow,
): TemplateForm | { readonly problems: readonly TemplateProblem[] } {
  const reader = new FormReader();
  const form = reader.read(row);
  return reader.problems.length > 0 ? { problems: reader.problems } : form;
}

class FormReader {
  readonly problems: TemplateProblem[] = [];
  readonly #used = new Set<string>();
  readonly #needed = new Set<string>();

  read(row: TemplateRow): TemplateForm {
    const own = ownRequest(row);
    if (own !== null && row.requests !== undefined)
      this.#problem(['requests'], `cannot be there beside ${Object.keys(own).join(', ')}`);
    if (own === null && row.requests === undefined)
      this.#problem([], 'must have requests, or the fields of one');
    const requests =
      row.requests?.map((request, index) => this.#request(request, ['requests', index])) ??
      (own === null ? [] : [this.#request(own, [])]);
    return {
      time: this.#time(row.time),
      words: new Map(
        Object.entries(row.words ?? {}).flatMap(([field, words]) =>
          this.#isField(field, ['words', field]) ? [[field, new Map(Object.entries(words))] as const] : [],
        ),
      ),
      requests,
      values: { used: this.#used, needed: this.#needed },
    };
  }

  #problem(path: Path, message: string): void {
    this.problems.push({ path, message });
  }

  #isField(field: string, path: Path): field is TemplateField {
    if (isTemplateField(field)) return true;
    this.#problem(path, `is ${UNKNOWN}`);
    return false;
  }

  #request(row: RequestRow, at: Path): TemplateRequest {
    for (const [index, type] of (row.types ?? []).entries())
      if (!WEBHOOK_EVENT_TYPES.includes(type))
        this.#problem([...at, 'types', index], `must be one of ${WEBHOOK_EVENT_TYPES.join(', ')}`);
    if (row.form !== undefined && row.body !== undefined)
      this.#problem([...at, 'form'], 'cannot be there beside body');
    const hasBody = row.form !== undefined || row.body !== undefined;
    const method = row.method ?? (hasBody ? 'POST' : 'GET');
    if (method === 'GET' && hasBody)
      this.#problem([...at, 'method'], 'must not be GET with a form or a body');
    return {
      types: row.types === undefined ? null : new Set(row.types),
      when: new Map(
        Object.entries(row.when ?? {}).flatMap(([field, values]) =>
          this.#isField(field, [...at, 'when', field]) ? [[field, new Set(values)] as const] : [],
        ),
      ),
      needs: (row.needs ?? []).flatMap((field, index) =>
        this.#isField(field, [...at, 'needs', index]) ? [field] : [],
      ),
      method,
      path: row.path === undefined ? null : this.#text(row.path, [...at, 'path'], null),
      query: this.#pairs(row.query ?? {}, [...at, 'query']),
      body: this.#body(row, at),
    };
  }

  #body(row: RequestRow, at: Path): TemplateBody | null {
    if (row.form !== undefined) return { kind: 'form', fields: this.#pairs(row.form, [...at, 'form']) };
    return row.body === undefined
      ? null
      : { kind: 'json', value: this.#node(row.body, [...at, 'body'], null) };
  }

  #pairs(fields: Readonly<Record<string, unknown>>, at: Path): readonly TemplatePair[] {
    return Object.entries(fields).map(([name, value]): TemplatePair => {
      const path = [...at, name];
      if (typeof value === 'string') return { name, value: this.#text(value, path, null) };
      if (!isEach(value)) {
        this.#problem(path, 'must be a text, or an object with each and value');
        return { name, value: NOTHING };
      }
      const each = this.#each(value, path, (inner, list) => {
        if (typeof inner === 'string') return this.#text(inner, [...path, 'value'], list);
        this.#problem([...path, 'value'], 'must be a text');
        return NOTHING;
      });
      return { name, value: each ?? NOTHING };
    });
  }

  #node(value: unknown, at: Path, list: ListField | null): TemplateNode {
    if (at.length > MOST_LEVELS) this.#problem(at, 'is nested too deeply');
    else if (typeof value === 'string') return this.#text(value, at, list);
    else if (value === null || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'constant', value };
    else if (Array.isArray(value))
      return { kind: 'list', items: value.map((item, index) => this.#node(item, [...at, index], list)) };
    else if (isEach(value))
      return this.#each(value, at, (inner, of) => this.#node(inner, [...at, 'value'], of)) ?? NOTHING;
    else if (typeof value === 'object')
      return {
        kind: 'object',
        fields: Object.entries(value).map(([name, field]) => [name, this.#node(field, [...at, name], list)]),
      };
    else this.#problem(at, 'must be a text, a number, true, false, null, a list or an object');
    return NOTHING;
  }

  #each<Of>(
    value: object,
    at: Path,
    inner: (value: unknown, list: ListField) => Of,
  ): TemplateEach<Of> | null {
    const parsed = EachShape.safeParse(value);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues) this.#problem([...at, ...(path as Path)], message);
      return null;
    }
    const list = parsed.data.each;
    const known = itemFieldsOf(list);
    const where = Object.entries(parsed.data.where ?? {});
    for (const [field] of where)
      if (!known.has(field))
        this.#problem(
          [...at, 'where', field],
          known.size === 0
            ? `is no field: ${list} has texts`
            : `must be one of ${[...known.keys()].join(', ')}`,
        );
    return {
      kind: 'each',
      list,
      where: new Map(where.map(([field, values]) => [field, new Set(values)])),
      value: inner(parsed.data.value, list),
    };
  }

  #text(text: string, at: Path, list: ListField | null): TemplateText {
    const parsed = parseTemplateText(text, list);
    if ('problem' in parsed) {
      this.#problem(at, parsed.problem);
      return NOTHING;
    }
    for (const { name, isNeeded } of valuesIn(parsed)) {
      this.#used.add(name);
      if (isNeeded) this.#needed.add(name);
    }
    return parsed;
  }

  #time(text: string | undefined): TimeFormat {
    if (text === undefined || text === 'rfc3339') return { kind: 'rfc3339' };
    if (text === 'seconds' || text === 'milliseconds') return { kind: text };
    // A letter that is no field stands for nothing that is known to be meant, but T between date and time.
    if (/yyyy|MM|dd|HH|mm|ss/.test(text) && !/[A-Za-z]/.test(text.replace(/yyyy|MM|dd|HH|mm|ss|SSS|T/g, '')))
      return { kind: 'pattern', pattern: text };
    this.#problem(
      ['time'],
      'must be rfc3339, seconds, milliseconds, or a pattern of yyyy, MM, dd, HH, mm, ss and SSS',
    );
    return { kind: 'rfc3339' };
  }
}

function isEach(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'each' in value;
}

const NOTHING: TemplateText = { kind: 'text', parts: [] };
/** Of a body; deeper ones are mistakes, and reading them would end in a stack overflow. */
const MOST_LEVELS = 20;
