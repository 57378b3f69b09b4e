import { describe, expect, it } from '@jest/globals';
import { judgedDesk } from './desk-day.js';

/**
 * Days across midnight with regulars in two forms of their number, call-backs of every kind, people, outages, restarts and kills,
 * through decisions and the desk behind them, judged by the truth. `npm run days -- --desk` runs any other day.
 */
const KEPT = [
  { seed: 2, calls: 200, pace: null, isPlain: true },
  { seed: 5, calls: 200, pace: null, isPlain: true },
  { seed: 7, calls: 120, pace: null, isPlain: true },
  { seed: 9, calls: 200, pace: null, isPlain: true },
];

describe('a day of a desk', () => {
  it.each(KEPT)('of seed $seed is stated as it was', (drawn) => {
    const { callbacks, thresholds, numbers, behind } = judgedDesk(drawn);
    expect(callbacks.found).toEqual([]);
    expect(thresholds.found).toEqual([]);
    expect(numbers.found).toEqual([]);
    expect(callbacks.closedByAttempt.sure).toBe(0);
    // A day on which little happened proves little.
    expect(callbacks.due).toBeGreaterThan(3);
    expect(thresholds.crossed).toBeGreaterThan(10);
    expect(numbers.statements).toBeGreaterThan(200);
    expect(behind.records.size).toBeGreaterThan(drawn.calls * 0.8);
  });
});
