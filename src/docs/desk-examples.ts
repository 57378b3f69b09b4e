import {
  type CallbackEventType,
  type CallbackEventView,
  type CallbackView,
  rfc3339,
  type ThresholdEventType,
  type Transition,
} from '../core/model/event.js';
import type { PhoneNumber } from '../core/model/observation.js';

/** What the examples of events without a call are about. */
export interface DeskStory {
  readonly queue: { readonly id: string; readonly name: string };
  /** Who hung up, and in which call. */
  readonly customer: PhoneNumber;
  readonly callId: string;
  /** When, in ms. */
  readonly missedAt: number;
}

/** A queue in which too many wait, and a caller who hangs up, is claimed by an agent and called back. */
export function deskTransitions(story: DeskStory): readonly Transition[] {
  const { missedAt } = story;
  return [
    threshold('queue-threshold-crossed', story, missedAt - 20_000, 5),
    callback('callback-due', story, missedAt, {}),
    threshold('queue-threshold-cleared', story, missedAt + 5_000, 3),
    callback('callback-updated', story, missedAt + 240_000, {
      change: 'claimed',
      by: 'lan',
    }),
    callback('callback-done', story, missedAt + 300_000, { reason: 'called-back' }),
  ];
}

function threshold(
  type: ThresholdEventType,
  { queue, missedAt }: DeskStory,
  at: number,
  value: number,
): Transition {
  const since = rfc3339(missedAt - 20_000);
  const observed = { earliest: rfc3339(at - 1_000), latest: rfc3339(at), certainty: 'observed' } as const;
  return {
    type,
    subject: `queue/${queue.id}`,
    discriminator: `waiting/${missedAt - 20_000}`,
    time: at,
    data: { rule: 'waiting', queue, value, limit: 5, since, observed },
  };
}

function callback(
  type: CallbackEventType,
  { queue, customer, callId, missedAt }: DeskStory,
  at: number,
  more: Pick<CallbackEventView, 'change' | 'reason' | 'by'>,
): Transition {
  const made = {
    missed: 1,
    firstAt: rfc3339(missedAt),
    lastAt: rfc3339(missedAt),
    longestWaitMs: 41_000,
    callIds: [callId],
    probable: false,
    afterHours: false,
  };
  const view: CallbackView = {
    id: `cb-${callId}`,
    customer,
    queues: [queue],
    ...made,
    tried: 0,
    claimedBy: more.by ?? null,
    claimedUntil: more.by === undefined ? null : rfc3339(at + 600_000),
    parts: [{ queue, ...made }],
  };
  return {
    type,
    subject: `callback/${view.id}`,
    discriminator: String(DISCRIMINATORS[type]),
    time: at,
    data: {
      callback: view,
      ...more,
      observed: { earliest: rfc3339(at), latest: rfc3339(at), certainty: 'observed' },
    },
  };
}

const DISCRIMINATORS = { 'callback-due': 1, 'callback-updated': 2, 'callback-done': 3 } as const;
