import { EVENT_TYPES } from '../../core/model/event.js';

/**
 * The fields of an event that a template may name, by their path in the CloudEvent (`event`) or in its `data`, and what they
 * are. docs/events.md says what each means. Two are the bridge's own: `extension` (of the event: the one that rings or rang, or
 * the agent's, or the first of the call) and `durationMs` (from the start to the end of a call).
 */
export const TEMPLATE_FIELDS = {
  id: 'event',
  type: 'event',
  subject: 'event',
  sequence: 'event',
  epoch: 'event',
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
  endpoint: 'text',
  reason: 'text',
  rule: 'text',
  from: 'text',
  to: 'text',

  startedAt: 'time',
  answeredAt: 'time',
  endedAt: 'time',
  since: 'time',
  lastCompleteAt: 'time',
  'observed.earliest': 'time',
  'observed.latest': 'time',

  waitMs: 'milliseconds',
  talkMs: 'milliseconds',
  durationMs: 'milliseconds',
  unwatchedMs: 'milliseconds',

  baseline: 'boolean',
  stale: 'boolean',
  registered: 'boolean',
  count: 'number',
  waiting: 'number',
  value: 'number',
  limit: 'number',
} as const;

export type TemplateField = keyof typeof TEMPLATE_FIELDS;

/** Lists of a call, and the fields of their items. */
export const LIST_FIELDS = {
  extensions: ['extension', 'extensionId', 'agentName', 'state'],
  queues: ['id', 'name'],
} as const;

export type ListField = keyof typeof LIST_FIELDS;
export type IteratedField = (typeof LIST_FIELDS)[ListField][number];

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
