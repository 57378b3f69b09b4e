import { z } from 'zod';
import { cursor, durationMs, instant } from './parts.js';

/** The bodies of the addresses under `/v1/webhooks`. */

const status = z
  .int()
  .nullable()
  .describe('The HTTP status that the receiver answered; null without an answer');
const tookMs = durationMs.describe('Milliseconds from the request to its end');
const error = z
  .string()
  .nullable()
  .describe('One line, without secrets and telephone numbers; null when it was delivered');

export const webhook = z
  .object({
    id: z.string().describe('Its `id` in the configuration'),
    url: z
      .string()
      .describe('Scheme, host and port; a path or a query only as `/…`, as they may hold a secret'),
    state: z
      .enum(['active', 'failing', 'paused', 'disabled'])
      .meta({ title: 'WebhookState' })
      .describe(
        '`failing`: every try of the last 5 minutes has failed; it is tried again. `paused`: for 72 hours. `disabled`: it answered 410. The last two get nothing until they are resumed',
      ),
    cursor: cursor
      .nullable()
      .describe(
        'Every event up to it has been settled, or is waiting to be tried again; null where it begins with a log that there is not yet',
      ),
    lagEvents: z.int().min(0).describe('Events that it has not got yet'),
    lagMs: durationMs.describe('Milliseconds since the oldest of them was recorded; 0 without one'),
    lastError: z
      .string()
      .nullable()
      .describe('What the last failed try came to, in one line without secrets'),
    lastDeliveredAt: instant.nullable().describe('The last time that it took an event'),
  })
  .meta({ description: 'One receiver of the events, and how it does' });

export const webhooksBody = z.object({ webhooks: z.array(webhook) });

export const webhookAttempt = z
  .object({
    at: instant,
    id: z.string().describe('The header `webhook-id` of the request'),
    cursor: cursor.nullable().describe("The event's cursor; null for a test and a gap"),
    kind: z
      .enum(['event', 'gap', 'test', 'replay'])
      .meta({ title: 'WebhookAttemptKind' })
      .describe('What was sent'),
    outcome: z
      .enum(['delivered', 'endpoint-failed', 'event-failed'])
      .meta({ title: 'WebhookAttemptOutcome' })
      .describe(
        '`endpoint-failed`: no answer in time, or 429, 502, 503, 504: everything waits. `event-failed`: another answer: this event is tried again later',
      ),
    status,
    tookMs,
    error,
  })
  .meta({ description: 'One request to a receiver' });

export const webhookAttemptsBody = z.object({
  attempts: z.array(webhookAttempt).describe('The newest 200, the newest first'),
});

export const webhookDeadLetter = z
  .object({
    at: instant.describe('When it was given up'),
    cursor: cursor.describe("The event's cursor; a replay of `only` this one sends it again"),
    reason: z
      .enum(['expired', 'refused'])
      .meta({ title: 'WebhookDeadReason' })
      .describe(
        '`expired`: it was too old before it could be tried. `refused`: the receiver refused it until it was',
      ),
    tries: z.int().min(0),
  })
  .meta({ description: 'An event that a receiver never got' });

export const webhookDeadBody = z.object({
  dead: z.array(webhookDeadLetter).describe('The newest 1000, the newest first'),
});

export const webhookResult = z
  .object({
    outcome: z
      .enum(['delivered', 'endpoint-failed', 'event-failed', 'gone'])
      .meta({ title: 'WebhookOutcome' })
      .describe('As of an attempt; `gone`: it answered 410'),
    status,
    tookMs,
    error,
  })
  .meta({ description: 'What came of a request to a receiver' });

export const webhookReplay = z
  .object({
    since: z.iso
      .datetime({ offset: true })
      .exactOptional()
      .describe('The events recorded from this instant on (RFC 3339)'),
    after: cursor.exactOptional().describe('The events after this cursor'),
    only: cursor.exactOptional().describe('The event with this cursor'),
  })
  .meta({ description: 'What to send again: exactly one of the three' });

export const webhookReplayed = z
  .object({
    delivered: z.int().min(0).describe('How many events were sent and taken'),
    cursor: cursor
      .nullable()
      .describe(
        'Null when all is sent. Otherwise it ended early, since the receiver failed or the request took 20 seconds: go on with `after` this cursor',
      ),
    last: webhookResult.nullable().describe('What came of the last request; null where nothing was sent'),
  })
  .meta({ description: 'What a replay has done' });

export const webhookResumed = z.object({ id: z.string() });
