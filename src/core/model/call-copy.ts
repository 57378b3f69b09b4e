import type { Call } from './call.js';

/** A call that its maker still changes. Its maker hands it out as a `Call` and does not change it after that. */
export type MutableCall = { -readonly [Field in keyof Call]: Call[Field] };

/**
 * Copies the call, for its caller to change. The copy shares the values of its fields with the original.
 *
 * It copies field by field, and nothing else copies calls, so that all calls have one hidden class in V8. A spread such
 * as `{ ...call, legs }` makes a different class at every place in the code and for every class that it is given; after a
 * few such copies, all code that reads calls becomes slow.
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
    pbxStartedAt: call.pbxStartedAt,
    answeredAt: call.answeredAt,
    answeredCertainty: call.answeredCertainty,
    connected: call.connected,
    consultation: call.consultation,
    transfers: call.transfers,
    lastLegs: call.lastLegs,
    baseline: call.baseline,
    pendingAbsence: call.pendingAbsence,
    observed: call.observed,
  };
}
