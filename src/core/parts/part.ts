import type { Call, Leg, Policy, QueueEntry } from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';

/**
 * What a part of a call, a leg or a stay in a queue, says by itself: when it began, whose its times are, whether it is
 * gone.
 */

/** How far the PBX's clock may be behind ours before something new looks old. */
export const CLOCK_TOLERANCE_MS = 5_000;

/** A `call_time` holds whole seconds. */
const CALL_TIME_MS = 1_000;

/** When the caller came into the queue, or came back into it. */
export function entryBegan(row: ObservedQueueEntry): Instant {
  return row.rejoinedAt ?? row.joinedAt;
}

/** Times of an earlier stay stay on a resumed row: `abandoned_time` is not cleared by a resume. */
export function belongsToEntry(time: Instant | null, row: ObservedQueueEntry): boolean {
  return time !== null && time >= entryBegan(row);
}

/**
 * A leg with that `call_time` began during the stay, by the PBX's own times alone: `call_time` moves at most to a later
 * one, the bridge's, and then nothing is said.
 */
export function beganDuring(startedAt: Instant | null, entry: ObservedQueueEntry): boolean {
  if (startedAt === null || startedAt <= entryBegan(entry) - CALL_TIME_MS) return false;
  if (entry.status !== 'abandoned') return true;
  return belongsToEntry(entry.abandonedAt, entry) && startedAt <= entry.abandonedAt!;
}

/** The one of these stays during which a leg with that `call_time` began; null where it is none of them, or in doubt. */
export function onlyEntryDuring(
  startedAt: Instant | null,
  entries: readonly ObservedQueueEntry[],
): ObservedQueueEntry | null {
  const during = entries.filter((entry) => beganDuring(startedAt, entry));
  return during.length === 1 ? during[0]! : null;
}

/** Missing for long enough that no flicker explains it. */
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
