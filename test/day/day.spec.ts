import { afterAll, describe, expect, it } from '@jest/globals';
import { type Day, simulateDay } from '../support/day.js';
import { expectTrue } from '../support/expect-true.js';

/**
 * Days of traffic through the bridge's own list readers, core and stored state, judged by the simulator's truth. What polls
 * could see must be emitted, once and correctly; what they could not see is counted, with the reason.
 */
const BUSY = { traffic: { callsPerHour: 1_500, firstCallAfterMs: 500 }, tailMs: 180_000 };
const summaries: string[] = [];

/** As in the chaos suite: fast calls, and a bridge that is killed before it commits what its polls saw. */
const KILLED = {
  speed: 10,
  intervalMs: 100,
  kills: 0.1,
  downMs: 2_000,
  sightingsToDemand: 3,
  directory: { extensions: 120, queues: 6 },
  traffic: { callsPerHour: 2_000, firstCallAfterMs: 100, totalCalls: 1_000 },
  habits: { callAgain: 0 },
  quirks: { lingerMs: 5_000 },
  tailMs: 60_000,
};

function summary(name: string, { world, pollCount, spoiled, restarts, events, report }: Day): string {
  const reasons = Object.entries(report.unseen.byReason).map(([reason, count]) => `${reason} ${count}`);
  return [
    `${name}: ${world.truth.length} calls, ${pollCount} polls (${spoiled} answers spoiled, ${restarts} restarts), ${events.length} events;`,
    `${report.matched} of ${report.expected} emitted, ${report.missing.length} missing, ${report.doubled.length} doubled,`,
    `${report.invented.length} invented, ${report.misreported.length} misreported;`,
    `not to be seen: ${reasons.join(', ') || 'nothing'}`,
  ].join(' ');
}

function expectTold(name: string, day: Day, calls: number): void {
  summaries.push(summary(name, day));
  expectTrue(day.report);
  expect(day.world.truth).toHaveLength(calls);
  // A day on which few events are demanded proves little.
  expect(day.report.expected).toBeGreaterThan(calls * 3);
  expect(day.state.calls.size).toBe(0);
}

describe('against a simulated day', () => {
  afterAll(() => console.log(summaries.join('\n')));

  it('thousands of calls, with spoiled answers and restarts, are emitted as they were', () => {
    const traffic = { ...BUSY.traffic, totalCalls: 3_000 };
    const day = simulateDay({ ...BUSY, traffic, seed: 2026, faults: 0.05, restarts: 0.01 });
    expectTold('a day with faults', day, 3_000);
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
    const traffic = { ...BUSY.traffic, totalCalls: 1_000 };
    expectTold(name, simulateDay({ ...BUSY, ...options, traffic, seed: name }), 1_000);
  });

  // Each of these seeds once showed a mistake of the judge or of the simulated callers.
  it.each(['kill 7', 'kill 18', 'kill 29'])(
    'what only uncommitted polls of a killed bridge saw is not demanded, and the rest is emitted as it was (%s)',
    (seed) => {
      const day = simulateDay({ ...KILLED, seed });
      expectTold(`killed ${day.restarts} times`, day, 1_000);
      expect(day.restarts).toBeGreaterThan(50);
    },
  );
});
