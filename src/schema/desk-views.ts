import { z } from 'zod';
import { CALLBACK_CHANGES, CALLBACK_REASONS, THRESHOLD_RULES } from '../core/model/event.js';
import { durationMs, instant, observed, phoneNumber, queue, tenant } from './parts.js';

/** `data` of the events that are not of one call: a queue's thresholds, and who is owed a call. */

export const thresholdView = z.object({
  tenant,
  rule: z
    .enum(THRESHOLD_RULES)
    .meta({ title: 'ThresholdRule' })
    .describe(
      '`waiting`: callers in the queue whom no agent has answered; `longestWait`: the longest of their waits, in whole seconds',
    ),
  queue,
  value: z.int().min(0).describe('What it is now, in the unit of the rule'),
  limit: z.int().min(1).describe("The operator's limit, in the unit of the rule"),
  since: instant.describe('Since when it has been crossed, or had been until it was cleared'),
  observed,
});

const partFields = {
  missed: z.int().min(0).describe('How many calls were abandoned'),
  firstAt: instant.describe('When the first of them was abandoned'),
  lastAt: instant.describe('When the last of them was abandoned'),
  longestWaitMs: durationMs.nullable().describe('The longest wait that is known; null: none is'),
  callIds: z.array(z.string()).describe('The newest of the calls that were abandoned, oldest first'),
  probable: z.boolean().describe('None of its calls was certainly abandoned'),
  afterHours: z
    .boolean()
    .describe(
      'All of its calls came outside of business hours; false where the tenant has given no business hours',
    ),
};

export const callbackPartView = z
  .object({ queue: queue.nullable().describe('Null: calls without a queue'), ...partFields })
  .meta({ title: 'CallbackPart' });

export const callbackView = z
  .object({
    id: z.string().describe('Names the call-back; it says nothing about the number'),
    customer: phoneNumber,
    queues: z.array(queue).describe('The queues that the missed calls were in'),
    tried: z.int().min(0).describe('How many calls to the customer were not answered'),
    ...partFields,
    claimedBy: z.string().nullable().describe('`sub` of the token of the person who is on it'),
    claimedUntil: instant.nullable(),
    parts: z
      .array(callbackPartView)
      .describe('What each queue made of it; a token of some queues gets theirs, and sums of theirs'),
  })
  .meta({ title: 'Callback' });

export const callbackEventView = z.object({
  tenant,
  callback: callbackView,
  change: z.exactOptional(z.enum(CALLBACK_CHANGES).meta({ title: 'CallbackChange' })),
  missedCallId: z.exactOptional(
    z
      .string()
      .describe('With `change` `missed`: the call that was missed. Events of older releases do not say it'),
  ),
  reason: z.exactOptional(z.enum(CALLBACK_REASONS).meta({ title: 'CallbackReason' })),
  by: z.exactOptional(
    z.string().describe('`sub` of the token of the person who did it; absent where no person did'),
  ),
  probable: z.exactOptional(z.literal(true).describe('It follows from an answer that was only inferred')),
  observed,
});
