import { type BridgeEvent, toEvents, type Transition } from '../../src/core/model/event.js';
import { transition } from '../../test/support/delivery.js';

/** The queue that every event is of, so that clients with different tokens may all see it. */
export const QUEUE = { id: 'q-support', name: 'support' } as const;

/**
 * The n-th transition of an endless day: a call starts, and ends, and the next one starts. Some 900 bytes as an event;
 * `padding` more where the load is to be heavy.
 */
export function nthTransition(n: number, padding = 0): Transition {
  const callId = `df3bd13a-0cb4-455a-ac70-${String(n >> 1).padStart(12, '0')}`;
  const upstreamIds = padding === 0 ? [callId] : ['x'.repeat(padding)];
  return n % 2 === 0
    ? transition('call-started', callId, { queue: QUEUE, upstreamIds })
    : transition('call-ended', callId, { queue: QUEUE, upstreamIds, state: 'ended', outcome: 'no-answer' });
}

/** Events as the bridge would announce them, for peers without a log; sequences follow `after`. */
export function nextEvents(tenant: string, after: number, count: number): BridgeEvent[] {
  const transitions = Array.from({ length: count }, (_, index) => nthTransition(after + index));
  return toEvents(transitions, { tenant, epoch: 'e1', sequence: after, recordedAt: Date.UTC(2026, 2, 2, 3) });
}
