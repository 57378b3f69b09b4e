import { type Endpoint, ENDPOINTS, type Instant } from '../model/observation.js';
import type { AddedRows } from './added-rows.js';
import { SOURCE } from './columns.js';
import type { Intervals } from './intervals.js';
import type { Interval, LiveData, UnwatchedNumbers } from './numbers.js';
import { unwatchedSince } from './watch.js';

/** @param quarters those of the same query as `intervals` */
export function unwatchedNumbers(
  intervals: readonly Interval[],
  quarters: Intervals,
  rows: AddedRows,
  live: LiveData | null,
  now: Instant,
): readonly UnwatchedNumbers[] {
  const stored = new Map<string, { readonly watched: number; readonly unwatchedMs: number }>();
  for (const { interval, name, counted } of rows.all()) {
    const [watched, unwatchedMs] = [counted.get(SOURCE.watched), counted.get(SOURCE.unwatchedMs)];
    stored.set(`${interval.from} ${name}`, { watched, unwatchedMs });
  }
  const unwatchedIn = (quarter: Interval, endpoint: Endpoint): number => {
    const lengthMs = Math.min(quarter.to, now) - quarter.from;
    const present = presentOf(live, endpoint);
    if (present !== null && present.watchedUntil <= quarter.from) return lengthMs;
    const { watched, unwatchedMs } = stored.get(`${quarter.from} ${endpoint}`) ?? NOTHING;
    // The mark of the last answer's quarter is there, or comes in this moment.
    const isMarked =
      watched > 0 || (present !== null && present.lastAt >= quarter.from && present.lastAt < quarter.to);
    if (!isMarked) return lengthMs;
    const sinceMs = present === null ? 0 : Math.max(0, Math.min(quarter.to, now) - present.watchedUntil);
    return Math.min(lengthMs, unwatchedMs + sinceMs);
  };
  let nth = 0;
  return intervals.map((interval) => {
    const unwatchedMs = { monitor: 0, queue: 0 };
    for (; nth < quarters.all.length && quarters.all[nth]!.from < interval.to; nth++)
      for (const endpoint of ENDPOINTS) unwatchedMs[endpoint] += unwatchedIn(quarters.all[nth]!, endpoint);
    return { ...interval, unwatchedMs };
  });
}

const NOTHING = { watched: 0, unwatchedMs: 0 };

interface Present {
  readonly lastAt: Instant;
  /** `Infinity`: it is watched now. */
  readonly watchedUntil: Instant;
}

function presentOf(live: LiveData | null, endpoint: Endpoint): Present | null {
  if (live === null) return null;
  const source = live.sources[endpoint];
  const lastAt = source.lastComplete?.at ?? -Infinity;
  return { lastAt, watchedUntil: unwatchedSince(source, live.at) ?? Infinity };
}
