import { z } from 'zod';
import { EVENT_SCHEMAS } from '../../schema/event-schemas.js';
import { shippedTemplate } from './shipped-templates.js';
import { LIST_FIELDS, TEMPLATE_FIELDS } from './template-fields.js';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** The fields and lists of all events, as their schemas have them. */
class Walk {
  readonly fields = new Map<string, string>();
  readonly lists = new Map<string, Record<string, string>>();
  readonly #defs: Readonly<Record<string, Schema>>;

  constructor({ $defs = {} }: Schema) {
    this.#defs = $defs;
  }

  object({ properties = {} }: Schema, below: string, without: readonly string[] = []): this {
    for (const [name, schema] of Object.entries(properties))
      if (!without.includes(name)) this.#value(schema, below === '' ? name : `${below}.${name}`);
    return this;
  }

  #value(given: Schema, path: string): void {
    const schema = given.$ref === undefined ? given : this.#defs[given.$ref.replace('#/$defs/', '')]!;
    const { anyOf, type, items } = schema;
    if (anyOf !== undefined)
      for (const one of anyOf) this.#value({ description: schema.description ?? '', ...one }, path);
    else if (type === 'object') this.object(schema, path);
    else if (type === 'array') this.#list(items!, path);
    else if (type !== 'null') this.fields.set(path, kindOf(schema, path));
  }

  #list(items: Schema, path: string): void {
    const item = new Walk({ $defs: this.#defs });
    item.#value(items, '');
    item.fields.delete('');
    this.lists.set(path, Object.fromEntries(item.fields));
  }
}

function kindOf({ type, format }: Schema, path: string): string {
  if (format === 'date-time') return 'time';
  if (type === 'integer') return path.endsWith('Ms') ? 'milliseconds' : 'number';
  return type === 'boolean' ? 'boolean' : 'text';
}

const schemas = Object.values(EVENT_SCHEMAS).map((schema) => z.toJSONSchema(schema) as Schema);
const sorted = (of: object) => Object.fromEntries(Object.entries(of).sort(([a], [b]) => (a < b ? -1 : 1)));

describe('the fields that a template may name', () => {
  it('are all that the events have, each as what it is, and the bridge’s own', () => {
    const known: Record<string, string> = {
      ...{ extension: 'text', durationMs: 'milliseconds', queueNames: 'text' },
      // Of `delivery-gap`, which only webhooks have.
      ...{ from: 'text', to: 'text', count: 'number' },
    };
    for (const schema of schemas) {
      for (const [path, kind] of new Walk(schema).object(schema, '', ['data']).fields)
        known[path] = kind === 'time' ? 'event time' : 'event';
      Object.assign(known, Object.fromEntries(new Walk(schema).object(schema.properties!.data!, '').fields));
    }
    expect(sorted(TEMPLATE_FIELDS)).toEqual(sorted(known));
  });

  it('has every list that the events have, with the fields of its items', () => {
    const known: Record<string, object> = {};
    for (const schema of schemas)
      Object.assign(known, Object.fromEntries(new Walk(schema).object(schema.properties!.data!, '').lists));
    expect(sorted(LIST_FIELDS)).toEqual(sorted(known));
  });

  it('are in what the template generic sends, but for those that say nothing more to a flat receiver', () => {
    const named = new Set(
      [...JSON.stringify(shippedTemplate('generic')!.requests).matchAll(/"field":"([^"]+)"/g)].map(
        ([, field]) => field,
      ),
    );
    expect(Object.keys(TEMPLATE_FIELDS).filter((field) => !named.has(field))).toEqual([
      ...['source', 'subject', 'sequence', 'epoch'],
      ...['specversion', 'datacontenttype', 'dataschema', 'traceparent', 'recordedtime'],
      // Numbers in their other forms.
      ...['customer.national', 'hotline.e164', 'hotline.national', 'callback.customer.national'],
      // `queue`, `agent` and `extension` name them.
      ...['queue.id', 'queue.name', 'agent.id', 'agent.username', 'agent.extension'],
      ...['offer.extension', 'offer.extensionId'],
      ...['observed.certainty', 'observed.earliest', 'observed.latest'],
      ...['durationMs', 'observed.precisionMs'],
      ...['baseline', 'stale', 'customer.masked', 'hotline.masked', 'callback.customer.masked'],
    ]);
  });
});
