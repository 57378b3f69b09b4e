import fc from 'fast-check';
import { QUEUE_COLUMNS, WAIT_AT_LEAST, WAIT_AT_MOST } from './columns.js';
import { bucketOf, certainlyWithin, possiblyWithin, WAIT_BUCKETS } from './waits.js';

describe('the histogram of waits', () => {
  test('the range holds the truth for any threshold, and is exact up to two minutes for waits that are known', () => {
    const wait = fc.record({
      ms: fc.integer({ min: 0, max: 5_000_000 }),
      slack: fc.integer({ min: 0, max: 9_000 }),
    });
    fc.assert(
      fc.property(fc.array(wait, { maxLength: 40 }), fc.integer({ min: 0, max: 4_000 }), (waits, seconds) => {
        const most = histogram(waits.map(({ ms, slack }) => ms + slack));
        const least = histogram(waits.map(({ ms, slack }) => Math.max(0, ms - slack)));
        const truth = waits.filter(({ ms }) => ms <= seconds * 1_000).length;
        const range = [certainlyWithin(most, seconds), possiblyWithin(least, seconds)] as const;
        expect(range[0]).toBeLessThanOrEqual(truth);
        expect(range[1]).toBeGreaterThanOrEqual(truth);
        const exact = histogram(waits.map(({ ms }) => ms));
        if (seconds <= 120) {
          expect(certainlyWithin(exact, seconds)).toBe(truth);
          expect(possiblyWithin(exact, seconds)).toBe(truth);
        }
      }),
    );
  });

  test('a wait of exactly the threshold is within it, one of a millisecond more is not', () => {
    expect(certainlyWithin(histogram([20_000]), 20)).toBe(1);
    expect(possiblyWithin(histogram([20_001]), 20)).toBe(0);
  });

  test('above two minutes, a wait in the bucket of the threshold is only possibly within it', () => {
    const waits = histogram([200_000]);
    expect([certainlyWithin(waits, 210), possiblyWithin(waits, 210)]).toEqual([0, 1]);
    expect([certainlyWithin(waits, 240), possiblyWithin(waits, 180)]).toEqual([1, 0]);
  });

  test('the columns of a queue do not overlap', () => {
    expect(QUEUE_COLUMNS.length).toBeLessThanOrEqual(WAIT_AT_MOST);
    expect(WAIT_AT_MOST + WAIT_BUCKETS).toBeLessThanOrEqual(WAIT_AT_LEAST);
  });
});

function histogram(waits: readonly number[]): number[] {
  const counts = Array.from({ length: WAIT_BUCKETS }, () => 0);
  for (const ms of waits) counts[bucketOf(ms)]! += 1;
  return counts;
}
