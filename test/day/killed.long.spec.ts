import { afterAll, describe, expect, it } from '@jest/globals';
import { simulateDay } from '../support/day.js';
import { expectNotMoreExcused } from './excused.js';
import { expectJudgedTrue, summary } from './judged-day.js';

const summaries: string[] = [];

/** As in the chaos suite: fast calls, and a bridge that is killed before it commits what its polls saw. */
const KILLED = {
  speed: 10,
  intervalMs: 100,
  kills: 0.1,
  downMs: 2_000,
  sightingsToDemand: 3,
  directory: { extensions: 120, queues: 6 },
  traffic: { callsPerHour: 2_000, firstCallAfterMs: 100, totalCalls: 500 },
  habits: { callAgain: 0 },
  quirks: { lingerMs: 5_000 },
  tailMs: 60_000,
};

describe('against a simulated day on which the bridge is killed again and again', () => {
  afterAll(() => console.log(summaries.join('\n')));

  // Each of these seeds once showed a mistake of the judge or of the simulated callers.
  it.each(['kill 7', 'kill 18', 'kill 29'])(
    'what only uncommitted polls of a killed bridge saw is not demanded, and the rest is emitted as it was (%s)',
    (seed) => {
      const day = simulateDay({ ...KILLED, seed });
      summaries.push(summary(`killed ${day.restarts} times`, day));
      expectJudgedTrue(seed, day, 500);
      expectNotMoreExcused(seed, day.report, { losesPolls: true });
      expect(day.restarts).toBeGreaterThan(30);
    },
  );
});
