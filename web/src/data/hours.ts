import type { Interval, QueueStats } from './desk.js';
import { type Totals, totalsOf } from './totals.js';

/** The day by hours, for a chart: bars of calls, and where nothing was watched. */
export interface HoursOfDay {
  readonly hours: readonly Hour[];
  /** The top of the scale: never so low that few calls look like many. */
  readonly most: number;
  /** The day was not watched from its beginning to this instant, and the hours before it are left out; null: it was. */
  readonly unwatchedUntil: number | null;
}

export interface Hour {
  readonly from: number;
  readonly to: number;
  readonly state: 'over' | 'now' | 'to-come';
  readonly totals: Totals;
  /** The share of the hour, or of what has passed of it, in which the queues were not watched: 0 to 1. */
  readonly unwatched: number;
}

type Given = Interval & { readonly queues: readonly QueueStats[] };

/** A bar of three calls should not fill the chart. */
const LEAST_TOP = 10;
/** So many hours are there where the day has them, empty ones to come among them: a chart that is full from the first hour says little. */
const LEAST_HOURS = 10;
/** And so many late in the evening, hours before the bridge began among them. */
const LEAST_DARK = 6;
const HOUR_MS = 3_600_000;

/** From the first hour in which something happened, or nothing was watched, to the present; all of them of one day. */
export function hoursOf(intervals: readonly Given[], now: number): HoursOfDay {
  const all = intervals.map((interval) => hourOf(interval, now));
  if (all.length === 0) return { hours: [], most: LEAST_TOP, unwatchedUntil: null };
  const watched = all.findIndex((hour) => !isDark(hour));
  const begun = all.findIndex((hour) => hour.totals.offered > 0 || hour.unwatched > 0);
  // Of the hours before the bridge began one is enough to show them.
  const dark = watched < 0 ? all.length : watched;
  let first = dark > 0 ? dark - 1 : begun < 0 ? all.length - 1 : begun;
  const hours = all.slice(first);
  const dayEnds = all[0]!.from + 24 * HOUR_MS;
  while (hours.length < LEAST_HOURS && hours.at(-1)!.to < dayEnds) hours.push(toCome(hours.at(-1)!.to));
  const least = dark > 0 ? LEAST_DARK : LEAST_HOURS;
  while (hours.length < least && first > 0) hours.unshift(all[(first -= 1)]!);
  return {
    hours,
    most: roundTop(Math.max(LEAST_TOP, ...hours.map(({ totals }) => totals.offered))),
    unwatchedUntil: dark > 0 ? seenFrom(all, dark, now) : null,
  };
}

/** When the bridge began: within the first hour that is not wholly dark, if there is one. */
function seenFrom(all: readonly Hour[], dark: number, now: number): number {
  const first = all[dark];
  if (first === undefined) return now;
  return first.from + first.unwatched * (Math.min(first.to, now) - first.from);
}

function isDark({ unwatched, totals }: Hour): boolean {
  return unwatched >= 1 && totals.offered === 0;
}

function hourOf({ from, to, isOver, unwatchedMs, queues }: Given, now: number): Hour {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  const passed = Math.max(1, Math.min(end, now) - begin);
  return {
    from: begin,
    to: end,
    state: isOver ? 'over' : 'now',
    totals: totalsOf(queues),
    unwatched: Math.min(1, Math.max(unwatchedMs.queue, unwatchedMs.monitor) / passed),
  };
}

function toCome(from: number): Hour {
  return { from, to: from + HOUR_MS, state: 'to-come', totals: totalsOf([]), unwatched: 0 };
}

/** 10, 20, 30, 40, 50, 60, 80, 100, 200 …: halves of it are whole numbers. */
function roundTop(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * unit);
  return steps.find((step) => step >= value) ?? value;
}

/** Every how many hours a label stands, so that two never touch. */
export function labelEvery(hours: number, room: number, labelWidth: number): number {
  const fit = Math.max(1, Math.floor(room / labelWidth));
  return [1, 2, 3, 4, 6, 12].find((step) => Math.ceil(hours / step) <= fit) ?? 24;
}
