import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { findingsOf } from './days-tally.js';
import { type PaceName, simulateDrawn } from './drawn-day.js';
import { moreExcused } from './excused.js';

/**
 * Drawn days that are right, and stay right. What is excused may fall and never rise: a commit that makes the bridge or the
 * judge excuse more says why, and changes `kept-days.json`. `npm run days` runs any other day.
 */
interface KeptDay {
  readonly seed: number;
  readonly calls: number;
  readonly pace: PaceName;
  /** Null: all the habits that the seed draws. */
  readonly only: string | null;
  readonly excused: Readonly<Record<string, number>>;
}

const KEPT = JSON.parse(readFileSync(new URL('kept-days.json', import.meta.url), 'utf8')) as KeptDay[];

describe('a drawn day', () => {
  const named = KEPT.map((kept) => ({ ...kept, habits: kept.only ?? 'all its habits' }));
  it.each(named)('of seed $seed with $habits, polled at $pace, is emitted as it was', (kept) => {
    const { report, world } = simulateDrawn(kept);
    expect(world.truth).toHaveLength(kept.calls);
    expect(findingsOf(report)).toEqual([]);
    expect(report.expected).toBeGreaterThan(kept.calls * 2);
    expect(moreExcused(report, kept.excused)).toEqual([]);
  });
});
