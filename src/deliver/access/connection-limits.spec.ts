import { jest } from '@jest/globals';
import { ClientRate, ConnectionLimits } from './connection-limits.js';
import type { LimitWatch } from './limit-watch.js';

const holder = (subject: string, tenant = 'acme') => ({ tenant, subject, expiresAt: Infinity });

describe('the clients of a subject, of a tenant and of all', () => {
  const setUp = ({ maxConnections = 3, tenants = 1 } = {}) => {
    const reached = jest.fn<LimitWatch['reached']>();
    const limits = new ConnectionLimits({
      ...{ maxConnections, connectionsPerSubject: 2, watch: { reached } },
      tenants: () => tenants,
    });
    return { reached, limits };
  };

  it('are as many as each limit allows', () => {
    const { reached, limits } = setUp();
    expect([1, 2, 3].map(() => limits.take(holder('a')) !== null)).toEqual([true, true, false]);
    expect(limits.take(holder('a', 'globex'))).not.toBeNull();
    expect(limits.take(holder('b'))).toBeNull();
    expect(reached.mock.calls).toEqual([['subject'], ['clients']]);
  });

  it('of one tenant, with however many subjects, leave a half to the others', () => {
    const { reached, limits } = setUp({ maxConnections: 6, tenants: 2 });
    const taken = ['a', 'b', 'c', 'd'].map((subject) => limits.take(holder(subject)));
    expect(taken.map((giveBack) => giveBack !== null)).toEqual([true, true, true, false]);
    expect(reached.mock.calls).toEqual([['tenant']]);
    for (const subject of ['a', 'b', 'c']) expect(limits.take(holder(subject, 'globex'))).not.toBeNull();
    taken[0]!();
    taken[0]!();
    expect(['d', 'e'].map((subject) => limits.take(holder(subject)) !== null)).toEqual([true, false]);
  });

  it('of two tenants, however many they want, leave a tenth to the others, of whom none has more than an even share of it', () => {
    const { reached, limits } = setUp({ maxConnections: 40, tenants: 20 });
    const taken = (tenant: string, wanted = 40) =>
      Array.from({ length: wanted }, (_, n) => limits.take(holder(`s${n}`, tenant))).filter(Boolean).length;
    expect([taken('acme'), taken('globex')]).toEqual([20, 16]);
    expect(reached).toHaveBeenLastCalledWith('tenant');
    expect([taken('initech'), taken('umbrella', 1), taken('hooli')]).toEqual([2, 1, 1]);
    expect(reached).toHaveBeenLastCalledWith('clients');
  });

  it('of two tenants alone are a half each', () => {
    const { limits } = setUp({ maxConnections: 40, tenants: 2 });
    const taken = (tenant: string) =>
      Array.from({ length: 40 }, (_, n) => limits.take(holder(`s${n}`, tenant))).filter(Boolean).length;
    expect([taken('acme'), taken('globex')]).toEqual([20, 20]);
  });

  it('of the only tenant are all', () => {
    const { limits } = setUp({ maxConnections: 6 });
    const subjects = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(subjects.filter((subject) => limits.take(holder(subject)) !== null)).toHaveLength(6);
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
