import {
  type FieldKind,
  isTemplateField,
  itemFieldsOf,
  type ListField,
  TEMPLATE_FIELDS,
} from './template-fields.js';
import type { Alternative, TemplatePart, TemplateText } from './template.js';

/**
 * Reads a text with placeholders: `Missed: {customer.national|customer.raw|'hidden'}, {waitMs:seconds} s`.
 *
 * A placeholder holds one or more alternatives, of which the first that has a value counts: a field of `template-fields.ts`
 * (`:seconds` after one in milliseconds), `$name` for a value of the configuration, `item.name` within a repetition, or `item`
 * within one over texts, or a text in single quotes. Braces that are no placeholder are doubled: `{{`, `}}`.
 *
 * @param list what the text is repeated over, or null
 * @returns the text, or what is wrong with it, which repeats nothing of it but names of fields
 */
export function parseTemplateText(
  text: string,
  list: ListField | null,
): TemplateText | { readonly problem: string } {
  const parts: TemplatePart[] = [];
  let literal = '';
  const rest = /\{\{|\}\}|\{((?:[^{}']|'[^']*')*)\}|([{}])|[^{}]+/gy;
  for (const [token, inner, stray] of text.matchAll(rest)) {
    if (stray !== undefined)
      return { problem: 'has a brace that closes or opens no placeholder: write {{ or }} for one' };
    if (inner === undefined) {
      literal += token === '{{' ? '{' : token === '}}' ? '}' : token;
      continue;
    }
    const alternatives = alternativesOf(inner, list);
    if ('problem' in alternatives) return alternatives;
    if (literal !== '') parts.push({ kind: 'literal', text: literal });
    literal = '';
    parts.push({ kind: 'placeholder', alternatives: alternatives.list });
  }
  if (literal !== '') parts.push({ kind: 'literal', text: literal });
  return { kind: 'text', parts };
}

/** The names of the configuration's values that a text needs: without an alternative after them. */
export function valuesIn({
  parts,
}: TemplateText): readonly { readonly name: string; readonly isNeeded: boolean }[] {
  return parts.flatMap((part) =>
    part.kind === 'literal'
      ? []
      : part.alternatives.flatMap((one, index) =>
          one.kind === 'value' ? [{ name: one.name, isNeeded: index === part.alternatives.length - 1 }] : [],
        ),
  );
}

function alternativesOf(
  inner: string,
  list: ListField | null,
): { readonly list: readonly Alternative[] } | { readonly problem: string } {
  const found: Alternative[] = [];
  for (const text of splitAtBars(inner)) {
    const quoted = /^'([^']*)'$/.exec(text)?.[1];
    const alternative =
      quoted === undefined ? alternativeOf(text, list) : { kind: 'literal' as const, text: quoted };
    if (typeof alternative === 'string') return { problem: alternative };
    found.push(alternative);
  }
  return { list: found };
}

/** At those outside of quotes. */
function splitAtBars(inner: string): readonly string[] {
  const texts = [''];
  let isQuoted = false;
  for (const character of inner) {
    if (character === "'") isQuoted = !isQuoted;
    if (character === '|' && !isQuoted) texts.push('');
    else texts[texts.length - 1] += character;
  }
  return texts.map((text) => text.trim());
}

function alternativeOf(text: string, list: ListField | null): Alternative | string {
  const value = /^\$([A-Za-z]\w{0,62})$/.exec(text)?.[1];
  if (value !== undefined) return { kind: 'value', name: value };
  const [name = '', unit, ...more] = text.split(':');
  const item = /^item(?:\.([\w.]+))?$/.exec(name);
  if (item !== null && more.length === 0) return itemOf(item[1] ?? null, unit, list);
  if (!isTemplateField(name) || more.length > 0) return `has a placeholder with ${UNKNOWN}`;
  const read = unitOf(unit, TEMPLATE_FIELDS[name]);
  return 'problem' in read ? read.problem : { kind: 'field', field: name, ...read };
}

function itemOf(
  field: string | null,
  unit: string | undefined,
  list: ListField | null,
): Alternative | string {
  if (list === null) return 'has item outside of a repetition';
  const known = itemFieldsOf(list);
  const is = field === null ? (known.size === 0 ? 'text' : undefined) : known.get(field);
  if (is === undefined)
    return known.size === 0
      ? `has item. with a name: ${list} has texts, which are {item}`
      : `has item. with an unknown name; ${list} has ${[...known.keys()].join(', ')}`;
  const read = unitOf(unit, is);
  return 'problem' in read ? read.problem : { kind: 'item', field, is, ...read };
}

function unitOf(
  unit: string | undefined,
  kind: FieldKind,
): { readonly unit: 'seconds' | null } | { readonly problem: string } {
  if (unit === undefined) return { unit: null };
  return unit === 'seconds' && kind === 'milliseconds'
    ? { unit }
    : { problem: 'has a placeholder with a unit: only :seconds, after a field in milliseconds' };
}

/** What follows "has a placeholder with" and the like. */
export const UNKNOWN = `an unknown field; there are ${Object.keys(TEMPLATE_FIELDS).join(', ')}`;
