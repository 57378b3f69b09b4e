import { describe, expect, it } from '@jest/globals';
import { ConnectionLimits, MessageRate } from './connection-limits.js';

/** Twice a second, five at once, by a clock that a test sets. */
function setUp() {
  const time = { now: 3_600_000 };
  const rate = new MessageRate(2, 5, { monotonic: () => time.now });
  /** How many of ten messages at once are allowed. */
  const allowed = () => Array.from({ length: 10 }, () => rate.allow()).filter(Boolean).length;
  return { time, rate, allowed };
}

describe('the connections of an address and of a token', () => {
  const limits = () => new ConnectionLimits({ connectionsPerAddress: 2, connectionsPerToken: 1 });

  it('are as many as the limit of each allows', () => {
    const connections = limits();
    expect([1, 2, 3].map(() => connections.takeAddress('192.0.2.1') !== null)).toEqual([true, true, false]);
    expect(connections.takeAddress('192.0.2.2')).not.toBeNull();
    expect([1, 2].map(() => connections.takeToken('a token') !== null)).toEqual([true, false]);
    expect(connections.takeToken('another token')).not.toBeNull();
  });

  it('are given back once, however often that is said', () => {
    const connections = limits();
    const release = connections.takeAddress('192.0.2.1')!;
    connections.takeAddress('192.0.2.1');
    release();
    release();
    expect([1, 2].map(() => connections.takeAddress('192.0.2.1') !== null)).toEqual([true, false]);
  });
});

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
