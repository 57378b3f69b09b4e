import { MAX_LEGS_OF_CALL, MAX_PAST_OF_CALL } from '../model/bounds.js';
import type { Call, Leg, Participant, Queue, QueueEntry } from '../model/call.js';
import { type MutableCall, copyOf } from '../model/call-copy.js';
import type { PlacedLeg, Placement } from './placement.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { agentNamesOf } from '../parts/agents.js';
import { mayBeInbound } from '../parts/customer.js';
import { beganDuring, pendingAbsence, entryBegan } from '../parts/part.js';
import { isJustSeen, whenGone } from '../parts/window.js';
import { newEntry } from '../observe/observe-entries.js';

/** Gives a call new or changed parts, and takes its ids, numbers, queues and participants from them. */

/** Returns the call with the placement's parts added. */
export function joinParts(call: Call, placement: Placement, cycle: CycleFacts): Call {
  return addParts(copyOf(call), placement, cycle);
}

/** Returns the call with these parts in place of its own, and with what they say about it. */
export function withParts(
  call: Call,
  { legs, entry }: Pick<Call, 'legs' | 'entry'>,
  cycle: CycleFacts,
): Call {
  const changed = copyOf(call);
  changed.legs = legs;
  changed.entry = entry;
  return learnFromParts(changed, cycle);
}

/** Adds the placement's parts to `call` itself. */
export function addParts(call: MutableCall, { legs, entries }: Placement, cycle: CycleFacts): Call {
  const known = call.legs;
  call.legs = [...known, ...legs.map((leg) => newLeg(leg, known, cycle))];
  call.participants = legs.reduce(
    (all, { seen }) => withParticipant(all, seen, call.legs),
    call.participants,
  );
  call.customer ??= entries[0]?.customer ?? firstKnown(legs, ({ seen }) => seen.customer);
  if (entries.length > 0) {
    // A call has one queue entry at a time: a newer one means that the caller has moved on to another queue.
    const before = call.entry?.seen ?? null;
    const current = currentEntry(entries, call.entry);
    const left = (before === null ? entries : [before, ...entries]).filter((entry) => entry !== current);
    if (current !== before) {
      call.entry = newEntry(current, cycle);
      call.legs = call.legs.map((leg) =>
        known.includes(leg) && isRungFor(leg, current) ? { ...leg, joined: 'shown' } : leg,
      );
    }
    // A caller in a queue called in, whatever direction the PBX lists for the legs that ring for the call.
    call.direction = 'inbound';
    const past = left.slice(-MAX_PAST_OF_CALL);
    call.queues = past.reduce<readonly Queue[]>(withQueue, call.queues);
    call.pastEntries = withPast(call.pastEntries, past);
  }
  return learnFromParts(call, cycle);
}

/** Adds to the call what its parts say about it: ids, numbers and a queue that were not known before. */
function learnFromParts(call: MutableCall, cycle: CycleFacts): Call {
  const { legs, entry } = call;
  call.upstreamIds = idsOf(call.upstreamIds, legs, entry);
  // The row of a consultation's leg may turn into one of the customer who is being transferred, but the call stays local.
  if (call.direction !== 'local') {
    call.customer ??= entry?.seen.customer ?? firstKnown(legs, ({ seen }) => seen.customer);
    call.hotline ??= firstKnown(legs, ({ seen }) => seen.hotline);
  }
  if (entry !== null) {
    call.queues = withQueue(call.queues, entry.seen);
    call.entry = withRing(entry, legs);
  }
  call.pendingAbsence = pendingAbsence(call, cycle.policy);
  return call;
}

/** Returns the entries with those that the call has left now; the newest of them. */
export function withPast(
  known: Call['pastEntries'],
  left: readonly Pick<ObservedQueueEntry, 'entryKey' | 'rowKey'>[],
): Call['pastEntries'] {
  const all = [...known, ...left.map(({ entryKey, rowKey }) => ({ entryKey, rowKey }))];
  return all.slice(-MAX_PAST_OF_CALL);
}

/** Returns `known` itself where the parts name no new id. Of more than `MAX_IDS` the first and the newest are kept. */
function idsOf(known: readonly string[], legs: Call['legs'], entry: Call['entry']): readonly string[] {
  let ids = known;
  const add = (id: string) => {
    if (!ids.includes(id)) ids = [...ids, id];
  };
  const entryId = entry?.seen.callId ?? null;
  if (entryId !== null) add(entryId);
  for (const { seen } of legs) add(seen.callId);
  return ids.length <= MAX_IDS ? ids : [ids[0]!, ...ids.slice(1 - MAX_IDS)];
}

/** Those of all its parts, and as many of parts that have gone. */
const MAX_IDS = 2 * MAX_LEGS_OF_CALL;
/** Whether a leg that had been taken for the call's, before the queue showed where the caller is, is the ring of that entry. */
function isRungFor({ seen, joined, absence }: Leg, entry: ObservedQueueEntry): boolean {
  return joined === 'inferred' && absence === null && beganDuring(seen.startedAt, entry);
}

function newLeg({ seen, joined, created }: PlacedLeg, known: readonly Leg[], cycle: CycleFacts): Leg {
  const state = seen.signal === 'answered' ? 'answered' : 'ringing';
  const appeared = created?.since ?? cycle.monitor!;
  const since = state === 'ringing' || created?.seen.signal === 'answered' ? appeared : cycle.monitor!;
  const rang = joined === 'shown' && state === 'answered' ? ringOf(seen, known, cycle) : undefined;
  const firstSeen = rang?.firstSeen ?? appeared.by;
  return { seen, state, joined, firstSeen, since, waited: seen.ringWait, absence: null };
}

/** The ring of this extension that the answer ends: some PBXs show the leg that answers a call under the call's id. */
function ringOf({ extension }: ObservedLeg, known: readonly Leg[], { monitor }: CycleFacts): Leg | undefined {
  return known.find(
    ({ seen, state, absence }) =>
      seen.extension === extension &&
      state === 'ringing' &&
      absence !== null &&
      isJustSeen(whenGone(absence), monitor?.by ?? null),
  );
}

/**
 * Notes that the queue rings for the entry, and that a leg is there: then its row is not stale. Only a ring-all queue rings
 * while the row names no agent.
 */
function withRing(entry: QueueEntry, legs: readonly Leg[]): QueueEntry {
  const { seen, answered, quiet, changedAt, absence } = entry;
  const rung = seen.status === 'trying' ? legs.filter((leg) => mayBeInbound(leg.seen)) : [];
  const isRinging = rung.some((leg) => leg.absence === null);
  // Where the ring was over before the row came, nothing shows what the row said while it rang.
  const before = entry.rang === 'no' && rung.length > 0 ? 'named' : entry.rang;
  const rang = !isRinging ? before : agentNamesOf(seen).length === 0 ? 'unnamed' : 'named';
  const isThere = legs.some((leg) => leg.absence === null);
  const isKept =
    (rang === entry.rang || (entry.rang === 'unnamed' && rang === 'named')) && !(isThere && quiet !== null);
  if (isKept) return entry;
  const kept = entry.rang === 'unnamed' ? 'unnamed' : rang;
  return { seen, answered, rang: kept, quiet: isThere ? null : quiet, changedAt, absence };
}

/**
 * Returns the participants with the leg's extension. Beyond `MAX_LEGS_OF_CALL` the first one at which the call does not ring is
 * forgotten. The new one then begins to count its offers above all others, so that no offer ever has the id of another one.
 */
export function withParticipant(
  participants: readonly Participant[],
  leg: ObservedLeg,
  legs: readonly Pick<Leg, 'seen'>[],
): readonly Participant[] {
  if (participants.some((participant) => participant.extension === leg.extension)) return participants;
  const { extension, extensionId, agentName, username, userId } = leg;
  const isFull = participants.length >= MAX_LEGS_OF_CALL;
  const forgotten = isFull ? participants.find((one) => !isInvolved(one, legs)) : undefined;
  return [
    ...(forgotten === undefined ? participants : participants.filter((one) => one !== forgotten)),
    {
      extension,
      extensionId,
      agentName,
      username,
      userId,
      offers: isFull ? Math.max(...participants.map(({ offers }) => offers)) : 0,
      offerOpen: false,
      elsewhere: false,
      ringingStopped: null,
    },
  ];
}

function isInvolved({ extension, offerOpen }: Participant, legs: readonly Pick<Leg, 'seen'>[]): boolean {
  return offerOpen || legs.some(({ seen }) => seen.extension === extension);
}

/**
 * Picks, of several queue entries of one caller, the live one that began last, or an Abandoned one if none is live. The
 * newest row need not be the current entry: an older row may appear late, after a partial answer or a status that said
 * nothing.
 *
 * @param entries at least one
 * @param known the call's own entry, which does not count as live while its row is missing
 */
export function currentEntry(
  entries: readonly ObservedQueueEntry[],
  known: QueueEntry | null = null,
): ObservedQueueEntry {
  const isThere = known !== null && known.absence === null;
  const live = entries.filter((entry) => entry.status !== 'abandoned');
  const candidates = isThere ? [known.seen, ...live] : live;
  const all = known === null ? entries : [...entries, known.seen];
  return (candidates.length > 0 ? candidates : all).reduce((last, entry) =>
    entryBegan(entry) > entryBegan(last) ? entry : last,
  );
}

/** Moves the row's queue to the end of the list, also when the call has been in that queue before. */
function withQueue(
  queues: readonly Queue[],
  { queueId: id, queueName: name }: ObservedQueueEntry,
): readonly Queue[] {
  const last = queues.at(-1);
  if (last?.id === id && last.name === name) return queues;
  return [...queues.filter((queue) => queue.id !== id), { id, name }].slice(-MAX_PAST_OF_CALL);
}

function firstKnown<Part, Value>(legs: readonly Part[], value: (leg: Part) => Value | null): Value | null {
  for (const leg of legs) {
    const known = value(leg);
    if (known !== null) return known;
  }
  return null;
}
