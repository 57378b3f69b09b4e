import { describe, expect, it } from '@jest/globals';
import { itFinds } from '../test/support/found-lies.js';
import { deskDayOf } from './desk-day.js';
import { judge } from './judge.js';
import { type CallbackVerdict, judgeCallbacks } from './judge-callbacks.js';
import { CALLBACK_LIES } from './lies/callbacks.js';
import type { StatedCallbacks } from './perfect-callbacks.js';

/** Days of a perfect teller, and the same falsified in one respect, which the judge has to find. */
const DAYS = ['desk 1', 'desk 2', 'desk 3'].map((seed) => {
  const day = deskDayOf(seed);
  return { seed, ...day, report: judge(day.world.truth, day.calls, day.polls) };
});

function verdict(
  { world, report, rules, polls }: (typeof DAYS)[number],
  given: StatedCallbacks,
): CallbackVerdict {
  return judgeCallbacks({
    truth: world.truth,
    events: given.events,
    acts: given.acts,
    calls: report,
    rules,
    polls,
  });
}

describe('the judge of call-backs', () => {
  it.each(DAYS)('finds nothing wrong in a true day ($seed)', (day) => {
    const judged = verdict(day, day.stated);
    expect(judged.found).toEqual([]);
    expect(judged.due).toBeGreaterThan(20);
    expect(judged.missed).toBeGreaterThan(judged.due);
    expect(judged.tried).toBeGreaterThan(5);
    expect(judged.closedByAttempt.sure).toBe(0);
    expect(judged.statements).toBeGreaterThan(1_500);
  });

  it('sees every way in which an item ends, over the days', () => {
    const ways = new Set(DAYS.flatMap((day) => Object.keys(verdict(day, day.stated).closed)));
    expect([...ways].sort()).toEqual(['called-back', 'dismissed', 'expired', 'reached-us']);
  });

  itFinds(CALLBACK_LIES, DAYS, (day, stated) => verdict(day, stated).found);

  it('knows many lies', () => {
    expect(CALLBACK_LIES.length).toBeGreaterThan(60);
  });
});
