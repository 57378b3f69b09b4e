import {
  AGENT_STATES,
  type AgentInterval,
  type AgentState,
  type AgentStats,
  type Interval,
  type Mean,
  type QueueCounts,
  type QueueInterval,
  type QueueStats,
  type Range,
} from './stats.js';

/**
 * The service's numbers, added up to the rows of a report: counts and ranges add, shares follow from the sums, and a mean is weighted
 * by how many it is the mean of. One interval alone gives the service's own numbers.
 */
export interface QueueSum extends QueueCounts {
  /** Of an answer in time; null: the queues have different ones. */
  readonly seconds: number | null;
  readonly inTime: Range;
  readonly abandonedShare: number | null;
  readonly serviceLevel: Range | null;
  readonly speedOfAnswer: Mean;
  readonly talk: Mean;
}

export interface QueueRow {
  /** A day, an hour of the day (`09`) or the id of a queue. */
  readonly key: string;
  readonly name: string;
  readonly sum: QueueSum;
  /** Null: not of this row alone, as of a queue. */
  readonly unwatchedMs: Range | null;
  /** How much time it is about. */
  readonly spanMs: number;
  readonly isOver: boolean;
}

export interface AgentRow {
  readonly extension: string;
  readonly name: string | null;
  readonly answered: number;
  readonly placed: number;
  readonly talk: Mean;
  readonly notAnswered: number;
  readonly inState: Readonly<Record<AgentState, number>>;
  /** Of its intervals: in none of the states. */
  readonly notKnownMs: number;
}

export function sumOf(all: readonly QueueStats[]): QueueSum {
  const total = (count: (each: QueueStats) => number) => all.reduce((sum, each) => sum + count(each), 0);
  const [answered, abandoned, shortAbandons] = [
    total((each) => each.answered),
    total((each) => each.abandoned),
    total((each) => each.shortAbandons),
  ];
  const inTime = {
    least: total(({ serviceLevel }) => serviceLevel.inTime.least),
    most: total(({ serviceLevel }) => serviceLevel.inTime.most),
  };
  const ended = answered + abandoned - shortAbandons;
  const limits = new Set(all.map(({ serviceLevel }) => serviceLevel.seconds));
  return {
    offered: total((each) => each.offered),
    answered,
    abandoned,
    flowedOut: total((each) => each.flowedOut),
    unknown: total((each) => each.unknown),
    waiting: total((each) => each.waiting),
    shortAbandons,
    seconds: limits.size === 1 ? [...limits][0]! : null,
    inTime,
    abandonedShare: ended === 0 ? null : (abandoned - shortAbandons) / ended,
    serviceLevel: ended === 0 ? null : { least: inTime.least / ended, most: inTime.most / ended },
    speedOfAnswer: meanOf(all.map(({ speedOfAnswer }) => speedOfAnswer)),
    talk: meanOf(all.map(({ talk }) => talk)),
  };
}

function meanOf(means: readonly Mean[]): Mean {
  let [ms, known, unknown] = [0, 0, 0];
  for (const mean of means) {
    ms += (mean.ms ?? 0) * mean.known;
    known += mean.known;
    unknown += mean.unknown;
  }
  return { ms: known === 0 ? null : Math.round(ms / known), known, unknown };
}

/** Each interval is a row: a day, or an hour of a single day. */
export function byDay(intervals: readonly QueueInterval[], now: number): readonly QueueRow[] {
  return intervals.map((interval) => rowOf(interval.day, interval.day, [interval], now));
}

/** Hours of several days that have the same place in the day are one row. */
export function byHour(
  intervals: readonly QueueInterval[],
  timeZone: string,
  now: number,
): readonly QueueRow[] {
  const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone });
  const groups = grouped(intervals, ({ from }) => hour.format(Date.parse(from)));
  return [...groups].map(([key, own]) => rowOf(key, key, own, now)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function byQueue(intervals: readonly QueueInterval[]): readonly QueueRow[] {
  const groups = grouped(
    intervals.flatMap(({ queues }) => queues),
    ({ queue }) => queue.id,
  );
  return [...groups]
    .map(([id, own]) => ({
      key: id,
      name: own.findLast(({ queue }) => queue.name !== null)?.queue.name ?? id,
      sum: sumOf(own),
      unwatchedMs: null,
      spanMs: 0,
      isOver: intervals.every(({ isOver }) => isOver),
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function totalOf(intervals: readonly QueueInterval[], now: number): QueueRow {
  return rowOf('total', '', intervals, now);
}

function rowOf(key: string, name: string, intervals: readonly QueueInterval[], now: number): QueueRow {
  return {
    key,
    name,
    sum: sumOf(intervals.flatMap(({ queues }) => queues)),
    unwatchedMs: unwatchedOf(intervals, now),
    spanMs: intervals.reduce((sum, interval) => sum + spanOf(interval, now), 0),
    isOver: intervals.every(({ isOver }) => isOver),
  };
}

/** At least as long as either source, and at most as long as both one after the other. */
export function unwatchedOf(intervals: readonly Interval[], now: number): Range {
  let [least, most] = [0, 0];
  for (const interval of intervals) {
    const { monitor, queue } = interval.unwatchedMs;
    least += Math.max(monitor, queue);
    most += Math.max(Math.max(monitor, queue), Math.min(monitor + queue, spanOf(interval, now)));
  }
  return { least, most };
}

/** Whether a part of its time was not watched that counts: a moment without an answer is no hole in an hour. */
export function isPartlyUnwatched({ unwatchedMs, spanMs }: QueueRow): boolean {
  return unwatchedMs !== null && spanMs > 0 && unwatchedMs.most / spanMs > 0.02;
}

/** How much of it is hatched: so little that it would not be seen is drawn larger. */
export function unwatchedShare({ unwatchedMs, spanMs }: QueueRow): number {
  if (unwatchedMs === null || spanMs === 0) return 0;
  return Math.min(1, Math.max(0.05, unwatchedMs.least / spanMs));
}

/** Whether nothing is known of it, so that it has no numbers: not even that no caller came. */
export function isBlind({ unwatchedMs, spanMs, sum }: QueueRow): boolean {
  return sum.offered === 0 && unwatchedMs !== null && spanMs > 0 && unwatchedMs.least / spanMs > 0.98;
}

/** Three and more that follow each other, of which nothing is known, are one run; every other row is one of its own. */
export function runsOf(rows: readonly QueueRow[]): readonly (readonly [QueueRow, ...QueueRow[]])[] {
  const runs: [QueueRow, ...QueueRow[]][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last !== undefined && isBlind(row) && isBlind(last[0])) last.push(row);
    else runs.push([row]);
  }
  return runs.flatMap((run) => (run.length < 3 ? run.map((row): [QueueRow] => [row]) : [run]));
}

/** How much of it has passed. */
function spanOf({ from, to }: Interval, now: number): number {
  return Math.max(0, Math.min(Date.parse(to), now) - Date.parse(from));
}

export function byAgent(intervals: readonly AgentInterval[], now: number): readonly AgentRow[] {
  const groups = grouped(
    intervals.flatMap((interval) =>
      interval.agents.map((stats) => ({ stats, spanMs: spanOf(interval, now) })),
    ),
    ({ stats }) => stats.agent.extension,
  );
  return [...groups]
    .map(([extension, own]) =>
      agentRow(
        extension,
        own.map(({ stats }) => stats),
        own.reduce((sum, { spanMs }) => sum + spanMs, 0),
      ),
    )
    .sort((a, b) => a.extension.length - b.extension.length || (a.extension < b.extension ? -1 : 1));
}

function agentRow(extension: string, own: readonly AgentStats[], spanMs: number): AgentRow {
  const total = (count: (each: AgentStats) => number) => own.reduce((sum, each) => sum + count(each), 0);
  const inState = Object.fromEntries(
    AGENT_STATES.map((state) => [state, total((each) => each.inState[state])]),
  ) as Record<AgentState, number>;
  const known = AGENT_STATES.reduce((sum, state) => sum + inState[state], 0);
  return {
    extension,
    name: own.findLast(({ agent }) => agent.name !== null)?.agent.name ?? null,
    answered: total(({ answered }) => answered),
    placed: total(({ placed }) => placed),
    talk: meanOf(own.map(({ talk }) => talk)),
    notAnswered: total(({ notAnswered }) => notAnswered),
    inState,
    notKnownMs: Math.max(0, spanMs - known),
  };
}

/** `80 %`, and of a range `78–82 %`, rounded outwards; never up to 100 and never down to 0. */
export function shareText(share: Range | number): string {
  const { least, most } = typeof share === 'number' ? { least: share, most: share } : share;
  const isOne = least === most;
  const low = percent(least, isOne ? Math.round : Math.floor);
  const high = percent(most, isOne ? Math.round : Math.ceil);
  return low === high ? `${low}\u00a0%` : `${low}–${high}\u00a0%`;
}

function percent(share: number, round: (value: number) => number): number {
  if (share <= 0 || share >= 1) return share <= 0 ? 0 : 100;
  return Math.min(99, Math.max(1, round(share * 100)));
}

function grouped<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
