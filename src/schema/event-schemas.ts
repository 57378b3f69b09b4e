import { z } from 'zod';
import { CALLBACK_CHANGES, CALLBACK_REASONS, type EventType, schemaUri } from '../core/model/event.js';
import {
  agent,
  durationMs,
  endpoint,
  extensionView,
  instant,
  observed,
  offer,
  offerOutcome,
  outcome,
  phoneNumber,
  queue,
  tenant,
  transferredFrom,
} from './parts.js';
import { callbackEventView, thresholdView } from './desk-views.js';

/**
 * The events of the contract, one schema each: what all of them carry, and what a type promises beyond that.
 *
 * Guarantee: whatever satisfies a type's schema is assignable to `core`'s `BridgeEvent`; `types.spec.ts` fails to
 * compile when either side gets or loses a field.
 */

const baseline = z
  .boolean()
  .describe(
    'True if it was already so in the first poll that shows it: it may have happened any time before',
  );

/** Every field that `data` of a `call-*` event may have. */
export const callView = z.object({
  tenant,
  callId: z
    .string()
    .describe(
      'The first upstream id seen for the call. It never changes; `~2`, `~3` … is appended if that id has named an earlier call',
    ),
  linkedCallIds: z
    .array(z.string())
    .describe('Earlier calls that this one continues: the caller called again, or an upstream id was reused'),
  upstreamIds: z
    .array(z.string())
    .describe("Every upstream id of the call, to find it in the vendor's call records"),
  direction: z.enum(['inbound', 'outbound', 'local']).meta({ title: 'Direction' }),
  state: z.enum(['queued', 'ringing', 'answered', 'ended']).meta({ title: 'CallState' }),
  customer: phoneNumber.nullable().describe('The other side of the conversation'),
  hotline: phoneNumber
    .nullable()
    .describe('The number that the customer called, or that is shown to the customer'),
  queue: queue.nullable(),
  queues: z.array(queue).describe('Every queue that the caller has been in, in order'),
  agent: agent.nullable().describe('The agent who is talking, or whose extension is ringing'),
  extensions: z.array(extensionView).describe('Every extension that has, or had, a part in the call'),
  startedAt: instant,
  answeredAt: instant.nullable(),
  endedAt: instant.nullable(),
  waitMs: durationMs
    .nullable()
    .describe('From the start to the answer or the end, in milliseconds; null (never 0) if not known'),
  talkMs: durationMs
    .nullable()
    .describe('From the answer to the end, in milliseconds; null (never 0) if not known'),
  outcome: z.union([outcome, offerOutcome]).nullable(),
  baseline,
  observed,
  offer: z.exactOptional(offer),
  transferredFrom: z.exactOptional(transferredFrom),
  stale: z.exactOptional(
    z.literal(true).describe('Only a row of the queue was left of the call, which the PBX had forgotten'),
  ),
});

/** A call that is alive, as in the snapshot. */
export const call = callView.omit({ offer: true, transferredFrom: true, stale: true }).extend({
  state: z.enum(['queued', 'ringing', 'answered']).meta({ title: 'LiveCallState' }),
  endedAt: z.null().describe('Null: the call is alive'),
  talkMs: z.null().describe('Null: the call is alive'),
  outcome: z.null().describe('Null: the call is alive'),
});

const answered = call.extend({ state: z.literal('answered'), answeredAt: instant });

export const ended = callView
  .omit({ offer: true, transferredFrom: true })
  .extend({ state: z.literal('ended'), endedAt: instant, outcome });

export const sourceView = z.object({
  tenant,
  endpoint,
  state: z.enum(['up', 'degraded', 'down']),
  since: instant.describe(
    'Since when the endpoint is, or was, degraded or down: the first poll without a complete answer, or the first that failed',
  ),
  reason: z
    .string()
    .nullable()
    .describe('The last failure, or what the last answer lacked, in one line without secrets'),
  lastCompleteAt: instant
    .nullable()
    .describe('The last complete observation before that; null if there was none'),
  unwatchedMs: durationMs
    .nullable()
    .describe(
      'On `source-up`: how long the endpoint was not observed completely, in milliseconds; null if it never was before',
    ),
  observed,
});

export const registrationView = z.object({
  tenant,
  extension: z.string(),
  registered: z.boolean(),
  observed,
});

export const webhookHealthView = z.object({
  tenant,
  endpoint: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
    .describe('The `id` of the webhook endpoint in the configuration'),
  since: instant.describe('Since when every delivery to it has failed, or had failed until it recovered'),
  reason: z.string().describe('The last failure, in one line without secrets'),
  waiting: z.int().min(0).describe('How many events wait for it'),
  observed,
});

function event<const Type extends EventType, Data extends z.ZodObject>(
  type: Type,
  description: string,
  data: Data,
) {
  return z
    .object({
      specversion: z.literal('1.0').describe('CloudEvents 1.0'),
      id: z
        .string()
        .describe(
          'Identifies the transition: the same however often it is announced, so drop ids already seen',
        ),
      source: z
        .string()
        .regex(/^\/pitel\/[a-z0-9][a-z0-9-]{0,62}$/)
        .describe('`/pitel/<tenant>`'),
      type: z.literal(type).describe("Also the Socket.IO event's name and the end of the Redis channel"),
      subject: z.string().describe(SUBJECTS[type]),
      time: instant.describe('When it happened, as far as that is known: see `data.observed`'),
      datacontenttype: z.literal('application/json'),
      dataschema: z.literal(schemaUri(type)).describe('The `$id` of the schema of `data`'),
      recordedtime: instant.describe('When the bridge committed it'),
      sequence: z
        .string()
        .regex(/^\d{16}$/)
        .describe('Its position in the log: a decimal of 16 digits, without a gap within an epoch'),
      epoch: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,64}$/)
        .describe(
          'The stretch of the log that `sequence` belongs to; another one begins when Redis restarts or fails over, with a `reset` for clients that had what was lost',
        ),
      traceparent: z.exactOptional(
        z
          .string()
          .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
          .describe(
            'The W3C trace context of the commit, if the bridge is traced; a consumer can continue the trace with it',
          ),
      ),
      data,
    })
    .meta({ title: type, description });
}

const OF_CALL = 'The `callId`';
const OF_EXTENSION = 'The extension';
const OF_ENDPOINT = 'The endpoint';
const OF_WEBHOOK = '`webhook/` and the `id` of the webhook endpoint';
const OF_QUEUE = '`queue/` and the `id` of the queue';
const OF_CALLBACK = '`callback/` and the `id` of the call-back';
const SUBJECTS: Readonly<Record<EventType, string>> = {
  'call-started': OF_CALL,
  'call-offered': OF_CALL,
  'call-answered': OF_CALL,
  'call-transferred': OF_CALL,
  'call-offer-ended': OF_CALL,
  'call-abandoned': OF_CALL,
  'call-ended': OF_CALL,
  'source-down': OF_ENDPOINT,
  'source-degraded': OF_ENDPOINT,
  'source-up': OF_ENDPOINT,
  'extension-registered': OF_EXTENSION,
  'extension-unregistered': OF_EXTENSION,
  'webhook-failing': OF_WEBHOOK,
  'webhook-recovered': OF_WEBHOOK,
  'queue-threshold-crossed': OF_QUEUE,
  'queue-threshold-cleared': OF_QUEUE,
  'callback-due': OF_CALLBACK,
  'callback-updated': OF_CALLBACK,
  'callback-done': OF_CALLBACK,
};

export const EVENT_SCHEMAS = {
  'call-started': event(
    'call-started',
    'A call appears for the first time. Every call has exactly one. A call that is already answered in the first poll that shows it gets `call-started` and `call-answered` together.',
    // A schema of its own, so that it has a name of its own in the documents.
    call.extend({}),
  ),
  'call-offered': event(
    'call-offered',
    'An extension begins to ring for an inbound or local call: the moment for a screen pop. `offer.extension` says which one. A call may have several, also at the same time; each is closed by its own `call-offer-ended`.',
    call.extend({ offer: offer.extend({ outcome: z.null().describe('Null: it rings') }) }),
  ),
  'call-answered': event(
    'call-answered',
    'The call is answered: a leg is connected, or the queue reports that the caller was bridged, whichever is seen first. At most once in a call.',
    answered,
  ),
  'call-transferred': event(
    'call-transferred',
    'An answered call continues at another extension, under the same `callId`. `agent` is the agent who has it now.',
    answered.extend({ transferredFrom }),
  ),
  'call-offer-ended': event(
    'call-offer-ended',
    'The extension `offer.extension` stops ringing: the moment to close the screen pop. `outcome` says why.',
    call.extend({ outcome: offerOutcome, offer: offer.extend({ outcome: offerOutcome }) }),
  ),
  'call-abandoned': event(
    'call-abandoned',
    'The caller of an inbound call left before the call was answered. Always followed by its `call-ended`, which is committed in the same step.',
    ended.extend({
      outcome: z.literal('abandoned'),
      answeredAt: z.null().describe('Null: the call was not answered'),
      talkMs: z.null().describe('Null: the call was not answered'),
    }),
  ),
  'call-ended': event(
    'call-ended',
    'The call is over: none of its legs or queue entries is left. Every call has exactly one, so close here whatever was opened for the call. `outcome` says how it ended; outbound and local calls that are not answered end as `no-answer`.',
    ended,
  ),
  'source-down': event(
    'source-down',
    'An endpoint of the PBX no longer answers properly. Until `source-up`, what happens there is not observed, and no call ends because of the outage.',
    sourceView.extend({
      state: z.literal('down'),
      reason: z.string().describe('The last failure, in one line without secrets'),
      unwatchedMs: z.null().describe('Null: the outage is not over'),
    }),
  ),
  'source-degraded': event(
    'source-degraded',
    'An endpoint of the PBX answers, but for a while no answer was complete: its list is short, has rows that cannot be read, or the PBX asks to be left alone. Until `source-up`, calls may come and go unobserved, and a call that is over may end late.',
    sourceView.extend({
      state: z.literal('degraded'),
      reason: z
        .string()
        .describe('What the last answer lacked, or the last failure, in one line without secrets'),
      unwatchedMs: z.null().describe('Null: it is not over'),
    }),
  ),
  'source-up': event(
    'source-up',
    'The endpoint answers completely again. `unwatchedMs` says how long it was not observed.',
    sourceView.extend({ state: z.literal('up') }),
  ),
  'extension-registered': event(
    'extension-registered',
    'A device of a watched extension is registered with the PBX.',
    registrationView.extend({ registered: z.literal(true) }),
  ),
  'extension-unregistered': event(
    'extension-unregistered',
    'A watched extension has no registered device any more, so calls cannot reach it.',
    registrationView.extend({ registered: z.literal(false) }),
  ),
  'webhook-failing': event(
    'webhook-failing',
    'Every delivery to a webhook endpoint has failed for 5 minutes. Its events wait, each for as long as it is worth delivering. Only clients that may see everything of the tenant get this.',
    webhookHealthView.extend({}),
  ),
  'webhook-recovered': event(
    'webhook-recovered',
    'A webhook endpoint that was announced as failing takes deliveries again. `waiting` says how many events it still has to get.',
    webhookHealthView.extend({}),
  ),
  'queue-threshold-crossed': event(
    'queue-threshold-crossed',
    "A rule of the tenant's `thresholds` holds for a queue: too many callers wait, or one waits too long. Once, until it is cleared.",
    thresholdView.extend({}),
  ),
  'queue-threshold-cleared': event(
    'queue-threshold-cleared',
    'The rule holds no longer. Not emitted while a source is not up, because what is not seen is not over.',
    thresholdView.extend({}),
  ),
  'callback-due': event(
    'callback-due',
    'A caller has hung up unheard and is owed a call. There is one open call-back for a customer number; `callback-updated` and `callback-done` follow under its `id`.',
    callbackEventView.omit({ change: true, missedCallId: true, reason: true, by: true, probable: true }),
  ),
  'callback-updated': event(
    'callback-updated',
    'An open call-back has changed; `change` says how: the customer was missed again, a call to the customer was not answered, somebody is on it or no longer, or it was reopened.',
    callbackEventView
      .omit({ reason: true, probable: true })
      .extend({ change: z.enum(CALLBACK_CHANGES).meta({ title: 'CallbackChange' }) }),
  ),
  'callback-done': event(
    'callback-done',
    'The call-back is closed; `reason` says why. If the customer is missed again, a new one is due.',
    callbackEventView
      .omit({ change: true, missedCallId: true })
      .extend({ reason: z.enum(CALLBACK_REASONS).meta({ title: 'CallbackReason' }) }),
  ),
} as const satisfies Readonly<Record<EventType, z.ZodObject>>;

export const bridgeEvent = z.discriminatedUnion('type', [
  EVENT_SCHEMAS['call-started'],
  EVENT_SCHEMAS['call-offered'],
  EVENT_SCHEMAS['call-answered'],
  EVENT_SCHEMAS['call-transferred'],
  EVENT_SCHEMAS['call-offer-ended'],
  EVENT_SCHEMAS['call-abandoned'],
  EVENT_SCHEMAS['call-ended'],
  EVENT_SCHEMAS['source-down'],
  EVENT_SCHEMAS['source-degraded'],
  EVENT_SCHEMAS['source-up'],
  EVENT_SCHEMAS['extension-registered'],
  EVENT_SCHEMAS['extension-unregistered'],
  EVENT_SCHEMAS['webhook-failing'],
  EVENT_SCHEMAS['webhook-recovered'],
  EVENT_SCHEMAS['queue-threshold-crossed'],
  EVENT_SCHEMAS['queue-threshold-cleared'],
  EVENT_SCHEMAS['callback-due'],
  EVENT_SCHEMAS['callback-updated'],
  EVENT_SCHEMAS['callback-done'],
]);
