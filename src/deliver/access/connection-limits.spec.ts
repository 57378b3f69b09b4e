import { describe, expect, it } from '@jest/globals';
import { MessageRate } from './connection-limits.js';

/** Twice a second, five at once, by a clock that a test sets. */
function setUp() {
  const time = { now: 3_600_000 };
  const rate = new MessageRate(2, 5, { monotonic: () => time.now });
  /** How many of ten messages at once are allowed. */
  const allowed = () => Array.from({ length: 10 }, () => rate.allow()).filter(Boolean).length;
  return { time, rate, allowed };
}

describe('the rate of messages', () => {
  it('is a burst at once, and what time refills after that', () => {
    const { time, allowed } = setUp();
    expect(allowed()).toBe(5);
    time.now += 1_000;
    expect(allowed()).toBe(2);
    time.now += 3_600_000;
    expect(allowed()).toBe(5);
  });
});
