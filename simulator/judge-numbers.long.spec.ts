import { describe, expect, it } from '@jest/globals';
import { itFinds } from '../test/support/found-lies.js';
import { deskDayOf } from './desk-day.js';
import { judge } from './judge.js';
import type { DeskFindings } from './judge-desk-report.js';
import { judgeNumbers } from './judge-numbers.js';
import { NUMBERS_LIES } from './lies/day-numbers.js';
import type { Numbers } from './numbers-case.js';
import { perfectNumbers } from './perfect-numbers.js';

/**
 * Days of a perfect teller, with an outage in each, and the same falsified in one respect, which the judge has to find. Polls showed
 * nearly all of them: what the judge of calls excuses may be counted or not.
 */
const DAYS = ['numbers 4', 'numbers 5'].map((seed) => {
  const { world, polls, calls } = deskDayOf(seed, { isAway: true });
  const { truth, log } = world;
  const until = polls.monitor.at(-1)!;
  const given = { truth, log, polls, until, shortAbandonMs: 5_000, seconds: 20 };
  const of = { ...given, calls: judge(truth, calls, polls), paceMs: { monitor: 1_000, queue: 1_000 } };
  return { seed, of, stated: perfectNumbers(given) };
});

function verdict({ of }: (typeof DAYS)[number], stated: Numbers): DeskFindings {
  return judgeNumbers({ ...of, ...stated });
}

describe('the judge of numbers', () => {
  it.each(DAYS)('finds nothing wrong in a true day ($seed)', (day) => {
    const judged = verdict(day, day.stated);
    expect(day.of.calls.ok).toBe(true);
    expect(judged.found).toEqual([]);
    expect(judged.statements).toBeGreaterThan(500);
    // A day on which little happened proves little.
    const sum = (column: 'answered' | 'abandoned' | 'flowedOut' | 'shortAbandons'): number =>
      day.stated.queues.reduce((total, row) => total + row[column], 0);
    expect(sum('answered')).toBeGreaterThan(20);
    expect(sum('abandoned')).toBeGreaterThan(10);
    expect(sum('shortAbandons')).toBeGreaterThan(0);
    expect(day.stated.unwatched.reduce((total, row) => total + row.unwatchedMs.monitor, 0)).toBe(31_000);
  });

  it('finds a bridge that has counted nothing', () => {
    for (const day of DAYS)
      expect(
        verdict(day, { queues: [], agents: [], unwatched: [], history: [] }).found.length,
      ).toBeGreaterThan(20);
  });

  itFinds(NUMBERS_LIES, DAYS, (day, stated) => verdict(day, stated).found);

  it('knows many lies', () => {
    expect(NUMBERS_LIES.length).toBeGreaterThan(80);
  });
});
