import { describe, expect, it } from '@jest/globals';
import {
  commonOf,
  isCertainlyWithin,
  isAfter,
  isEarlierOrAt,
  isLongBefore,
  isNear,
  isSeenLater,
  isSince,
  lastOf,
  spanOf,
  windowBetween,
} from './window.js';

const window = { after: 10, by: 20 };

describe('a window', () => {
  it('has no beginning if the clock has been set back in between', () => {
    expect(windowBetween(10, 20)).toEqual({ after: 10, by: 20 });
    expect(windowBetween(20, 20)).toEqual({ after: 20, by: 20 });
    expect(windowBetween(21, 20)).toEqual({ after: null, by: 20 });
    expect(windowBetween(null, 20)).toEqual({ after: null, by: 20 });
  });

  it('is before an instant that is later than both of its ends', () => {
    expect([19, 20, 21].map((instant) => isSince(window, instant, 1))).toEqual([false, false, true]);
  });

  it('is long before another that a poll showed at least that much later', () => {
    const others = [29, 30, 31].map((by) => ({ after: null, by }));
    expect(others.map((other) => isLongBefore(window, other, 10))).toEqual([false, true, true]);
  });

  it('begins at or after an instant, if a poll that was sent then did not show it', () => {
    const sent = [9, 10, 11].map((instant) => isEarlierOrAt(instant, window));
    expect(sent).toEqual([true, true, false]);
    expect(isEarlierOrAt(9, { after: null, by: 20 })).toBe(false);
  });

  it('is near an instant within the tolerance of its ends, and near every earlier one where it has no beginning', () => {
    const near = (of: typeof window | { after: null; by: number }) =>
      [4, 5, 25, 26].map((instant) => isNear(instant, of, 5));
    expect(near(window)).toEqual([false, true, true, false]);
    expect(near({ after: null, by: 20 })).toEqual([true, true, true, false]);
  });

  it('is seen later than another only if a later poll showed it', () => {
    const others = [19, 20, 21].map((by) => ({ after: null, by }));
    expect(others.map((other) => isSeenLater(window, other))).toEqual([true, false, false]);
  });

  it('is after another that a poll had shown when the last poll without it was sent', () => {
    const others = [9, 10, 11].map((by) => ({ after: null, by }));
    expect(others.map((other) => isAfter(window, other))).toEqual([true, true, false]);
    expect(isAfter({ after: null, by: 20 }, { after: null, by: 9 })).toBe(false);
  });

  it('is the last one if no other was seen later or, in the same poll, began later; of equal ones the first that is given', () => {
    const since = (after: number | null) => ({ after, by: 20 });
    const [unknown, later] = [since(null), since(2)];
    expect(lastOf([{ after: 15, by: 19 }, unknown, since(1), later, since(2)])).toBe(later);
    expect(lastOf([unknown, since(null)])).toBe(unknown);
    expect(lastOf([later, { after: null, by: 21 }])).toEqual({ after: null, by: 21 });
  });

  it('is common to others from the latest beginning to the earliest end, and spans them where they contradict each other', () => {
    expect(commonOf([window, { after: 15, by: 30 }])).toEqual({ after: 15, by: 20 });
    expect(commonOf([window, { after: null, by: 18 }])).toEqual({ after: 10, by: 18 });
    expect(commonOf([{ after: null, by: 18 }])).toEqual({ after: null, by: 18 });
    expect(commonOf([window, { after: 20, by: 30 }])).toEqual({ after: 10, by: 30 });
  });

  it('spans others from the earliest beginning to the latest end, and has no beginning where one of them has none', () => {
    const other = { after: 5, by: 15 };
    expect(spanOf([window, other])).toEqual({ after: 5, by: 20 });
    expect(spanOf([other, window])).toEqual({ after: 5, by: 20 });
    expect(spanOf([other, { after: null, by: 30 }])).toEqual({ after: null, by: 30 });
    expect(spanOf([window])).toEqual(window);
  });

  it('is certainly within some time of another one where it is so wherever both happened', () => {
    const start = { after: 10, by: 20 };
    expect(isCertainlyWithin(start, { after: 20, by: 30 }, 21)).toBe(true);
    expect(isCertainlyWithin(start, { after: 20, by: 30 }, 20)).toBe(false);
    expect(isCertainlyWithin({ after: null, by: 20 }, { after: 20, by: 30 }, 1_000)).toBe(false);
  });
});
