import type { HabitName } from './options.js';
import type { CallTruth } from './truth.js';

/** How many calls a habit touched, and how many each pair of them. */
export interface HabitCount {
  /** All calls that were counted, touched or not. */
  readonly calls: number;
  readonly habits: ReadonlyMap<HabitName, number>;
  /** By `pairOf`: the two names in the order of the alphabet. Pairs that never met are left out. */
  readonly pairs: ReadonlyMap<string, number>;
}

/** Counts over one or several days: the truths of all of them, one after the other. */
export function countHabits(...truths: readonly (readonly CallTruth[])[]): HabitCount {
  const habits = new Map<HabitName, number>();
  const pairs = new Map<string, number>();
  let calls = 0;
  for (const call of truths.flat()) {
    calls += 1;
    for (const [place, one] of call.habits.entries()) {
      habits.set(one, (habits.get(one) ?? 0) + 1);
      for (const other of call.habits.slice(place + 1)) {
        const pair = pairOf(one, other);
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      }
    }
  }
  return { calls, habits, pairs };
}

/** The name under which `countHabits` counts the calls that both touched. */
export function pairOf(one: HabitName, other: HabitName): string {
  return one < other ? `${one}+${other}` : `${other}+${one}`;
}
