import { jest } from '@jest/globals';
import { ClientRate, ConnectionLimits } from './connection-limits.js';
import type { LimitWatch } from './limit-watch.js';

const holder = (subject: string, tenant = 'acme') => ({ tenant, subject, expiresAt: Infinity });

describe('the clients of a subject and of all', () => {
  const setUp = () => {
    const reached = jest.fn<LimitWatch['reached']>();
    const watch = { reached } as unknown as LimitWatch;
    return { reached, limits: new ConnectionLimits({ maxConnections: 3, connectionsPerSubject: 2, watch }) };
  };

  it('are as many as each limit allows', () => {
    const { reached, limits } = setUp();
    expect([1, 2, 3].map(() => limits.take(holder('a')) !== null)).toEqual([true, true, false]);
    expect(limits.take(holder('a', 'globex'))).not.toBeNull();
    expect(limits.take(holder('b'))).toBeNull();
    expect(reached.mock.calls).toEqual([['subject'], ['clients']]);
  });

  it('are given back once, however often that is said', () => {
    const { limits } = setUp();
    const giveBack = limits.take(holder('a'))!;
    limits.take(holder('a'));
    giveBack();
    giveBack();
    expect([1, 2].map(() => limits.take(holder('a')) !== null)).toEqual([true, false]);
  });
});

describe('what one connection may send', () => {
  /** Twice a second, five at once, and ten bytes a second, by a clock that a test sets. */
  const setUp = () => {
    const time = { now: 3_600_000 };
    const limits = { messagesPerSecond: 2, messageBurst: 5, bytesPerSecond: 10 };
    const rate = new ClientRate(limits, { monotonic: () => time.now });
    /** How many of ten messages at once are allowed. */
    const allowed = () => Array.from({ length: 10 }, () => rate.allowsMessage()).filter(Boolean).length;
    return { time, rate, allowed };
  };

  it('is a burst of messages at once, and what time refills after that', () => {
    const { time, allowed } = setUp();
    expect(allowed()).toBe(5);
    time.now += 1_000;
    expect(allowed()).toBe(2);
    time.now += 3_600_000;
    expect(allowed()).toBe(5);
  });

  it("is four seconds' bytes at once, in pieces of any size, and what time refills after that", () => {
    const { time, rate } = setUp();
    expect([15, 25, 1].map((count) => rate.allowsBytes(count))).toEqual([true, true, false]);
    time.now += 1_000;
    expect([9, 1].map((count) => rate.allowsBytes(count))).toEqual([true, false]);
  });
});
