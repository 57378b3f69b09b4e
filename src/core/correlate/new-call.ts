import type { Call, Certainty, EndedCall, TenantState } from '../model/call.js';
import type { CallInMaking } from '../model/call-copy.js';
import type { CallIndex } from '../index/call-index.js';
import { addParts, currentStay } from './call-parts.js';
import type { Placement } from './correlate.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { Direction, Instant, ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { CLOCK_TOLERANCE_MS, stayBegan } from '../parts/part.js';
import { isLaterThan, observedIn, type Window } from '../parts/window.js';

/**
 * New parts become a call.
 *
 * `callId` is the upstream id that was seen first. Where that id has already named a call (a caller who resumed, an
 * id that came back), the new call's is `<id>~2`, `~3` …: ids of events derive from it and must not repeat. Where the
 * PBX gives no id at all, it is a digest of the queue entry's identity.
 */

/** A call that begins with these parts. */
export function beginCall(
  placement: Placement,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
): Call {
  const { legs, stays } = placement;
  const current = stays.length > 0 ? currentStay(stays) : null;
  const window = current === null ? cycle.monitor! : cycle.queue!;
  const linked = linkedCalls(placement, index, window.by);
  const { startedAt, certainty } = startOf(placement, current, linked, window);
  const { monitor, queue } = state.sources;
  const primaryId = current?.callId ?? legs[0]?.callId ?? current!.fallbackId;
  const begun: CallInMaking = {
    callId: unusedCallId(primaryId, index, window.by),
    linkedCallIds: linked.map((call) => call.callId),
    upstreamIds: [],
    direction: directionOf(legs),
    customer: null,
    hotline: null,
    queues: [],
    legs: [],
    stay: null,
    pastStays: [],
    parties: [],
    startedAt,
    startedCertainty: certainty,
    answeredAt: null,
    answeredCertainty: null,
    talker: null,
    transfers: 0,
    baseline:
      (legs.length === 0 || monitor.lastComplete === null) &&
      (stays.length === 0 || queue.lastComplete === null),
    pendingAbsence: false,
    observed: observedIn(window, certainty),
  };
  return addParts(begun, placement, cycle);
}

function linkedCalls({ legs, stays }: Placement, index: CallIndex, now: Instant): EndedCall[] {
  const found: EndedCall[] = [];
  const add = (call: EndedCall | undefined) => {
    if (call !== undefined && !found.includes(call)) found.push(call);
  };
  for (const { stayKey, rowKey } of stays)
    add(index.ended.byStay(stayKey, now) ?? index.ended.byRow(rowKey, now));
  for (const { callId } of stays) if (callId !== null) add(index.ended.byUpstreamId(callId, now));
  for (const { callId } of legs) add(index.ended.byUpstreamId(callId, now));
  return found;
}

/**
 * Queue: `joined_time`, on a resume `rejoined_time`. Leg: `call_time` where it is plausible: not in the future, and
 * not from before the end of a call that had this id. Else when it was observed.
 */
function startOf(
  { legs, stays }: Placement,
  current: ObservedQueueEntry | null,
  linked: readonly EndedCall[],
  window: Window,
): { startedAt: Instant; certainty: Certainty } {
  const notBefore = linked.reduce((last, call) => Math.max(last, call.endedAt), -Infinity);
  if (current !== null) {
    const began = Math.min(...stays.map(stayBegan));
    const resumed = current.rejoinedAt !== null;
    if (resumed || began > notBefore) return { startedAt: began, certainty: 'upstream' };
    return { startedAt: window.by, certainty: 'observed' };
  }
  let first = Infinity;
  for (const { startedAt: time } of legs) {
    if (time === null || isLaterThan(time, window, CLOCK_TOLERANCE_MS) || time <= notBefore) continue;
    first = Math.min(first, time);
  }
  return first === Infinity
    ? { startedAt: window.by, certainty: 'observed' }
    : { startedAt: first, certainty: 'upstream' };
}

/** As its telephones have it; `addParts` knows better of a queue's caller. */
function directionOf(legs: readonly ObservedLeg[]): Direction {
  if (legs.some((leg) => leg.direction === 'inbound')) return 'inbound';
  return legs.some((leg) => leg.direction === 'outbound') ? 'outbound' : 'local';
}

function unusedCallId(id: string, index: CallIndex, now: Instant): string {
  let candidate = id;
  for (let use = 2; index.isCallIdTaken(candidate, now); use++) candidate = `${id}~${use}`;
  return candidate;
}
