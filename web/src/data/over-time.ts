import { type CallRecord, type ServiceGoal, totalsOf } from './statistics.js';

/** Answered and abandoned over the day, in intervals as long as the day's records need. */
export interface OverTime {
  readonly intervalMs: number;
  /** Where each interval begins. */
  readonly from: readonly number[];
  readonly answered: readonly number[];
  readonly abandoned: readonly number[];
  /** Share from 0 to 1; null for an interval in which nothing was measured. */
  readonly serviceLevel: readonly (number | null)[];
}

const MINUTE = 60_000;
const INTERVALS = [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE);
/** More bars than this are too thin to be distinguished from across a room. */
const MOST_BARS = 32;

/** From the first record to now. A quiet interval is there, with nothing in it. */
export function overTime(records: readonly CallRecord[], goal: ServiceGoal, now: number): OverTime {
  const first = records.reduce((least, { at }) => Math.min(least, at), now);
  const intervalMs = INTERVALS.find((ms) => now - first <= ms * MOST_BARS) ?? INTERVALS.at(-1)!;
  const begin = startOf(first, intervalMs);
  const count = Math.floor((startOf(now, intervalMs) - begin) / intervalMs) + 1;
  const groups = Array.from({ length: count }, () => [] as CallRecord[]);
  for (const record of records) {
    // The PBX's clock may be ahead of ours: a call in the future is counted as one of now.
    const index = Math.min(count - 1, Math.floor((record.at - begin) / intervalMs));
    groups[index]?.push(record);
  }
  const totals = groups.map((group) => totalsOf(group, goal));
  return {
    intervalMs,
    from: totals.map((_, index) => begin + index * intervalMs),
    answered: totals.map(({ answered }) => answered),
    abandoned: totals.map(({ abandoned }) => abandoned),
    serviceLevel: totals.map(({ serviceLevel }) => serviceLevel),
  };
}

/** Whole minutes are whole in every zone; hours begin with the local hour, also where zones are half an hour apart. */
function startOf(instant: number, intervalMs: number): number {
  const local = new Date(instant);
  const sinceMidnight =
    (local.getHours() * 60 + local.getMinutes()) * MINUTE +
    local.getSeconds() * 1000 +
    local.getMilliseconds();
  return instant - (sinceMidnight % intervalMs);
}
