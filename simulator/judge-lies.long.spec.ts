import { describe, expect, it } from '@jest/globals';
import { judge, type Report } from './judge.js';
import { LIES } from './judge-lies.js';
import type { Lie } from './lies/telling.js';
import { perfectEvents } from './perfect-teller.js';
import { MONDAY_MORNING } from './quiet-world.js';
import { Random } from './random.js';
import { createWorld } from './world.js';

/**
 * A perfect teller's events of a day in which much goes on, falsified in one respect: the judge has to find it. The events
 * are made from the truth and the polls alone, so that no part of the bridge takes part.
 */
const SEEDS = ['lies 1', 'lies 2', 'lies 3'];

function dayOf(seed: string) {
  const world = createWorld({
    seed,
    startAt: MONDAY_MORNING,
    traffic: { totalCalls: 70, callsPerHour: 900, firstCallAfterMs: 500 },
    habits: {
      blindTransfer: 0.15,
      attendedTransfer: 0.1,
      overflow: 0.4,
      impatient: 0.3,
      resume: 0.4,
      anonymous: 0.08,
    },
  });
  world.advanceTo(MONDAY_MORNING + 3 * 3_600_000);
  const last = Math.max(...world.truth.map(({ endedAt }) => endedAt ?? 0)) + 120_000;
  const monitor: number[] = [];
  for (let at = MONDAY_MORNING; at < last; at += 1000) monitor.push(at);
  const queue = monitor.map((at) => at + 300);
  const polls = { monitor, queue };
  return { world, polls, events: perfectEvents(world.truth, polls) };
}

const DAYS = SEEDS.map((seed) => ({ seed, ...dayOf(seed) }));

function findingsOf({ missing, doubled, invented, misreported }: Report) {
  return [...missing, ...doubled, ...invented, ...misreported];
}

describe('the judge', () => {
  it.each(DAYS)('finds nothing wrong in a true day ($seed)', ({ world, events, polls }) => {
    const report = judge(world.truth, events, polls);
    expect(findingsOf(report)).toEqual([]);
    expect(report.expected).toBeGreaterThan(200);
  });

  it.each(LIES.map((lie): [string, Lie] => [lie.name, lie]))('finds: %s', (name, { rules, falsify }) => {
    let stated = 0;
    for (const { seed, world, events, polls } of DAYS) {
      const lies = falsify(events, new Random(`${seed} ${name}`));
      if (lies === null) continue;
      stated += 1;
      const found = findingsOf(judge(world.truth, lies, polls)).map(({ rule }) => rule);
      expect({
        seed,
        isFound: rules.some((rule) => found.includes(rule)),
        found: found.slice(0, 5),
      }).toMatchObject({
        isFound: true,
      });
    }
    expect(stated).toBeGreaterThan(0);
  });

  it('knows more than a hundred lies, each once', () => {
    expect(LIES.length).toBeGreaterThan(100);
    expect(new Set(LIES.map(({ name }) => name)).size).toBe(LIES.length);
  });
});
