import { EVENT_TYPES } from '../../core/model/event.js';

/**
 * The fields of an event that a template may name, by their path in the CloudEvent (`event`) or in its `data`, and what they
 * are. docs/events.md says what each means. All that the schemas of the events have is here: `template-fields.spec.ts` compares.
 * Three are the bridge's own: `extension` (of the event: the one that rings or rang, or the agent's, or the first of the call),
 * `durationMs` (from the start to the end of a call) and `queueNames` (of the event's queue or, where a call-back was missed in
 * several, of each, with a comma between).
 */
export const TEMPLATE_FIELDS = {
  id: 'event',
  type: 'event',
  source: 'event',
  subject: 'event',
  sequence: 'event',
  epoch: 'event',
  specversion: 'event',
  datacontenttype: 'event',
  dataschema: 'event',
  traceparent: 'event',
  time: 'event time',
  recordedtime: 'event time',

  tenant: 'text',
  callId: 'text',
  direction: 'text',
  state: 'text',
  outcome: 'text',
  'customer.raw': 'text',
  'customer.e164': 'text',
  'customer.national': 'text',
  'hotline.raw': 'text',
  'hotline.e164': 'text',
  'hotline.national': 'text',
  'callback.id': 'text',
  'callback.customer.raw': 'text',
  'callback.customer.e164': 'text',
  'callback.customer.national': 'text',
  'callback.claimedBy': 'text',
  'queue.id': 'text',
  'queue.name': 'text',
  'agent.id': 'text',
  'agent.name': 'text',
  'agent.username': 'text',
  'agent.extension': 'text',
  'offer.extension': 'text',
  'offer.extensionId': 'text',
  'offer.outcome': 'text',
  'transferredFrom.extension': 'text',
  'observed.certainty': 'text',
  extension: 'text',
  queueNames: 'text',
  endpoint: 'text',
  reason: 'text',
  change: 'text',
  missedCallId: 'text',
  by: 'text',
  rule: 'text',
  from: 'text',
  to: 'text',

  startedAt: 'time',
  answeredAt: 'time',
  endedAt: 'time',
  since: 'time',
  lastCompleteAt: 'time',
  'callback.firstAt': 'time',
  'callback.lastAt': 'time',
  'callback.claimedUntil': 'time',
  'observed.earliest': 'time',
  'observed.latest': 'time',

  waitMs: 'milliseconds',
  talkMs: 'milliseconds',
  durationMs: 'milliseconds',
  unwatchedMs: 'milliseconds',
  'observed.precisionMs': 'milliseconds',
  'callback.longestWaitMs': 'milliseconds',

  baseline: 'boolean',
  stale: 'boolean',
  registered: 'boolean',
  probable: 'boolean',
  'customer.masked': 'boolean',
  'hotline.masked': 'boolean',
  'callback.customer.masked': 'boolean',
  'callback.probable': 'boolean',
  'callback.afterHours': 'boolean',
  count: 'number',
  waiting: 'number',
  value: 'number',
  limit: 'number',
  'callback.missed': 'number',
  'callback.tried': 'number',
} as const satisfies Readonly<Record<string, FieldKind>>;

export type TemplateField = keyof typeof TEMPLATE_FIELDS;
export type FieldKind = 'event' | 'event time' | 'text' | 'time' | 'milliseconds' | 'boolean' | 'number';

const QUEUE = { id: 'text', name: 'text' } as const;
/** The items are texts. */
const TEXTS = {} as const;

/** Lists of an event's data by their path in it, and the fields of their items by their path in these. */
export const LIST_FIELDS = {
  extensions: { extension: 'text', extensionId: 'text', agentName: 'text', state: 'text' },
  queues: QUEUE,
  linkedCallIds: TEXTS,
  upstreamIds: TEXTS,
  'callback.queues': QUEUE,
  'callback.callIds': TEXTS,
  'callback.parts': {
    'queue.id': 'text',
    'queue.name': 'text',
    missed: 'number',
    firstAt: 'time',
    lastAt: 'time',
    longestWaitMs: 'milliseconds',
    probable: 'boolean',
    afterHours: 'boolean',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

export type ListField = keyof typeof LIST_FIELDS;

/** The fields of a list's items; none where they are texts. */
export function itemFieldsOf(list: ListField): ReadonlyMap<string, FieldKind> {
  return new Map(Object.entries<FieldKind>(LIST_FIELDS[list]));
}

/** Types of events that webhooks send, beside those that are only in the log of a later version. */
export const WEBHOOK_EVENT_TYPES: readonly string[] = [
  ...new Set<string>([
    ...EVENT_TYPES,
    'webhook-failing',
    'webhook-recovered',
    'delivery-gap',
    'webhook-test',
  ]),
];

export function isTemplateField(text: string): text is TemplateField {
  return Object.hasOwn(TEMPLATE_FIELDS, text);
}
