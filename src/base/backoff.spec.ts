import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.js';

describe('a back-off', () => {
  it('doubles with each failure in a row, up to its bound', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0.5 });
    expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(backoff.failures).toBe(6);
  });

  it('begins again after a success', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0.5 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect([backoff.failures, backoff.next()]).toEqual([0, 100]);
  });

  it.each([
    [0.25, 125],
    [-0.25, 75],
  ])('spreads each wait by up to %p of it', (spread, furthest) => {
    for (const [chance, wait] of [
      [0, 100],
      [0.5, (100 + furthest) / 2],
      [1, furthest],
    ] as const)
      expect(new Backoff({ firstMs: 100, maxMs: 1_000, spread, random: () => chance }).next()).toBe(wait);
  });

  it('spreads a wait of another origin without counting a failure', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, spread: 0.5, random: () => 1 });
    expect([backoff.spread(10), backoff.failures]).toEqual([15, 0]);
  });

  it('waits no longer than its bound after any number of failures', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0 });
    for (let failure = 0; failure < 5_000; failure++) expect(backoff.next()).toBeLessThanOrEqual(1_000);
  });
});
