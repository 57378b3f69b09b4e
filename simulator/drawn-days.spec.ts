import { drawHabits } from './draw-habits.js';
import { ENGINE_HABITS } from './engine-habits.js';
import { countHabits } from './habit-count.js';
import { MONDAY_MORNING } from './quiet-world.js';
import type { CallTruth } from './truth.js';
import { createWorld, type World } from './world.js';
import { expectWellFormed } from './well-formed-call.js';

const SEEDS = Array.from({ length: 18 }, (_, place) => `drawn-${place}`);

function drawnWorld(seed: string, totalCalls = 150): World {
  const drawn = drawHabits(seed);
  return createWorld({
    seed,
    startAt: MONDAY_MORNING,
    ...drawn,
    quirks: { ...drawn.quirks, lingerMs: 20_000, staleMs: 600_000 },
    traffic: { totalCalls, callsPerHour: 700 },
  });
}

const DAY = 24 * 3_600_000;
const days = new Map<string, readonly CallTruth[]>();

describe('days of drawn habits', () => {
  it.each(SEEDS)('%s: each call has a well-formed sequence of events', (seed) => {
    const world = drawnWorld(seed);
    world.advanceTo(MONDAY_MORNING + DAY);
    days.set(seed, world.truth);
    expect(world.truth).toHaveLength(150);
    for (const call of world.truth) {
      expectWellFormed(call);
      const transferred = call.events.filter(({ type }) => type === 'call-transferred');
      const done = call.transfers.filter(({ outcome }) => outcome === 'answered');
      expect(done.map(({ answeredAt, to }) => [answeredAt, to])).toEqual(
        transferred.map(({ at, extension }) => [at, extension]),
      );
      expect(call.transfers.every(({ outcome, leftAt }) => outcome !== null && leftAt !== null)).toBe(true);
      expect(new Set(call.habits).size).toBe(call.habits.length);
    }
  });

  it('shows in its sightings exactly the live rows that a poll finds', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const world = drawnWorld(seed);
      for (let at = MONDAY_MORNING; at < MONDAY_MORNING + 1_500_000; at += 11_003) {
        world.advanceTo(at);
        const seen = world.truth
          .flatMap(({ sightings }) => sightings)
          .filter(({ from, to }) => from <= at && (to === null || at < to));
        const idAt = ({ callId, ids }: (typeof seen)[number]) =>
          ids?.findLast((one) => one.at <= at)?.callId ?? callId;
        const legs = seen.filter(({ endpoint }) => endpoint === 'monitor');
        const shown = world
          .monitorRows()
          .filter(({ call_id }) => typeof call_id === 'string' && call_id !== '');
        expect([...new Set(shown.map(({ extension, call_id }) => `${extension}|${call_id}`))].sort()).toEqual(
          [...new Set(legs.map((leg) => `${leg.extension}|${idAt(leg)}`))].sort(),
        );
        const entries = world.queueRows().filter(({ status }) => typeof status === 'string');
        expect(entries.map(({ status }) => status).sort()).toEqual(
          seen
            .filter(({ endpoint }) => endpoint === 'queue')
            .map(({ states }) => states.findLast((one) => one.at <= at)?.state)
            .sort(),
        );
      }
    }
  });

  it('are the same however large the steps are', () => {
    const seed = SEEDS[3]!;
    const [fine, coarse] = [97, 60_000].map((step) => {
      const world = drawnWorld(seed);
      for (let at = MONDAY_MORNING; at < MONDAY_MORNING + 900_000; at += step) world.advanceTo(at);
      world.advanceTo(MONDAY_MORNING + 900_000);
      return JSON.stringify([world.truth, world.monitorRows(), world.queueRows()]);
    });
    expect(coarse).toBe(fine);
  });

  it('touch calls by every habit', () => {
    const { calls, habits } = countHabits(...days.values());
    expect(calls).toBe(SEEDS.length * 150);
    const missing = ENGINE_HABITS.filter((name) => !habits.has(name));
    expect(missing).toEqual([]);
  });
});
