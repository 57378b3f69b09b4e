import {
  type Absence,
  type Call,
  type Leg,
  PBX_PRECISION_MS,
  type Policy,
  type QueueEntry,
} from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import type { CycleFacts } from './cycle-facts.js';
import { isAfter, isLongAgo, isSeenLater, whenGone } from './window.js';

/**
 * What can be said about one part of a call, a leg or a queue entry, without the rest of the call: when it began, which
 * times are its own, whether it is gone.
 */

/** When the entry began: the caller joined the queue, or came back into it. */
export function entryBegan(row: ObservedQueueEntry): Instant {
  return row.rejoinedAt ?? row.joinedAt;
}

/** Whether a time on the row belongs to this entry: a resume does not clear the `abandoned_time` of an earlier one. */
export function belongsToEntry(time: Instant | null, row: ObservedQueueEntry): boolean {
  return time !== null && time >= entryBegan(row);
}

/**
 * Whether a leg with this `call_time` began during the entry, judged by the PBX's own times only. The PBX may move a
 * `call_time` to a later time, that of the bridging; such a leg may not be recognised, but none is taken for another's.
 */
export function beganDuring(startedAt: Instant | null, entry: ObservedQueueEntry): boolean {
  if (startedAt === null || startedAt <= entryBegan(entry) - PBX_PRECISION_MS) return false;
  if (entry.status !== 'abandoned') return true;
  return belongsToEntry(entry.abandonedAt, entry) && startedAt <= entry.abandonedAt!;
}

/** Finds the one entry during which a leg with this `call_time` began; null if there is none, or more than one. */
export function onlyEntryDuring(
  startedAt: Instant | null,
  entries: readonly ObservedQueueEntry[],
): ObservedQueueEntry | null {
  const during = entries.filter((entry) => beganDuring(startedAt, entry));
  return during.length === 1 ? during[0]! : null;
}

/** From when until when the queue can have rung for the entry, by the PBX's own times; `to` null: it still can. */
export function ringTimes(row: ObservedQueueEntry): { readonly from: Instant; readonly to: Instant | null } {
  const left =
    row.status === 'abandoned' ? row.abandonedAt : row.status === 'answered' ? row.bridgedAt : null;
  return { from: entryBegan(row), to: belongsToEntry(left, row) ? left : null };
}

/** Whether two legs began together, as those of a ring group do. */
export function beganTogether(a: Instant | null, b: Instant | null): 'together' | 'apart' | 'unknown' {
  if (a === null || b === null) return 'unknown';
  return Math.abs(a - b) <= PBX_PRECISION_MS ? 'together' : 'apart';
}

/** Whether the part is confirmed as gone: it has been missing for so many polls that it is no flicker. */
export function isGone({ absence }: Leg | QueueEntry, policy: Policy): boolean {
  return absence !== null && absence.polls >= policy.absencePolls;
}

/**
 * The same of a leg. A talking leg whose extension is not listed any more is held for a while, because a softphone that
 * reconnects comes back; but not if the queue has deleted its row, as it does when the leg ends, nor where only partial
 * answers lack it, which have done so for longer already, nor once another leg of the call has begun to talk. One whose
 * extension may be hidden, and of whose call only a listener is left, is held while the queue lists the row as Answered: the
 * listener has not taken the call over.
 */
export function isLegGone(leg: Leg, call: Call, cycle: CycleFacts): boolean {
  const { policy, now, lackOf, listsIdle } = cycle;
  const { absence, seen, state } = leg;
  const { entry } = call;
  if (!isGone(leg, policy)) return false;
  const mayBeHidden = state === 'answered' && (absence!.unlisted || !listsIdle);
  if (mayBeHidden && isOnlyListenedTo(leg, call) && listsAnswered(entry, cycle)) return false;
  if (!absence!.unlisted || state !== 'answered' || isSucceeded(leg, call)) return true;
  const isDeleted =
    entry?.absence?.kind === 'vanished' && !isAfter(whenGone(absence!), whenGone(entry.absence));
  if (isDeleted) return true;
  const lack = lackOf(seen);
  return (
    lack === 'doubtful' || (lack === 'absent' && isLongAgo(whenGone(absence!), now, policy.unlistedHoldMs))
  );
}

/** Whether another leg of the call began to talk after this one had gone: the caller has been transferred. */
function isSucceeded({ seen, absence }: Leg, { legs }: Call): boolean {
  return legs.some(
    (other) =>
      other.state === 'answered' &&
      other.absence === null &&
      other.joined !== 'listens' &&
      other.seen.extension !== seen.extension &&
      isSeenLater(other.since, whenGone(absence!)),
  );
}

/** Whether only listeners are left beside the leg: also in the polls that confirm that the listener goes. */
function isOnlyListenedTo(leg: Leg, { legs }: Call): boolean {
  const others = legs.filter((other) => other.seen.extension !== leg.seen.extension);
  return others.length > 0 && others.every(({ joined }) => joined === 'listens');
}

/** Whether the queue lists the entry as Answered: its agent still has the caller. */
export function listsAnswered(
  entry: QueueEntry | null,
  { incomplete: { queue } }: Pick<CycleFacts, 'incomplete'>,
): boolean {
  if (entry === null || entry.absence !== null || !entry.answered) return false;
  return queue === null || !queue.missing.has(entry.seen.key);
}

/** How much of `MAX_LEGS_OF_CALL` the call takes up: by its legs, or by offers whose end is not known yet. */
export function extentOf({ legs, participants }: Pick<Call, 'legs' | 'participants'>): number {
  let offers = 0;
  for (const { offerOpen } of participants) if (offerOpen) offers += 1;
  return Math.max(legs.length, offers);
}

/** Whether further polls must show that a missing part is gone. */
export function pendingAbsence(call: Pick<Call, 'legs' | 'entry'>, policy: Policy): boolean {
  for (const { absence } of call.legs) if (isPending(absence, policy)) return true;
  return call.entry !== null && isPending(call.entry.absence, policy);
}

function isPending(absence: Absence | null, { absencePolls }: Policy): boolean {
  return absence !== null && absence.polls < absencePolls;
}
