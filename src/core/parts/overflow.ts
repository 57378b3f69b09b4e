import type { Call, Leg, QueueEntry } from '../model/call.js';
import { type CycleFacts, sawMonitor } from './cycle-facts.js';
import { belongsToEntry, isGone } from './part.js';
import { isEarlierOrAt, isSeenLater, whenGone } from './window.js';

/**
 * A caller whose entry is Abandoned may have hung up, or have overflowed to extensions outside the queue. The PBX creates the
 * next legs in the same moment, so a leg that began before is no overflow: it rings, or is answered, into silence.
 */

/** Returns the Abandoned entry of a call that has not been answered; null if there is none. */
export function abandonedEntry({ entry, answeredAt }: Call): QueueEntry | null {
  return entry?.absence?.kind === 'abandoned' && answeredAt === null ? entry : null;
}

/**
 * Whether the leg is there and began when the queue let the caller go, or later; without a time, no poll showed it before. One
 * that was shown before an answer of the queue in which the caller waited is the queue's, even if its `call_time` has moved since.
 */
export function isOverflowLeg(leg: Leg, entry: QueueEntry): boolean {
  return leg.absence === null && beganAfterQueue(leg, entry);
}

/** The same, also of a leg that has gone since. */
export function beganAfterQueue({ seen, firstSeen }: Leg, { seen: row, absence: left }: QueueEntry): boolean {
  if (isEarlierOrAt(firstSeen, whenGone(left!))) return false;
  if (seen.startedAt === null || !belongsToEntry(row.abandonedAt, row))
    return !isSeenLater(whenGone(left!), { after: null, by: firstSeen });
  return seen.startedAt >= row.abandonedAt!;
}

/**
 * Whether a leg that this cycle shows first is no leg of the queue that has just gone too. In the second in which the queue
 * let the caller go both may begin, and a monitor answer that was requested after that must show the leg.
 */
export function surelyOverflows(leg: Leg, entry: QueueEntry, cycle: CycleFacts): boolean {
  if (!isOverflowLeg(leg, entry)) return false;
  const { startedAt } = leg.seen;
  const { abandonedAt } = entry.seen;
  const isThatSecond =
    startedAt !== null && startedAt === abandonedAt && belongsToEntry(abandonedAt, entry.seen);
  return !isThatSecond || sawMonitor(cycle, whenGone(entry.absence!));
}

/** Whether the leg is one of the queue's, which the caller did not wait for. */
export function isAfterCallerLeft(leg: Leg, call: Call): boolean {
  const left = abandonedEntry(call);
  return left !== null && !isOverflowLeg(leg, left);
}

/**
 * Whether the Abandoned entry is confirmed as gone while a complete monitor answer since then shows that the call goes on.
 */
export function isOverflow(call: Call, cycle: CycleFacts): boolean {
  const entry = abandonedEntry(call);
  return (
    entry !== null &&
    isGone(entry, cycle.policy) &&
    sawMonitor(cycle, whenGone(entry.absence!)) &&
    call.legs.some((leg) => isOverflowLeg(leg, entry))
  );
}
