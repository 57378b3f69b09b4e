import { describe, expect, it } from '@jest/globals';
import { RequestBudget } from './request-budget.js';

const HOUR = 3_600_000;

describe('a budget of requests', () => {
  it.each([240, 3_600, 100_000])(
    'of %p is never exceeded in any hour, however eager its spender',
    (perHour) => {
      const budget = new RequestBudget(perHour, 0);
      const spent: number[] = [];
      for (let now = 0; now < 3 * HOUR; now = Math.max(budget.affordableAt(now), now + 1)) {
        if (budget.affordableAt(now) > now) continue;
        budget.spend(now);
        budget.spend(now);
        spent.push(now, now);
      }
      let first = 0;
      let most = 0;
      spent.forEach((at, last) => {
        while (spent[first]! <= at - HOUR) first++;
        most = Math.max(most, last - first + 1);
      });
      expect(most).toBeLessThanOrEqual(perHour);
      expect(most).toBeGreaterThan(perHour * 0.95);
    },
  );

  it('is kept also by cycles of many requests', () => {
    const budget = new RequestBudget(3_600, 0);
    budget.cycleTakes(12);
    let spent = 0;
    for (let now = 0; now < HOUR; now = Math.max(budget.affordableAt(now), now + 1)) {
      if (budget.affordableAt(now) > now) continue;
      budget.spend(now, 12);
      spent += 12;
    }
    expect(spent).toBeLessThanOrEqual(3_600);
    expect(spent).toBeGreaterThan(3_500);
    // More than the bucket ever holds: it is still asked now and then.
    budget.cycleTakes(10_000);
    expect(budget.affordableAt(HOUR)).toBeLessThan(2 * HOUR);
  });

  it('leaves an interval as it is while at least half full, and stretches it in proportion below that', () => {
    const budget = new RequestBudget(3_600, 0);
    expect([budget.stretched(250, 0), budget.stretched(2_000, 0)]).toEqual([250, 2_000]);
    for (let spent = 0; spent < 270; spent++) budget.spend(0);
    // A quarter is left.
    expect(budget.stretched(250, 0)).toBe(500);
    expect(budget.stretched(1_000, 0)).toBe(2_000);
    for (let spent = 0; spent < 90; spent++) budget.spend(0);
    // Nothing is left: twice what 3,240 requests an hour would pay for.
    expect(budget.stretched(250, 0)).toBeCloseTo(4_444, 0);
    expect(budget.stretched(9_000, 0)).toBe(9_000);
  });
});
