import type { AgentState } from '../../core/day/agent-standing.js';
import type {
  AgentNumbers,
  Interval,
  IntervalKind,
  Mean,
  QueueNumbers,
  UnwatchedNumbers,
} from '../../core/day/numbers.js';
import { rfc3339 } from '../../core/model/event.js';
import type { Endpoint, Instant } from '../../core/model/observation.js';

/**
 * The numbers as HTTP shows them: as `core/day/numbers.ts` computes them, interval by interval, with instants in RFC 3339. What is
 * not known is a range, counted beside the number, or null; it is never zero.
 */
export interface IntervalView {
  /** The day in the tenant's zone. */
  readonly day: string;
  readonly from: string;
  readonly to: string;
  /** False: it goes on, and counts what has been so far. */
  readonly isOver: boolean;
  /** How long each source was not watched: what happened then is in no number. */
  readonly unwatchedMs: Readonly<Record<Endpoint, number>>;
}

export type QueueStatsView = Omit<QueueNumbers, keyof Interval>;
export interface AgentStatsView extends Omit<AgentNumbers, keyof Interval | 'now'> {
  readonly now: { readonly state: AgentState; readonly since: string } | null;
}

export interface QueueIntervalView extends IntervalView {
  /** Those that somebody entered in the interval, by their ids. */
  readonly queues: readonly QueueStatsView[];
}

export interface AgentIntervalView extends IntervalView {
  /** Those of whom anything is known in the interval, by their extensions. */
  readonly agents: readonly AgentStatsView[];
}

/** What the answer says before its intervals. */
export interface StatsHead {
  readonly from: string;
  readonly to: string;
  readonly by: IntervalKind;
  /** IANA name: whose days and hours they are. */
  readonly timeZone: string;
}

export function queueIntervalViews(
  intervals: readonly UnwatchedNumbers[],
  rows: readonly QueueNumbers[],
  now: Instant,
): readonly QueueIntervalView[] {
  return intervalViews(intervals, rows, now).map(({ interval, rows }) => ({
    ...interval,
    queues: rows.map(({ speedOfAnswer, talk, ...row }) => ({
      ...row,
      speedOfAnswer: meanView(speedOfAnswer),
      talk: meanView(talk),
    })),
  }));
}

export function agentIntervalViews(
  intervals: readonly UnwatchedNumbers[],
  rows: readonly AgentNumbers[],
  now: Instant,
): readonly AgentIntervalView[] {
  return intervalViews(intervals, rows, now).map(({ interval, rows }) => ({
    ...interval,
    agents: rows.map(({ now: standing, ...row }) => ({
      ...row,
      talk: meanView(row.talk),
      now: standing && { state: standing.state, since: rfc3339(standing.since) },
    })),
  }));
}

/** In whole milliseconds, as every duration is shown. */
function meanView({ ms, known, unknown }: Mean): Mean {
  return { ms: ms === null ? null : Math.round(ms), known, unknown };
}

/** Each interval with its rows. Both are in order, and a row is of one of the intervals. */
function intervalViews<Row extends Interval>(
  intervals: readonly UnwatchedNumbers[],
  rows: readonly Row[],
  now: Instant,
): readonly { readonly interval: IntervalView; readonly rows: readonly Omit<Row, keyof Interval>[] }[] {
  const byBegin = new Map<number, Row[]>(intervals.map(({ from }) => [from, []]));
  for (const row of rows) byBegin.get(row.from)?.push(row);
  return intervals.map(({ day, from, to, unwatchedMs }) => ({
    interval: { day, from: rfc3339(from), to: rfc3339(to), isOver: to <= now, unwatchedMs },
    rows: (byBegin.get(from) ?? []).map(withoutInterval),
  }));
}

function withoutInterval<Row extends Interval>({
  day: _,
  from: __,
  to: ___,
  ...row
}: Row): Omit<Row, keyof Interval> {
  return row;
}
