import { describe, expect, it } from '@jest/globals';
import { itFinds } from '../test/support/found-lies.js';
import { deskDayOf } from './desk-day.js';
import { judge } from './judge.js';
import type { DeskEvent } from './judge-desk-report.js';
import { judgeThresholds, type ThresholdVerdict } from './judge-thresholds.js';
import { THRESHOLD_LIES } from './lies/thresholds.js';
import { perfectThresholds } from './perfect-thresholds.js';
import type { JudgedRule } from './threshold-callers.js';

/**
 * Days of a perfect teller, with an outage in each, and the same falsified in one respect, which the judge has to find. Polls showed
 * nearly all of them: where the judge of calls excuses a caller, what follows may be said or not.
 */
const RULES: readonly JudgedRule[] = [
  { queue: null, rule: 'waiting', limit: 2 },
  { queue: null, rule: 'longestWait', limit: 12 },
];
const DAYS = ['thresholds 2', 'thresholds 6'].map((seed) => {
  const day = deskDayOf(seed, { isAway: true });
  const { world, polls, calls } = day;
  const report = judge(world.truth, calls, polls);
  return {
    seed,
    world,
    polls,
    report,
    stated: perfectThresholds({ truth: world.truth, polls: polls.queue, rules: RULES }),
  };
});

function verdict(
  { world, polls, report }: (typeof DAYS)[number],
  events: readonly DeskEvent[],
): ThresholdVerdict {
  return judgeThresholds({ truth: world.truth, events, calls: report, polls, rules: RULES });
}

describe('the judge of thresholds', () => {
  it.each(DAYS)('finds nothing wrong in a true day ($seed)', (day) => {
    const judged = verdict(day, day.stated);
    expect(day.report.ok).toBe(true);
    expect(judged.found).toEqual([]);
    expect(judged.crossed).toBeGreaterThan(20);
    expect(judged.cleared).toBeGreaterThan(20);
    expect(day.stated.filter(({ type }) => type === 'source-down')).toHaveLength(1);
    for (const { rule } of RULES)
      expect(day.stated.some(({ data }) => (data as { rule?: string }).rule === rule)).toBe(true);
  });

  it('finds a bridge that says nothing', () => {
    for (const day of DAYS) expect(verdict(day, []).found.length).toBeGreaterThan(20);
  });

  itFinds(THRESHOLD_LIES, DAYS, (day, stated) => verdict(day, stated).found);

  it('knows many lies', () => {
    expect(THRESHOLD_LIES.length).toBeGreaterThan(60);
  });
});
