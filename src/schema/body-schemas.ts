import { z } from 'zod';
import { EVENT_TYPES, THRESHOLD_RULES } from '../core/model/event.js';
import { bridgeEvent, call } from './event-schemas.js';
import { cursor, endpoint, instant, queue } from './parts.js';

/** The messages besides events: first messages, requests and answers on Socket.IO, and the bodies of HTTP. */

export const source = z
  .object({
    endpoint,
    state: z
      .enum(['unknown', 'up', 'degraded', 'down'])
      .meta({ title: 'SourceState' })
      .describe(
        '`unknown`: nothing was observed yet. `degraded`: the endpoint answers, but for a while no answer was complete',
      ),
    lastCompleteAt: instant.nullable().describe('The last complete observation'),
    lastError: z
      .string()
      .nullable()
      .describe('The last failure, or what the last answer lacked, in one line without secrets'),
    clockSkewMs: z
      .int()
      .nullable()
      .describe(
        'How far the PBX’s clock is ahead of the bridge’s, as its rows show; negative if it is behind, null if unknown. Beyond 2000 either way, its times are corrected by this and are `observed`. The same for all endpoints of a tenant',
      ),
  })
  .meta({ description: 'An endpoint of the PBX and whether it is being watched' });

const crossedThreshold = z
  .object({
    rule: z.enum(THRESHOLD_RULES).meta({ title: 'ThresholdRule' }),
    limit: z.int().min(1).describe("The operator's limit: callers, or whole seconds"),
    since: instant.describe('Since when it has been crossed'),
  })
  .meta({ description: 'A threshold that is crossed, as its `queue-threshold-crossed` said' });

export const queueState = z
  .object({
    queue,
    waiting: z
      .int()
      .min(0)
      .describe('Callers who have not been answered, with those for whom an extension rings'),
    ringing: z.int().min(0).describe('Those of the waiting for whom an extension rings'),
    talking: z
      .int()
      .min(0)
      .describe('Calls of the queue that were answered and go on; held ones and transferred ones too'),
    longestWait: z
      .object({ since: instant.describe('When that caller joined the queue') })
      .nullable()
      .describe('The caller who has waited for longest; null: no caller waits'),
    thresholds: z.array(crossedThreshold).describe('The thresholds that are crossed'),
  })
  .meta({ description: 'What goes on in a queue. A queue is listed for 30 days after its last caller' });

const queues = z
  .array(queueState)
  .describe('The queues that the token may see, by name; none for a token of extensions alone');

export const snapshot = z
  .object({
    cursor: cursor.describe('The position of the snapshot in the log: the next event is the one after it'),
    calls: z.array(call).describe('The calls that are alive and that the token may see'),
    queues,
    sources: z.array(source).describe('Whether each endpoint of the PBX is being watched'),
  })
  .meta({ description: 'The first message to a client that does not resume from a cursor' });

const resetReason = z
  .enum(['epoch-changed', 'cursor-too-old', 'cursor-unknown', 'cursor-malformed'])
  .meta({ title: 'ResetReason' })
  .describe(
    '`epoch-changed`: the log lost its past, or the cursor belongs to another log. `cursor-too-old`: the log no longer holds the events after it. `cursor-unknown`: the log has never reached it, or has lost it. `cursor-malformed`: it is not a cursor that a bridge hands out',
  );

export const reset = z.object({ reason: resetReason }).meta({
  description:
    'The client cannot resume from its position. Discard the state built so far; a `snapshot` follows',
});

const refusalCode = z
  .enum([
    'unauthorized',
    'token-expired',
    'token-revoked',
    'bad-signature',
    'token-in-url',
    'tenant-mismatch',
    'auth-unavailable',
    'origin-not-allowed',
    'too-many-connections',
    'too-many-messages',
    'bad-request',
    'slow-consumer',
    'memory-full',
    'state-unreadable',
    'shutting-down',
  ])
  .meta({ title: 'RefusalCode' })
  .describe('Why the bridge refuses or closes a connection; it gives no further detail');

export const closing = z.object({ code: refusalCode }).meta({
  description:
    'The bridge is about to close the connection. After `slow-consumer`, `memory-full`, `auth-unavailable` and `shutting-down`, reconnect and resume from the cursor; after `state-unreadable`, retry at intervals until the operator has repaired the state; after any other code, something has to change first, such as the token',
});

const names = z.array(z.string().min(1).max(128)).max(200);

export const subscription = z
  .object({
    types: z
      .array(z.enum(EVENT_TYPES).meta({ title: 'EventType' }))
      .max(EVENT_TYPES.length)
      .exactOptional()
      .describe('The event types to receive; all types if absent'),
    extensions: names.exactOptional().describe('Calls in which one of these has, or had, a part'),
    queues: names.exactOptional().describe('Calls in one of these queues, by id or name'),
  })
  .meta({
    description:
      'Narrows what the token allows, never widens it. With both `extensions` and `queues`, calls that match either are sent. Each subscription replaces the previous one',
  });

export const handshake = z
  .object({
    token: z.string().describe('A JSON Web Token, never in the URL'),
    cursor: cursor
      .exactOptional()
      .describe('Resume after this position instead of beginning with a snapshot'),
    subscribe: subscription.exactOptional().describe('As in `subscribe`, from the first message on'),
    tenant: z
      .string()
      .exactOptional()
      .describe('Only with `AUTH_MODE=none`, where no token names the tenant'),
  })
  .meta({ description: "What a Socket.IO client sends in the handshake's `auth`" });

export const refresh = z
  .object({ token: z.string() })
  .meta({ description: 'A fresh token of the same tenant, sent before the one in use expires' });

export const refused = z
  .object({ ok: z.literal(false), code: refusalCode })
  .meta({ description: 'The acknowledgement of a request that was not granted; nothing has changed' });

export const subscribed = z
  .object({ ok: z.literal(true), subscription })
  .meta({ description: 'The acknowledgement of `subscribe`' });

export const refreshed = z
  .object({ ok: z.literal(true), expiresAt: instant.nullable() })
  .meta({ description: 'The acknowledgement of `refresh`: when the new token expires' });

export const callsBody = z.object({
  cursor: cursor.describe('The position of the log when the calls were read'),
  calls: z.array(call),
  queues,
  sources: z.array(source).describe('Whether each endpoint of the PBX is being watched'),
});

export const queuesBody = z.object({
  cursor: cursor.describe('The position of the log when the queues were read'),
  queues,
  sources: z.array(source).describe('Whether each endpoint of the PBX is being watched'),
});

export const eventsBody = z.object({
  cursor: cursor.describe(
    'The cursor for the next request; it also moves past events that the token may not see',
  ),
  events: z.array(bridgeEvent),
  complete: z
    .boolean()
    .exactOptional()
    .describe(
      'Only with `until`. True: every event of before `until` was in this answer, or precedes it. False: continue with the cursor; where that has not moved, `until` is not past yet',
    ),
});

const rowDirection = z
  .object({
    meaning: z
      .enum(['call', 'leg'])
      .meta({ title: 'DirectionMeaning' })
      .describe("`leg`: the PBX lists the direction of the extension's own leg, not the call's"),
    source: z
      .enum(['configured', 'learnt', 'assumed'])
      .meta({ title: 'DirectionOrigin' })
      .describe('`configured`: `PITEL_DIRECTION`. `learnt`: from rows. `assumed`: no row has shown it yet'),
  })
  .meta({ description: "How the bridge reads the direction in the PBX's monitor rows" });

export const sourcesBody = z.object({ sources: z.array(source), direction: rowDirection });

export const registrationBody = z.object({
  extension: z.string(),
  registered: z.boolean(),
  checkedAt: instant.describe('When the PBX answered'),
});

export const problem = z
  .object({
    type: z.string().describe('`urn:pitel-event-bridge:problem:<code>`'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('An explanation for people'),
    instance: z.string().describe('The requested path, without its query'),
    code: z.string().describe('The kind of problem, for programs'),
    reason: resetReason.exactOptional().describe('With 410: why the cursor cannot be used'),
  })
  .meta({ description: 'RFC 9457 problem document' });
