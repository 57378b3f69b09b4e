import { describe, expect, it } from '@jest/globals';
import { FAULTS } from './faulty-store.js';
import { type DayPlan, ENDS, hashesOf, runDay } from './guard-day.js';

/** Ten minutes in which something goes wrong every few seconds. */
const SHORT: DayPlan = {
  seed: 'guard, in short',
  durationMs: 600_000,
  speed: 4,
  pace: { intervalMs: 1_000, adaptive: null },
  latencyMs: (_, random) => (random.chance(0.02) ? 5_000 : random.int(20, 80)),
  spoiled: 0.01,
  registrationsMs: 60_000,
  traffic: { profile: 'flat', callsPerHour: 300, unregistersPerHour: 20 },
  faultsEveryMs: { commit: 5_000, touch: 2_000, claim: 10_000, read: 60_000 },
  endsEveryMs: 30_000,
  clockStepsEveryMs: 60_000,
};

describe('the guard of refactorings', () => {
  it('injects every kind of fault, and gives the same events each time', async () => {
    const [first, second] = [await runDay(SHORT), await runDay(SHORT)];
    expect([...first.faults.keys()].sort()).toEqual([...FAULTS].sort());
    for (const name of [...ENDS, 'clock step', 'unanswered', 'spoiled'])
      expect([name, first.counts.get(name) ?? 0]).not.toEqual([name, 0]);
    expect(first.events.length).toBeGreaterThan(500);
    expect(hashesOf(second.events)).toEqual(hashesOf(first.events));
    expect(second.counts).toEqual(first.counts);
  });

  it('gives other events with another seed', async () => {
    const durationMs = 120_000;
    const [one, other] = [
      await runDay({ ...SHORT, durationMs }),
      await runDay({ ...SHORT, durationMs, seed: 'other' }),
    ];
    expect(hashesOf(one.events)).not.toEqual(hashesOf(other.events));
  });

  it('leaves reasons out of the second hash, and nothing else', () => {
    const event = (reason: string, state: string) => JSON.stringify({ data: { reason, state } });
    const [base, reworded, other] = [event('a', 'up'), event('b', 'up'), event('a', 'down')].map((json) =>
      hashesOf([json]),
    );
    expect(reworded!.whole).not.toBe(base!.whole);
    expect(reworded!.noReason).toBe(base!.noReason);
    expect(other!.noReason).not.toBe(base!.noReason);
  });
});
