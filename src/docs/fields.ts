import type { JsonSchema } from '../schema/json-schema.js';
import { type Html, html, prose } from './html.js';
import { own, type OwnWord } from './words.js';

/** A table of an object's fields; null for what has none. Named parts are linked to, not repeated. */
export function fieldTable(schema: JsonSchema): Html | null {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return null;
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">${own('field')}</th><th scope="col">${own('value')}</th><th scope="col">${own('meaning')}</th></tr></thead>
    <tbody>${fields.map(([name, field]) => {
      const optional =
        schema.required?.includes(name) === true ? null : html` <small>${own('optional')}</small>`;
      return html`<tr><th scope="row"><code>${name}</code>${optional}</th><td>${kind(field)}</td><td>${prose(field.description ?? '')}</td></tr>
`;
    })}</tbody>
  </table></div>`;
}

/** The sentence that a schema's values are described in: `text or null`, `list of Extension`. */
function kind(schema: JsonSchema & { readonly allOf?: readonly JsonSchema[] }): Html {
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if ($ref !== undefined) return link($ref);
  const options = anyOf ?? oneOf ?? allOf;
  if (options !== undefined) return joined(options.map(kind));
  if (Array.isArray(type)) return joined((type as string[]).map((one) => kind({ ...schema, type: one })));
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined)
    return joined(schema.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
  if (schema.format === 'date-time') return own('time');
  if (type === 'array')
    return html`${own('listOf')} ${schema.items === undefined ? own('anything') : kind(schema.items)}`;
  const word = WORDS[type ?? 'anything'];
  return word === undefined ? html`${type ?? null}` : own(word);
}

const WORDS: Readonly<Record<string, OwnWord>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'trueOrFalse',
  anything: 'anything',
};

function joined(options: readonly Html[]): Html {
  return html`${options.map((option, index) => html`${index > 0 && html` ${own('or')} `}${option}`)}`;
}

function link(ref: string): Html {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return html`<a href="#${anchor(name)}">${name}</a>`;
}

export function anchor(name: string): string {
  return `schema-${name}`;
}
