import type { Call, Certainty, EndedCall, Leg, Party, Queue, TenantState } from './call.js';
import { type CallInMaking, copyOf } from './call-copy.js';
import type { CallIndex } from './call-index.js';
import type { Placement } from './correlate.js';
import type { CycleFacts, Window } from './cycle.js';
import type { Direction, Instant, ObservedLeg, ObservedQueueEntry } from './observation.js';
import { CLOCK_TOLERANCE_MS, newStay, pendingAbsence, stayBegan } from './parts.js';

/**
 * New parts become a call, or join one.
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
  const current = currentStay(stays);
  const window = current === null ? cycle.monitor! : cycle.queue!;
  const linked = linkedCalls(placement, index, window.latest);
  const { startedAt, certainty } = startOf(placement, current, linked, window);
  const { monitor, queue } = state.sources;
  const primaryId = current?.callId ?? legs[0]?.callId ?? current!.fallbackId;
  const begun: CallInMaking = {
    callId: unusedCallId(primaryId, index, window.latest),
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
    observed: { earliest: window.earliest, latest: window.latest, certainty },
  };
  return addParts(begun, placement, cycle);
}

/** The call with the placement's parts added. */
export function joinParts(call: Call, placement: Placement, cycle: CycleFacts): Call {
  return addParts(copyOf(call), placement, cycle);
}

/** The call with these parts instead of its own, and with what they say of it. */
export function withParts(call: Call, { legs, stay }: Pick<Call, 'legs' | 'stay'>, cycle: CycleFacts): Call {
  const changed = copyOf(call);
  changed.legs = legs;
  changed.stay = stay;
  return learnFromParts(changed, cycle);
}

function addParts(call: CallInMaking, { legs, stays }: Placement, cycle: CycleFacts): Call {
  call.legs = [...call.legs, ...legs.map(newLeg)];
  call.parties = legs.reduce(withParty, call.parties);
  call.customer ??= stays[0]?.customer ?? firstKnown(legs, (leg) => leg.customer);
  const current = currentStay(stays);
  if (current !== null) {
    // One queue entry at a time: a newer one means that the caller has moved on to another queue.
    const left = [
      ...(call.stay === null ? [] : [call.stay.seen]),
      ...stays.filter((stay) => stay !== current),
    ];
    call.stay = newStay(current, cycle);
    // Whoever is in a queue rang the PBX, however it lists the telephones that ring for him.
    call.direction = 'inbound';
    call.queues = left.reduce<readonly Queue[]>(withQueue, call.queues);
    call.pastStays = [...call.pastStays, ...left.map(({ stayKey, rowKey }) => ({ stayKey, rowKey }))];
  }
  return learnFromParts(call, cycle);
}

/** What the parts say of their call: ids, numbers and queue that were not known before. */
function learnFromParts(call: CallInMaking, cycle: CycleFacts): Call {
  const { legs, stay } = call;
  call.upstreamIds = idsOf(call.upstreamIds, legs, stay);
  call.customer ??= stay?.seen.customer ?? firstKnown(legs, ({ seen }) => seen.customer);
  call.hotline ??= firstKnown(legs, ({ seen }) => seen.hotline);
  if (stay !== null) call.queues = withQueue(call.queues, stay.seen);
  call.pendingAbsence = pendingAbsence(call, cycle.policy);
  return call;
}

/** The same list where the parts name no new id. */
function idsOf(known: readonly string[], legs: Call['legs'], stay: Call['stay']): readonly string[] {
  let ids = known;
  const add = (id: string) => {
    if (!ids.includes(id)) ids = [...ids, id];
  };
  const entryId = stay?.seen.callId ?? null;
  if (entryId !== null) add(entryId);
  for (const { seen } of legs) add(seen.callId);
  return ids;
}

function newLeg(seen: ObservedLeg): Leg {
  return { seen, state: seen.signal === 'answered' ? 'answered' : 'ringing', absence: null };
}

function withParty(parties: readonly Party[], leg: ObservedLeg): readonly Party[] {
  if (parties.some((party) => party.extension === leg.extension)) return parties;
  const { extension, extensionId, agentName } = leg;
  return [...parties, { extension, extensionId, agentName, offers: 0, offerOpen: false, silent: null }];
}

/** Of several stays of one caller, the live one that began last; an Abandoned one only where there is no other. */
function currentStay(stays: readonly ObservedQueueEntry[]): ObservedQueueEntry | null {
  if (stays.length === 0) return null;
  const live = stays.filter((stay) => stay.status !== 'abandoned');
  const candidates = live.length > 0 ? live : stays;
  return candidates.reduce<ObservedQueueEntry | null>(
    (latest, stay) => (latest === null || stayBegan(stay) > stayBegan(latest) ? stay : latest),
    null,
  );
}

function linkedCalls({ legs, stays }: Placement, index: CallIndex, now: Instant): EndedCall[] {
  const found: EndedCall[] = [];
  const add = (call: EndedCall | undefined) => {
    if (call !== undefined && !found.includes(call)) found.push(call);
  };
  for (const { stayKey, rowKey } of stays)
    add(index.endedByStay(stayKey, now) ?? index.endedByRow(rowKey, now));
  for (const { callId } of stays) if (callId !== null) add(index.endedByUpstreamId(callId, now));
  for (const { callId } of legs) add(index.endedByUpstreamId(callId, now));
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
  const notBefore = linked.reduce((latest, call) => Math.max(latest, call.endedAt), -Infinity);
  if (current !== null) {
    const began = Math.min(...stays.map(stayBegan));
    const resumed = current.rejoinedAt !== null;
    if (resumed || began > notBefore) return { startedAt: began, certainty: 'upstream' };
    return { startedAt: window.latest, certainty: 'observed' };
  }
  let earliest = Infinity;
  for (const { startedAt: time } of legs) {
    if (time === null || time > window.latest + CLOCK_TOLERANCE_MS || time <= notBefore) continue;
    earliest = Math.min(earliest, time);
  }
  return earliest === Infinity
    ? { startedAt: window.latest, certainty: 'observed' }
    : { startedAt: earliest, certainty: 'upstream' };
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

/** The queues with the row's last: back in a queue it has been in before, it is the latest again. */
function withQueue(
  queues: readonly Queue[],
  { queueId: id, queueName: name }: ObservedQueueEntry,
): readonly Queue[] {
  const last = queues.at(-1);
  if (last?.id === id && last.name === name) return queues;
  return [...queues.filter((queue) => queue.id !== id), { id, name }];
}

function firstKnown<Part, Value>(legs: readonly Part[], value: (leg: Part) => Value | null): Value | null {
  for (const leg of legs) {
    const known = value(leg);
    if (known !== null) return known;
  }
  return null;
}
