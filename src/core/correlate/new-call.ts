import { MAX_PAST_OF_CALL } from '../model/bounds.js';
import type { Call, EndedCall } from '../model/call.js';
import type { MutableCall } from '../model/call-copy.js';
import type { CallIndex } from '../index/call-index.js';
import { addParts, currentEntry } from './call-parts.js';
import type { Placement } from './placement.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { Direction, Instant, ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { customerKey, hotlineMatch, mayBeInbound, WITHHELD } from '../parts/customer.js';
import { honestTime } from '../parts/honest-time.js';
import { entryBegan } from '../parts/part.js';
import { onOurClock } from '../parts/pbx-clock.js';
import { isSeenLater, type Window } from '../parts/window.js';

/**
 * Makes a new call of new parts.
 *
 * Its `callId` is the upstream id that was seen first. If that id has already named a call (the caller resumed, or the
 * PBX used the id again), the new call's is `<id>~2`, `~3` …, because event ids derive from it and must not repeat. If
 * the PBX gives no id at all, it is a digest of the queue entry's identity.
 */

/** Begins a call with the placement's parts. */
export function beginCall(
  placement: Placement,
  index: CallIndex,
  cycle: CycleFacts,
  uses: Uses = new Map(),
): Call {
  const { legs, entries } = placement;
  const rows = legs.map(({ seen }) => seen);
  const current = entries.length > 0 ? currentEntry(entries) : null;
  const window = current === null ? firstWindow(legs, cycle) : cycle.queue!;
  const linked = linkedCalls(placement, index, window.by);
  const others = callsInDoubt(placement, index);
  const pbxStartedAt = startOf(placement, current, linked, cycle.skewMs);
  const { time: startedAt, observed } = honestTime(pbxStartedAt, window, cycle.skewMs);
  const primaryId = current?.callId ?? rows[0]?.callId ?? current!.fallbackId;
  const baseline =
    legs.every(({ created }) =>
      created === undefined ? cycle.isFirst.monitor : created.since.after === null,
    ) &&
    (entries.length === 0 || cycle.isFirst.queue);
  const begun: MutableCall = {
    callId: unusedCallId(primaryId, index, window.by, uses),
    linkedCallIds: [...new Set([...linked, ...others].map((call) => call.callId))].slice(-MAX_PAST_OF_CALL),
    upstreamIds: [],
    direction: directionOf(rows),
    customer: null,
    hotline: null,
    queues: [],
    legs: [],
    entry: null,
    pastEntries: [],
    participants: [],
    startedAt,
    // It may have begun long before the first poll, unless the PBX says when.
    startedCertainty: baseline && observed.certainty === 'observed' ? 'inferred' : observed.certainty,
    pbxStartedAt,
    answeredAt: null,
    answeredCertainty: null,
    connected: null,
    consultation: null,
    transfers: 0,
    lastLegs: [],
    baseline,
    pendingAbsence: false,
    observed,
  };
  return addParts(begun, placement, cycle);
}

/** When the first of the legs appeared. One that had been created before its device rang was there already. */
function firstWindow(legs: Placement['legs'], cycle: CycleFacts): Window {
  return legs
    .map(({ created }) => created?.since ?? cycle.monitor!)
    .reduce((first, window) => (isSeenLater(first, window) ? window : first));
}

/** The calls that have ended and that had one of these ids or rows before. */
export function linkedCalls(
  { legs, entries }: Pick<Placement, 'legs' | 'entries'>,
  index: CallIndex,
  now: Instant,
): EndedCall[] {
  const found: EndedCall[] = [];
  const add = (call: EndedCall | undefined) => {
    if (call !== undefined && !found.includes(call)) found.push(call);
  };
  for (const { entryKey, rowKey } of entries)
    add(index.ended.byEntry(entryKey, now) ?? index.ended.byRow(rowKey, now));
  for (const { callId } of entries) if (callId !== null) add(index.ended.byUpstreamId(callId, now));
  for (const { seen } of legs) add(index.ended.byUpstreamId(seen.callId, now));
  return found;
}

/**
 * The live inbound calls of the same customer that came in by the same hotline, as far as that is known: where the evidence
 * does not make the parts one call, each call names the other. A company's line may have many; the latest are enough. Of
 * those who withhold their number, only the one that has just lost its leg.
 */
export function callsInDoubt({ legs, entries, redials }: Placement, index: CallIndex): readonly Call[] {
  if (entries.length === 0 && !legs.some(({ seen }) => mayBeInbound(seen))) return NONE;
  const customer = customerKey(entries[0]?.customer ?? legs[0]?.seen.customer ?? null);
  const redialled = redials === undefined || redials === null ? NONE : [redials];
  if (customer === WITHHELD) return redialled;
  const hotline = legs[0]?.seen.hotline ?? null;
  return index
    .byCustomer(customer)
    .filter((call) => call.direction === 'inbound' && hotlineMatch(call.hotline, hotline) !== 'different')
    .slice(-MAX_LINKS);
}

const MAX_LINKS = 10;
const NONE: readonly never[] = [];

/**
 * Says when a call began, by the PBX's clock; null if it gives no such time. A queue entry gives `joined_time`, or
 * `rejoined_time` after a resume. A leg gives `call_time`. A time before the end of an earlier call that had this id is
 * that call's.
 */
function startOf(
  { legs, entries }: Placement,
  current: ObservedQueueEntry | null,
  linked: readonly EndedCall[],
  skewMs: number | null,
): Instant | null {
  const notBefore = linked.reduce((last, call) => Math.max(last, call.endedAt), -Infinity);
  const isOwn = (time: Instant) => onOurClock(time, skewMs) > notBefore;
  if (current !== null) {
    const began = Math.min(...entries.map(entryBegan));
    return current.rejoinedAt !== null || isOwn(began) ? began : null;
  }
  // The PBX may have moved the `call_time` since the leg was created.
  const shown = legs.flatMap(({ seen, created }) => [seen.startedAt, created?.seen.startedAt ?? null]);
  const times = shown.filter((time): time is Instant => time !== null && isOwn(time));
  return times.length === 0 ? null : Math.min(...times);
}

/** Reads the direction from the legs. A call with a queue entry is inbound whatever they say: `addParts` sets that. */
function directionOf(legs: readonly ObservedLeg[]): Direction {
  if (legs.some((leg) => leg.direction === 'inbound')) return 'inbound';
  return legs.some((leg) => leg.direction === 'outbound') ? 'outbound' : 'local';
}

/** How often each id has named a call, as far as this poll has looked: an id of many calls is not searched again for each. */
export type Uses = Map<string, number>;

function unusedCallId(id: string, index: CallIndex, now: Instant, uses: Uses): string {
  const nameOf = (use: number) => (use === 1 ? id : `${id}~${use}`);
  let use = uses.get(id) ?? 1;
  while (index.isCallIdTaken(nameOf(use), now)) use++;
  uses.set(id, use);
  return nameOf(use);
}
