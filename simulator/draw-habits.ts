import { type EngineHabits, HABIT_VALUES, type ShareName } from './engine-habits.js';
import type { Habits, Quirks } from './options.js';
import { Random } from './random.js';

/** What a day's PBX is like: to be spread into the options of a world. */
export interface DrawnHabits {
  readonly engine: Partial<EngineHabits>;
  readonly habits: Partial<Habits>;
  readonly quirks: Partial<Quirks>;
}

/**
 * Draws a PBX's habits from a seed: each is on in about every other draw, with a share of its own, independently of the others,
 * so that every pair of them meets within a few days. The same seed gives the same habits.
 *
 *     createWorld({ seed, startAt, ...drawHabits(seed) })
 */
export function drawHabits(seed: number | string): DrawnHabits {
  const random = new Random(`habits-${seed}`);
  const stale = new Random(`stale-rows-${seed}`);
  const some = (most: number): number => (random.chance(0.5) ? 0 : round(most * (0.2 + 0.8 * random.next())));
  const shares = Object.fromEntries(Object.entries(MOST).map(([name, most]) => [name, some(most)])) as Record<
    ShareName,
    number
  >;
  return {
    engine: {
      ...shares,
      legIds: random.pick(HABIT_VALUES.legIds),
      direction: random.chance(0.3) ? 'leg' : 'call',
      holdEnds: random.pick(HABIT_VALUES.holdEnds),
      consultLeg: random.pick(HABIT_VALUES.consultLeg),
      pickupRow: random.pick(HABIT_VALUES.pickupRow),
      servingAgent: random.pick(HABIT_VALUES.servingAgent),
      agentNames: random.pick(HABIT_VALUES.agentNames),
      poison: random.chance(0.4) ? random.pick(['constant', 'changing'] as const) : 'none',
      trail: random.chance(0.6),
      timing: random.chance(0.6),
      emptiesUuid: random.chance(0.5),
      oneRow: random.chance(0.5),
      namelessIdle: random.chance(0.3),
      clockOffsetMs: random.chance(0.4) ? random.int(-90_000, 90_000) : 0,
      clockDriftPpm: random.chance(0.35) ? random.int(-100, 100) : 0,
      pageSize: random.chance(0.25) ? random.int(5, 20) : 0,
    },
    habits: {
      anonymous: some(0.05),
      mixedFormats: some(0.2),
      short: some(0.06),
      declines: some(0.3),
      blindTransfer: some(0.15),
      attendedTransfer: some(0.15),
      hold: some(0.2),
      blip: some(0.06),
      oddStart: some(0.2),
      unregister: some(0.03),
      overflow: some(0.4),
      resume: some(0.3),
      callAgain: some(0.25),
      // Drawn from a seed of its own, so that the other habits stay as they are.
      staleRow: stale.chance(0.5) ? 0 : round(0.15 * (0.2 + 0.8 * stale.next())),
    },
    quirks: {
      emptyUuidOnAbandon: random.pick([0, 0.5, 1]),
      sentinel: random.pick(['epoch', 'go'] as const),
      listIdle: random.chance(0.8),
      idleFields: random.pick(['empty', 'null'] as const),
      outboundShape: random.pick(['sample', 'documented'] as const),
      callTimeMoves: random.chance(0.5),
    },
  };
}

/** The largest share that is drawn. */
const MOST: Readonly<Record<ShareName, number>> = {
  downFirst: 1,
  neverRings: 0.15,
  ringWait: 1,
  semiAttended: 0.12,
  outboundTransfers: 0.25,
  targetSilent: 0.4,
  givenUp: 0.4,
  queueToQueue: 0.12,
  pickup: 0.3,
  huntGroup: 0.6,
  rejects: 0.8,
  supervises: 0.12,
  mobileAgents: 0.1,
  stuckTrying: 0.05,
  staleAnswered: 0.06,
  blinks: 0.1,
  longWait: 0.05,
  leavesAtAnswer: 0.06,
  resumes: 0.6,
  withheld: 0.25,
  company: 0.2,
  sameSecond: 0.08,
  callsBack: 0.3,
  signsOff: 0.06,
};

function round(share: number): number {
  return Math.round(share * 1000) / 1000;
}
