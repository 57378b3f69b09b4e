import type { QueueStats, Range } from './desk.js';

/** The numbers of queues together: sums, and the service level of all of their calls, each by its own queue's limit. */
export interface Totals {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Those who wait now. */
  readonly waiting: number;
  readonly shortAbandons: number;
  readonly inTime: Range;
  /** What the service level is a share of: answered + abandoned − short. */
  readonly measured: number;
  /** 0 to 1; null: of no call. */
  readonly level: Range | null;
  /** (abandoned − short) ÷ measured; null: of no call. */
  readonly abandonedShare: number | null;
  /** Within so many seconds an answer is in time; null: the queues differ, or there is none. */
  readonly seconds: number | null;
}

export function totalsOf(rows: Iterable<QueueStats>): Totals {
  const sum = { offered: 0, answered: 0, abandoned: 0, waiting: 0, shortAbandons: 0 };
  const inTime = { least: 0, most: 0 };
  const limits = new Set<number>();
  for (const { offered, answered, abandoned, waiting, shortAbandons, serviceLevel } of rows) {
    sum.offered += offered;
    sum.answered += answered;
    sum.abandoned += abandoned;
    sum.waiting += waiting;
    sum.shortAbandons += shortAbandons;
    inTime.least += serviceLevel.inTime.least;
    inTime.most += serviceLevel.inTime.most;
    limits.add(serviceLevel.seconds);
  }
  const measured = sum.answered + sum.abandoned - sum.shortAbandons;
  const isNone = measured === 0;
  return {
    ...sum,
    inTime,
    measured,
    level: isNone ? null : { least: inTime.least / measured, most: inTime.most / measured },
    abandonedShare: isNone ? null : (sum.abandoned - sum.shortAbandons) / measured,
    seconds: limits.size === 1 ? [...limits][0]! : null,
  };
}

/** By the queue's id. */
export function totalsByQueue(rows: Iterable<QueueStats>): ReadonlyMap<string, Totals & { name: string }> {
  const byQueue = new Map<string, QueueStats[]>();
  for (const row of rows) byQueue.set(row.queue.id, [...(byQueue.get(row.queue.id) ?? []), row]);
  return new Map(
    Array.from(byQueue, ([id, own]) => [
      id,
      { ...totalsOf(own), name: own.findLast(({ queue }) => queue.name !== null)?.queue.name ?? id },
    ]),
  );
}
