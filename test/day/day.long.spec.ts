import { afterAll, describe, expect, it } from '@jest/globals';
import { simulateDay } from '../support/day.js';
import { expectNotMoreExcused } from './excused.js';
import { expectJudgedTrue, summary } from './judged-day.js';

/**
 * Days of traffic through the bridge's own list readers, core and stored state, judged by the simulator's truth. What polls
 * could see must be emitted, once and correctly; what they could not see is counted, with the reason.
 */
const BUSY = { traffic: { callsPerHour: 1_500, firstCallAfterMs: 500 }, tailMs: 180_000 };
const summaries: string[] = [];

describe('against a simulated day', () => {
  afterAll(() => console.log(summaries.join('\n')));

  it('thousands of calls, with spoiled answers and restarts, are emitted as they were', () => {
    const traffic = { ...BUSY.traffic, totalCalls: 2_000 };
    const day = simulateDay({ ...BUSY, traffic, seed: 2026, faults: 0.05, restarts: 0.012 });
    summaries.push(summary('a day with faults', day));
    expectJudgedTrue('a day with faults', day, 2_000);
    expectNotMoreExcused('a day with faults', day.report);
    expect(day.spoiled).toBeGreaterThan(500);
    expect(day.restarts).toBeGreaterThan(50);
  });

  it.each([
    ['a PBX that lists no idle extensions', { quirks: { listIdle: false } }],
    [
      'a PBX that writes Go’s zero time and empties every call_uuid on abandon',
      { quirks: { sentinel: 'go' as const, emptyUuidOnAbandon: 1 } },
    ],
    ['a slow poll', { intervalMs: 5_000 }],
    ['rows that linger for 15 minutes', { quirks: { lingerMs: 900_000 } }],
  ])('%s is emitted as it was', (name, options) => {
    const traffic = { ...BUSY.traffic, totalCalls: 600 };
    const day = simulateDay({ ...BUSY, ...options, traffic, seed: name });
    summaries.push(summary(name, day));
    expectJudgedTrue(name, day, 600);
    expectNotMoreExcused(name, day.report);
  });
});
