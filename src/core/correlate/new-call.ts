import type { Call, Certainty, EndedCall } from '../model/call.js';
import type { MutableCall } from '../model/call-copy.js';
import type { CallIndex } from '../index/call-index.js';
import { addParts, currentEntry } from './call-parts.js';
import type { Placement } from './correlate.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { Direction, Instant, ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { CLOCK_TOLERANCE_MS, entryBegan } from '../parts/part.js';
import { isLaterThan, observedIn, type Window } from '../parts/window.js';

/**
 * Makes a new call of new parts.
 *
 * Its `callId` is the upstream id that was seen first. If that id has already named a call (the caller resumed, or the
 * PBX used the id again), the new call's is `<id>~2`, `~3` …, because event ids derive from it and must not repeat. If
 * the PBX gives no id at all, it is a digest of the queue entry's identity.
 */

/** Begins a call with the placement's parts. */
export function beginCall(placement: Placement, index: CallIndex, cycle: CycleFacts): Call {
  const { legs, entries } = placement;
  const current = entries.length > 0 ? currentEntry(entries) : null;
  const window = current === null ? cycle.monitor! : cycle.queue!;
  const linked = linkedCalls(placement, index, window.by);
  const { startedAt, certainty } = startOf(placement, current, linked, window);
  const primaryId = current?.callId ?? legs[0]?.callId ?? current!.fallbackId;
  const begun: MutableCall = {
    callId: unusedCallId(primaryId, index, window.by),
    linkedCallIds: linked.map((call) => call.callId),
    upstreamIds: [],
    direction: directionOf(legs),
    customer: null,
    hotline: null,
    queues: [],
    legs: [],
    entry: null,
    pastEntries: [],
    participants: [],
    startedAt,
    startedCertainty: certainty,
    answeredAt: null,
    answeredCertainty: null,
    connected: null,
    transfers: 0,
    baseline: (legs.length === 0 || cycle.isFirst.monitor) && (entries.length === 0 || cycle.isFirst.queue),
    pendingAbsence: false,
    observed: observedIn(window, certainty),
  };
  return addParts(begun, placement, cycle);
}

function linkedCalls({ legs, entries }: Placement, index: CallIndex, now: Instant): EndedCall[] {
  const found: EndedCall[] = [];
  const add = (call: EndedCall | undefined) => {
    if (call !== undefined && !found.includes(call)) found.push(call);
  };
  for (const { entryKey, rowKey } of entries)
    add(index.ended.byEntry(entryKey, now) ?? index.ended.byRow(rowKey, now));
  for (const { callId } of entries) if (callId !== null) add(index.ended.byUpstreamId(callId, now));
  for (const { callId } of legs) add(index.ended.byUpstreamId(callId, now));
  return found;
}

/**
 * Says when a call began. A queue entry gives `joined_time`, or `rejoined_time` after a resume. A leg gives `call_time`
 * if that is plausible: not in the future, and not before the end of an earlier call that had this id. Otherwise the call
 * began when a poll first showed it.
 */
function startOf(
  { legs, entries }: Placement,
  current: ObservedQueueEntry | null,
  linked: readonly EndedCall[],
  window: Window,
): { startedAt: Instant; certainty: Certainty } {
  const notBefore = linked.reduce((last, call) => Math.max(last, call.endedAt), -Infinity);
  if (current !== null) {
    const began = Math.min(...entries.map(entryBegan));
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

/** Reads the direction from the legs. A call with a queue entry is inbound whatever they say: `addParts` sets that. */
function directionOf(legs: readonly ObservedLeg[]): Direction {
  if (legs.some((leg) => leg.direction === 'inbound')) return 'inbound';
  return legs.some((leg) => leg.direction === 'outbound') ? 'outbound' : 'local';
}

function unusedCallId(id: string, index: CallIndex, now: Instant): string {
  let candidate = id;
  for (let use = 2; index.isCallIdTaken(candidate, now); use++) candidate = `${id}~${use}`;
  return candidate;
}
