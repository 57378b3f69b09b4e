import {
  type FieldKind,
  TEMPLATE_FIELDS,
  type TemplateField,
} from '../../config/webhooks/template-fields.js';
import type {
  Alternative,
  Template,
  TemplateEach,
  TemplateNode,
  TemplatePair,
  TemplateRequest,
  TemplateText,
} from '../../config/webhooks/template.js';
import type { Outgoing } from '../sender.js';
import { type FieldValue, fieldOf, itemField, itemsOf, type ParsedEvent } from './event-fields.js';
import { timeText } from './time-text.js';

/**
 * Makes the request of an event by a template.
 *
 * Guarantees: the same event gives the same request; whatever the event holds, a value cannot leave its place: a segment of the
 * path, a value of the query or form, a text of the JSON body; and scheme, host and port remain those of `url`. A query, form or
 * JSON field that is nothing but a placeholder without a value is left out; within a longer text, the placeholder is nothing.
 * @returns null where no request of the template fits the event
 */
export function render(template: Template, url: string, event: ParsedEvent): Omit<Outgoing, 'id'> | null {
  const request = template.requests.find((one) => fits(one, event));
  return request === undefined ? null : new Rendering(template, event).request(request, url);
}

function fits({ types, when, needs }: TemplateRequest, event: ParsedEvent): boolean {
  if (types !== null && !types.has(event.type)) return false;
  for (const [field, values] of when) if (!values.has(String(fieldOf(event, field)))) return false;
  return needs.every((field) => fieldOf(event, field) !== null);
}

class Rendering {
  readonly #template: Template;
  readonly #event: ParsedEvent;

  constructor(template: Template, event: ParsedEvent) {
    this.#template = template;
    this.#event = event;
  }

  request({ method, path, query, body }: TemplateRequest, url: string): Omit<Outgoing, 'id'> {
    const base = new URL(url);
    const below = path === null ? '' : withoutDots(this.#text(path, undefined, percentEncoded));
    const pathname = path === null ? base.pathname : base.pathname.replace(/\/$/, '') + below;
    const search = [base.search.replace(/^\?/, ''), ...this.#pairs(query, queryName, percentEncoded)].filter(
      (part) => part !== '',
    );
    return {
      method,
      url: `${base.origin}${pathname}${search.length === 0 ? '' : `?${search.join('&')}`}`,
      headers: new Map(body === null ? [] : [['content-type', CONTENT_TYPES[body.kind]]]),
      body:
        body === null
          ? ''
          : body.kind === 'form'
            ? this.#pairs(body.fields, formText, formText).join('&')
            : JSON.stringify(this.#node(body.value, undefined) ?? null),
    };
  }

  #pairs(
    pairs: readonly TemplatePair[],
    name: (text: string) => string,
    value: (text: string) => string,
  ): readonly string[] {
    return pairs.flatMap((pair) =>
      (pair.value.kind === 'each'
        ? this.#each(pair.value, (text, item) => this.#value(text, item))
        : [this.#value(pair.value, undefined)]
      )
        .filter((one) => one !== undefined)
        .map((one) => `${name(pair.name)}=${value(String(one))}`),
    );
  }

  #each<Of, Made>(
    { list, where, value }: TemplateEach<Of>,
    make: (value: Of, item: unknown) => Made,
  ): Made[] {
    return itemsOf(this.#event, list)
      .filter((item) => [...where].every(([field, values]) => values.has(String(itemField(item, field)))))
      .map((item) => make(value, item));
  }

  /** Undefined: left out. */
  #node(node: TemplateNode, item: unknown): unknown {
    switch (node.kind) {
      case 'text':
        return this.#value(node, item);
      case 'constant':
        return node.value;
      case 'each':
        return this.#each(node, (inner, one) => this.#node(inner, one)).filter((one) => one !== undefined);
      case 'list':
        return node.items.map((one) => this.#node(one, item)).filter((one) => one !== undefined);
      case 'object':
        return Object.fromEntries(
          node.fields
            .map(([name, value]) => [name, this.#node(value, item)])
            .filter(([, value]) => value !== undefined),
        );
    }
  }

  /** What a text comes to; a number or truth value where it is nothing but one. */
  #value(text: TemplateText, item: unknown): string | number | boolean | undefined {
    const [only, second] = text.parts;
    if (only?.kind === 'placeholder' && second === undefined)
      return this.#first(only.alternatives, item) ?? undefined;
    return this.#text(text, item, (value) => value);
  }

  #text({ parts }: TemplateText, item: unknown, escape: (value: string) => string): string {
    return parts
      .map((part) =>
        part.kind === 'literal' ? part.text : escape(String(this.#first(part.alternatives, item) ?? '')),
      )
      .join('');
  }

  #first(alternatives: readonly Alternative[], item: unknown): FieldValue {
    for (const alternative of alternatives) {
      const value = this.#alternative(alternative, item);
      if (value !== null) return value;
    }
    return null;
  }

  #alternative(alternative: Alternative, item: unknown): FieldValue {
    switch (alternative.kind) {
      case 'literal':
        return alternative.text;
      case 'value':
        return this.#template.values.get(alternative.name)?.reveal() ?? null;
      case 'item':
        return this.#written(itemField(item, alternative.field), alternative.is, alternative.unit);
      case 'field':
        return this.#field(alternative.field, alternative.unit);
    }
  }

  #field(field: TemplateField, unit: 'seconds' | null): FieldValue {
    const value = fieldOf(this.#event, field);
    const kind = TEMPLATE_FIELDS[field];
    if (value === null || unit !== null || kind.endsWith('time')) return this.#written(value, kind, unit);
    return this.#template.words.get(field)?.get(String(value)) ?? value;
  }

  #written(value: FieldValue, kind: FieldKind, unit: 'seconds' | null): FieldValue {
    const { time, timeZone } = this.#template;
    if (typeof value === 'string' && kind.endsWith('time')) return timeText(value, time, timeZone);
    return typeof value === 'number' && unit === 'seconds' ? Math.round(value / 1_000) : value;
  }
}

const CONTENT_TYPES = { form: 'application/x-www-form-urlencoded', json: 'application/json' } as const;

/** A segment of dots alone, also encoded ones, is another path for every client: it is encoded twice. */
function withoutDots(path: string): string {
  return path.replace(/(?<=\/)(?:\.|%2e){1,2}(?=\/|$)/gi, (dots) =>
    '%252E'.repeat(dots.replaceAll(/%2e/gi, '.').length),
  );
}

/** Half of a surrogate pair, as in a name that was cut, has no encoding. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** PHP's `name[]` remains readable, as its pages write it. */
function queryName(text: string): string {
  return percentEncoded(text).replaceAll('%5B', '[').replaceAll('%5D', ']');
}

function formText(text: string): string {
  return percentEncoded(text).replaceAll('%20', '+');
}
