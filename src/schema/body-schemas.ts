import { z } from 'zod';
import { EVENT_TYPES } from '../core/model/event.js';
import { bridgeEvent, call } from './event-schemas.js';
import { cursor, endpoint, instant } from './parts.js';

/** What is said besides events: first messages, requests and answers on Socket.IO, and the bodies of HTTP. */

export const source = z
  .object({
    endpoint,
    state: z.enum(['unknown', 'up', 'down']).describe('`unknown`: nothing was observed yet'),
    lastCompleteAt: instant.nullable().describe('The last complete observation'),
    lastError: z.string().nullable().describe('The last failure, in one line without secrets'),
  })
  .meta({ description: 'An endpoint of the PBX and whether it is being watched' });

export const snapshot = z
  .object({
    cursor: cursor.describe('Where in the log the snapshot stands: the next event is the one after it'),
    calls: z.array(call).describe('The calls that are alive and that the token may see'),
    sources: z.array(source).describe('Whether each endpoint of the PBX is being watched'),
  })
  .meta({ description: 'What a client gets first, unless it resumes from a cursor' });

const resetReason = z
  .enum(['epoch-changed', 'cursor-too-old', 'cursor-unknown', 'cursor-malformed'])
  .describe(
    '`epoch-changed`: the log lost its past, or the cursor is of another log. `cursor-too-old`: the events after it are no longer held. `cursor-unknown`: the log has never reached it. `cursor-malformed`: no bridge has ever handed it out',
  );

export const reset = z.object({ reason: resetReason }).meta({
  description: 'The log cannot go on from where the client was. Drop what was built; a `snapshot` follows',
});

const refusalCode = z
  .enum([
    'unauthorized',
    'token-expired',
    'token-in-url',
    'tenant-mismatch',
    'auth-unavailable',
    'origin-not-allowed',
    'too-many-connections',
    'too-many-messages',
    'bad-request',
    'slow-consumer',
    'state-unreadable',
    'shutting-down',
  ])
  .describe('Why a client is turned away or sent off; nothing more is told');

export const closing = z.object({ code: refusalCode }).meta({
  description:
    'The connection is about to be closed by the bridge. After `slow-consumer` and `shutting-down` come back and resume from the cursor; after `state-unreadable` come back now and then, until the operator has seen to it; otherwise something has to change first, such as the token',
});

const names = z.array(z.string().min(1).max(128)).max(200);

export const subscription = z
  .object({
    types: z
      .array(z.enum(EVENT_TYPES))
      .max(EVENT_TYPES.length)
      .exactOptional()
      .describe('Event types to get; all where it is missing'),
    extensions: names.exactOptional().describe('Calls in which one of these has, or had, a part'),
    queues: names.exactOptional().describe('Calls in one of these queues, by id or name'),
  })
  .meta({
    description:
      'Narrows what a token allows, never widens it. `extensions` and `queues` together are a union. Each subscription replaces the one before',
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
  .meta({ description: "What a Socket.IO client gives in the handshake's `auth`" });

export const refresh = z
  .object({ token: z.string() })
  .meta({ description: 'A fresh token of the same tenant, before the one in use expires' });

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
  cursor: cursor.describe('Where the log stood'),
  calls: z.array(call),
});

export const eventsBody = z.object({
  cursor: cursor.describe('What to ask with next; it also moves past events that the token may not see'),
  events: z.array(bridgeEvent),
});

export const sourcesBody = z.object({ sources: z.array(source) });

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
    detail: z.string().describe('For people'),
    instance: z.string().describe('The path that was asked for, without its query'),
    code: z.string().describe('For programs'),
    reason: resetReason.exactOptional().describe('With 410: why the cursor cannot be used'),
  })
  .meta({ description: 'RFC 9457 problem document' });
