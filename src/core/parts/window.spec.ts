import { describe, expect, it } from '@jest/globals';
import {
  isAfter,
  isBefore,
  isLaterThan,
  isLongBefore,
  isSeenLater,
  lastOf,
  windowBetween,
} from './window.js';

const window = { after: 10, by: 20 };

describe('a bracket in time', () => {
  it('has no beginning where the clock has been set back in between', () => {
    expect(windowBetween(10, 20)).toEqual({ after: 10, by: 20 });
    expect(windowBetween(20, 20)).toEqual({ after: 20, by: 20 });
    expect(windowBetween(21, 20)).toEqual({ after: null, by: 20 });
    expect(windowBetween(null, 20)).toEqual({ after: null, by: 20 });
  });

  it('is before an instant that is later than both of its ends', () => {
    expect([19, 20, 21].map((instant) => isBefore(window, instant))).toEqual([false, false, true]);
  });

  it('is long before another that was seen that much later, or more', () => {
    const others = [29, 30, 31].map((by) => ({ after: null, by }));
    expect(others.map((other) => isLongBefore(window, other, 10))).toEqual([false, true, true]);
  });

  it('is passed by an instant that the tolerance does not explain', () => {
    expect([24, 25, 26].map((instant) => isLaterThan(instant, window, 5))).toEqual([false, false, true]);
  });

  it('is seen later than another by a later poll only, whenever either can have happened', () => {
    const others = [19, 20, 21].map((by) => ({ after: null, by }));
    expect(others.map((other) => isSeenLater(window, other))).toEqual([true, false, false]);
  });

  it('is after another that had been seen when the last poll without it was sent', () => {
    const others = [9, 10, 11].map((by) => ({ after: null, by }));
    expect(others.map((other) => isAfter(window, other))).toEqual([true, true, false]);
    expect(isAfter({ after: null, by: 20 }, { after: null, by: 9 })).toBe(false);
  });

  it('is the last where no other was seen later: of equals, the first that is given', () => {
    const [first, second] = [
      { after: 1, by: 20 },
      { after: 2, by: 20 },
    ];
    expect(lastOf([{ after: 15, by: 19 }, first, second])).toBe(first);
    expect(lastOf([first, { after: null, by: 21 }])).toEqual({ after: null, by: 21 });
  });
});
