import { z } from 'zod';
import { type EventType, schemaUri } from '../core/model/event.js';
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

/**
 * The events of the contract, one schema each: what all of them carry, and what a type promises beyond that.
 *
 * Guarantee: whatever satisfies a type's schema is assignable to `core`'s `BridgeEvent`; `types.spec.ts` fails to
 * compile when either side gets or loses a field.
 */

const baseline = z.boolean().describe('Already so at the first sight of it: nothing that has just happened');

/** Every field that `data` of a `call-*` event may have. */
export const callView = z.object({
  tenant,
  callId: z
    .string()
    .describe(
      'The upstream id that was seen first. Never changes; `~2`, `~3` … is added where that id has named a call before',
    ),
  linkedCallIds: z
    .array(z.string())
    .describe('Calls that this one continues: the caller came back, or an id did'),
  upstreamIds: z
    .array(z.string())
    .describe("Every upstream id that the call is known by; look them up in the vendor's call records"),
  direction: z.enum(['inbound', 'outbound', 'local']),
  state: z.enum(['queued', 'ringing', 'answered', 'ended']),
  customer: phoneNumber.nullable().describe('The other side of the conversation'),
  hotline: phoneNumber.nullable().describe('The number that was called, or is shown to the customer'),
  queue: queue.nullable(),
  queues: z.array(queue).describe('Every queue that the caller has been in, in order'),
  agent: agent.nullable().describe('Who talks, or the one being rung'),
  extensions: z.array(extensionView).describe('Every extension that has, or had, a part in the call'),
  startedAt: instant,
  answeredAt: instant.nullable(),
  endedAt: instant.nullable(),
  waitMs: durationMs
    .nullable()
    .describe(
      'From the start to the answer or the end, in milliseconds; null when not known, never 0 for it',
    ),
  talkMs: durationMs
    .nullable()
    .describe('From the answer to the end, in milliseconds; null when not known, never 0 for it'),
  outcome: z.union([outcome, offerOutcome]).nullable(),
  baseline,
  observed,
  offer: z.exactOptional(offer),
  transferredFrom: z.exactOptional(transferredFrom),
});

/** A call that is alive, as in the snapshot. */
export const call = callView.omit({ offer: true, transferredFrom: true }).extend({
  state: z.enum(['queued', 'ringing', 'answered']),
  endedAt: z.null().describe('Null: the call is alive'),
  talkMs: z.null().describe('Null: the call is alive'),
  outcome: z.null().describe('Null: the call is alive'),
});

const answered = call.extend({ state: z.literal('answered'), answeredAt: instant });

const ended = callView
  .omit({ offer: true, transferredFrom: true })
  .extend({ state: z.literal('ended'), endedAt: instant, outcome });

export const sourceView = z.object({
  tenant,
  endpoint,
  state: z.enum(['up', 'down']),
  since: instant.describe('When the first poll of the outage failed'),
  reason: z.string().nullable().describe('The last failure, in one line without secrets'),
  lastCompleteAt: instant
    .nullable()
    .describe('The last complete observation before the outage; null if there was none'),
  unwatchedMs: durationMs
    .nullable()
    .describe('On `source-up`: for how long nobody was watching, in milliseconds; null if never before'),
  observed,
});

export const registrationView = z.object({
  tenant,
  extension: z.string(),
  registered: z.boolean(),
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
        .describe('The same for the same transition, however often it is announced: drop what you have had'),
      source: z
        .string()
        .regex(/^\/pitel\/[a-z0-9][a-z0-9-]{0,62}$/)
        .describe('`/pitel/<tenant>`'),
      type: z.literal(type).describe("Also the Socket.IO event's name and the end of the Redis channel"),
      subject: z.string().describe(SUBJECTS[type]),
      time: instant.describe('When it happened, as well as that is known: see `data.observed`'),
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
        .describe('The log that `sequence` counts in; a new one means that the log lost its past'),
      traceparent: z.exactOptional(
        z
          .string()
          .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
          .describe(
            'The W3C trace context of the commit, where the bridge is traced: what follows from the event may go on with it',
          ),
      ),
      data,
    })
    .meta({ title: type, description });
}

const OF_CALL = 'The `callId`';
const OF_EXTENSION = 'The extension';
const OF_ENDPOINT = 'The endpoint';
const SUBJECTS: Readonly<Record<EventType, string>> = {
  'call-started': OF_CALL,
  'call-offered': OF_CALL,
  'call-answered': OF_CALL,
  'call-transferred': OF_CALL,
  'call-offer-ended': OF_CALL,
  'call-abandoned': OF_CALL,
  'call-ended': OF_CALL,
  'source-down': OF_ENDPOINT,
  'source-up': OF_ENDPOINT,
  'extension-registered': OF_EXTENSION,
  'extension-unregistered': OF_EXTENSION,
};

export const EVENT_SCHEMAS = {
  'call-started': event(
    'call-started',
    'The first sighting of a call. Every call has exactly one. A call that is already answered at first sight gets `call-started` and `call-answered` together.',
    // A schema of its own, so that it has a name of its own in the documents.
    call.extend({}),
  ),
  'call-offered': event(
    'call-offered',
    'A telephone begins to ring for an inbound or local call: the moment for a screen pop. `offer.extension` is whose. It may come more than once for a call, and for several extensions at a time; each is closed by a `call-offer-ended` of its own.',
    call.extend({ offer: offer.extend({ outcome: z.null().describe('Null: it rings') }) }),
  ),
  'call-answered': event(
    'call-answered',
    'Somebody talks: a leg is connected, or the queue says that the caller was bridged, whichever is seen first. At most once in a call.',
    answered,
  ),
  'call-transferred': event(
    'call-transferred',
    'An answered call goes on with another extension, under the same `callId`. `agent` is who has it now.',
    answered.extend({ transferredFrom }),
  ),
  'call-offer-ended': event(
    'call-offer-ended',
    'The ringing at `offer.extension` is over: the moment to close the screen pop. `outcome` tells why.',
    call.extend({ outcome: offerOutcome, offer: offer.extend({ outcome: offerOutcome }) }),
  ),
  'call-abandoned': event(
    'call-abandoned',
    'The caller of an inbound call left before anybody answered. Always followed by its `call-ended`, which is committed in the same step.',
    ended.extend({
      outcome: z.literal('abandoned'),
      answeredAt: z.null().describe('Null: nobody answered'),
      talkMs: z.null().describe('Null: nobody answered'),
    }),
  ),
  'call-ended': event(
    'call-ended',
    'No part of the call is left. Every call has exactly one, so whatever was opened for a call can be closed here. `outcome` tells how it ended; outbound and local calls that nobody answers end as `no-answer`.',
    ended,
  ),
  'source-down': event(
    'source-down',
    'An endpoint of the PBX stopped answering properly. What happens meanwhile is not seen, and no call ends because of it.',
    sourceView.extend({
      state: z.literal('down'),
      reason: z.string().describe('The last failure, in one line without secrets'),
      unwatchedMs: z.null().describe('Null: it is not over'),
    }),
  ),
  'source-up': event(
    'source-up',
    'The endpoint answers again. `unwatchedMs` says for how long nobody was watching.',
    sourceView.extend({ state: z.literal('up') }),
  ),
  'extension-registered': event(
    'extension-registered',
    'A watched extension has a telephone that is signed in to the PBX.',
    registrationView.extend({ registered: z.literal(true) }),
  ),
  'extension-unregistered': event(
    'extension-unregistered',
    'A watched extension has no telephone that is signed in any more: nobody can reach it.',
    registrationView.extend({ registered: z.literal(false) }),
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
  EVENT_SCHEMAS['source-up'],
  EVENT_SCHEMAS['extension-registered'],
  EVENT_SCHEMAS['extension-unregistered'],
]);
