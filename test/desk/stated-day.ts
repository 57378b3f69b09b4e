import { expect, it } from '@jest/globals';
import { judgedDesk } from './desk-day.js';

/** Days that are stated as they were, and on which enough happened to prove something. */
export function itStates(kept: readonly Parameters<typeof judgedDesk>[0][]): void {
  it.each(kept)('of seed $seed is stated as it was', (drawn) => {
    const { callbacks, thresholds, numbers, behind } = judgedDesk(drawn);
    expect(callbacks.found).toEqual([]);
    expect(thresholds.found).toEqual([]);
    expect(numbers.found).toEqual([]);
    expect(callbacks.closedByAttempt.sure).toBe(0);
    expect(callbacks.due).toBeGreaterThan(3);
    expect(thresholds.crossed).toBeGreaterThan(10);
    expect(numbers.statements).toBeGreaterThan(200);
    expect(behind.records.size).toBeGreaterThan(drawn.calls * 0.8);
  });
}
