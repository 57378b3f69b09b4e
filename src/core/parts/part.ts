import type { Call, Leg, Policy, QueueEntry } from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';

/**
 * What can be said about one part of a call, a leg or a queue entry, without the rest of the call: when it began, which
 * times are its own, whether it is gone.
 */

/** A `call_time` is in whole seconds. */
const CALL_TIME_MS = 1_000;

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
  if (startedAt === null || startedAt <= entryBegan(entry) - CALL_TIME_MS) return false;
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

/** Whether the part is confirmed as gone: it has been missing for so many polls that it is no flicker. */
export function isGone(part: Leg | QueueEntry, policy: Policy): boolean {
  return part.absence !== null && part.absence.polls >= policy.absencePolls;
}

export function pendingAbsence(call: Pick<Call, 'legs' | 'entry'>, policy: Policy): boolean {
  for (const leg of call.legs) if (isPending(leg, policy)) return true;
  return call.entry !== null && isPending(call.entry, policy);
}

function isPending(part: Leg | QueueEntry, policy: Policy): boolean {
  return part.absence !== null && !isGone(part, policy);
}
