import type { QueueState } from '@pitel-event-bridge/client';
import { type Alarm, alarmsOf } from './alarms.js';
import type { Totals } from './totals.js';

/** A queue as the board shows it: now, and what its day has come to. */
export interface QueueRow {
  readonly id: string;
  readonly name: string;
  /** Null: not known. */
  readonly now: QueueState | null;
  /** Since when the caller waits who has waited for longest; null: none waits, or it is not known. */
  readonly longestSince: number | null;
  /** Null: not known. */
  readonly day: Totals | null;
  readonly alarms: readonly Alarm[];
}

/**
 * Queues in trouble come first, in the order in which they came into it; the others by name, so that each is found where it was.
 *
 * @param days null: not known; a queue that is not in it has had no caller today
 */
export function queueRows(
  queues: readonly QueueState[] | null,
  days: ReadonlyMap<string, Totals & { readonly name: string }> | null,
  none: Totals,
): readonly QueueRow[] {
  const rows = new Map<string, QueueRow>();
  for (const [id, day] of days ?? [])
    rows.set(id, { id, name: day.name, now: null, longestSince: null, day, alarms: [] });
  for (const now of queues ?? []) {
    const { queue, longestWait } = now;
    const day = days === null ? null : (days.get(queue.id) ?? none);
    const longestSince = longestWait === null ? null : Date.parse(longestWait.since);
    rows.set(queue.id, { ...queue, now, longestSince, day, alarms: alarmsOf([now]) });
  }
  return [...rows.values()].sort(byTrouble);
}

function byTrouble(a: QueueRow, b: QueueRow): number {
  const [first, second] = [a.alarms[0]?.since ?? Infinity, b.alarms[0]?.since ?? Infinity];
  return first === second ? a.name.localeCompare(b.name) : first < second ? -1 : 1;
}

/** The longest of the waits, and whose. */
export function longestWait(
  queues: readonly QueueState[],
): { readonly since: number; readonly name: string } | null {
  let longest: { since: number; name: string } | null = null;
  for (const { queue, longestWait: own } of queues) {
    if (own === null) continue;
    const since = Date.parse(own.since);
    if (longest === null || since < longest.since) longest = { since, name: queue.name };
  }
  return longest;
}
