import type { Call } from './call.js';

/** A call that its one owner still changes; handed out as a `Call`, it is changed no more. */
export type MutableCall = { -readonly [Field in keyof Call]: Call[Field] };

/**
 * A copy of the call's fields, for whoever asked to change. What the fields hold is shared with the original.
 *
 * Field by field, and the one place that copies calls: V8 gives what `{ ...call, legs }` makes another hidden class at
 * every place and for every class that comes in there. A copy of a copy of a copy soon has none of the fast ones, and
 * everything that reads calls pays for it.
 */
export function copyOf(call: Call): MutableCall {
  return {
    callId: call.callId,
    linkedCallIds: call.linkedCallIds,
    upstreamIds: call.upstreamIds,
    direction: call.direction,
    customer: call.customer,
    hotline: call.hotline,
    queues: call.queues,
    legs: call.legs,
    entry: call.entry,
    pastEntries: call.pastEntries,
    participants: call.participants,
    startedAt: call.startedAt,
    startedCertainty: call.startedCertainty,
    answeredAt: call.answeredAt,
    answeredCertainty: call.answeredCertainty,
    connected: call.connected,
    transfers: call.transfers,
    baseline: call.baseline,
    pendingAbsence: call.pendingAbsence,
    observed: call.observed,
  };
}
