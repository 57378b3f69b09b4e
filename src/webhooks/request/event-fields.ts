import {
  type ListField,
  TEMPLATE_FIELDS,
  type TemplateField,
} from '../../config/webhooks/template-fields.js';

/** An event as JSON gives it. Nothing is presumed of it: another client of the store may have written it. */
export interface ParsedEvent {
  readonly id: string;
  readonly type: string;
  readonly time?: unknown;
  readonly data: unknown;
}

/** A field's value as the contract has it; null where the event has none, also for an empty text. */
export type FieldValue = string | number | boolean | null;

export function fieldOf(event: ParsedEvent, field: TemplateField): FieldValue {
  if (field === 'extension') return extensionOf(event.data);
  if (field === 'durationMs') return durationOf(event.data);
  if (field === 'queueNames') return queueNamesOf(event);
  return scalar(at(TEMPLATE_FIELDS[field].startsWith('event') ? event : event.data, field));
}

export function itemsOf(event: ParsedEvent, list: ListField): readonly unknown[] {
  return listOf(event, list);
}

/** @param field null: the item itself, which is a text */
export function itemField(item: unknown, field: string | null): FieldValue {
  return field === null ? scalar(item) : partOf(item, field);
}

/** A value of the event's data by its path; null where there is none. */
export function dataOf({ data }: ParsedEvent, path: string): FieldValue {
  return scalar(at(data, path));
}

/** A list of the event's data by its path; empty where there is none. */
export function listOf({ data }: ParsedEvent, path: string): readonly unknown[] {
  const items = at(data, path);
  return Array.isArray(items) ? items : [];
}

/** A value of an item of a list. */
export function partOf(item: unknown, path: string): FieldValue {
  return scalar(at(item, path));
}

/** The event's own; the one that rings or rang; the agent's; the one that had the call before; or the call's first. */
function extensionOf(data: unknown): FieldValue {
  const first = at(data, 'extensions');
  const candidates = [
    at(data, 'extension'),
    at(data, 'offer.extension'),
    at(data, 'agent.extension'),
    at(Array.isArray(first) ? first[0] : null, 'extension'),
  ];
  return candidates.map(scalar).find((value) => value !== null) ?? null;
}

/** Of the event's queue, or of those that a call-back was missed in. */
function queueNamesOf(event: ParsedEvent): FieldValue {
  const names = listOf(event, 'callback.queues').map((queue) => partOf(queue, 'name'));
  return dataOf(event, 'queue.name') ?? scalar(names.filter((name) => name !== null).join(', '));
}

function durationOf(data: unknown): FieldValue {
  const [from, to] = [at(data, 'startedAt'), at(data, 'endedAt')];
  if (typeof from !== 'string' || typeof to !== 'string') return null;
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

function at(owner: unknown, path: string): unknown {
  let value = owner;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function scalar(value: unknown): FieldValue {
  if (typeof value === 'string') return value === '' ? null : value;
  return typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
