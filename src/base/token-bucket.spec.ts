import { describe, expect, it } from '@jest/globals';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  const bucket = () => new TokenBucket({ capacity: 5, perMs: 0.002 }, 1_000);

  it('gives what it holds at once, and then what flows in', () => {
    const given = bucket();
    expect(Array.from({ length: 6 }, () => given.tryTake(1_000))).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([given.tryTake(1_499), given.tryTake(1_500), given.tryTake(1_500)]).toEqual([false, true, false]);
  });

  it('holds no more than its capacity, however long nothing is taken', () => {
    const given = bucket();
    given.tryTake(1_000);
    expect(given.level(1_000_000)).toBe(5);
  });

  it('says when it will hold a number of tokens, and allows a debt', () => {
    const given = bucket();
    for (let taken = 0; taken < 6; taken++) given.take(1_000);
    expect(given.level(1_000)).toBe(-1);
    expect(given.holdsAt(1, 1_000)).toBe(2_000);
    expect(given.holdsAt(1, 5_000)).toBe(5_000);
  });

  it('never gives more in any stretch than its capacity and what flows in', () => {
    const given = bucket();
    const taken: number[] = [];
    for (let now = 1_000; now < 60_000; now += 7) if (given.tryTake(now)) taken.push(now);
    for (const from of taken)
      for (const ms of [100, 5_000, 20_000])
        expect(taken.filter((at) => at >= from && at < from + ms).length).toBeLessThanOrEqual(5 + 0.002 * ms);
  });
});
