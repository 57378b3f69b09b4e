import type { JsonSchema } from '../schema/json-schema.js';
import { type Html, html, prose } from './html.js';

/** A table of an object's fields; null for what has none. Named parts are linked to, not repeated. */
export function fieldTable(schema: JsonSchema): Html | null {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return null;
  return html`<div class="wide"><table>
    <thead><tr><th scope="col">Field</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
    <tbody>${fields.map(([name, field]) => {
      const optional = schema.required?.includes(name) === true ? null : html` <small>optional</small>`;
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
  if (schema.format === 'date-time') return html`time`;
  if (type === 'array') return html`list of ${schema.items === undefined ? 'anything' : kind(schema.items)}`;
  return html`${WORDS[type ?? ''] ?? type ?? 'anything'}`;
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  boolean: 'true or false',
};

function joined(options: readonly Html[]): Html {
  return html`${options.map((option, index) => html`${index === 0 ? '' : ' or '}${option}`)}`;
}

function link(ref: string): Html {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return html`<a href="#${anchor(name)}">${name}</a>`;
}

export function anchor(name: string): string {
  return `schema-${name}`;
}
