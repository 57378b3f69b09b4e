import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expectHonestTimes } from '../../test/support/honest.js';
import { entry, History, leg, number, T0, type Poll } from '../../test/support/history.js';
import type { Transition } from './model/event.js';
import type { ObservedLeg, ObservedQueueEntry } from './model/observation.js';
import { skewOf } from './parts/pbx-clock.js';

/**
 * Calls whose true times are known, on a PBX whose clock is off, seen by polls. Instants are milliseconds since T0 on the
 * bridge's clock.
 */
interface Life {
  readonly joined: number;
  readonly rings: number;
  /** Null: the caller gives up instead. */
  readonly answered: number | null;
  readonly ended: number;
}

interface Setting {
  readonly lives: readonly Life[];
  readonly intervalMs: number;
  /** How far the monitor's rows trail. */
  readonly lagMs: number;
  readonly skewAt: (instant: number) => number;
}

const life = fc
  .record({
    gap: fc.integer({ min: 3_000, max: 20_000 }),
    ring: fc.integer({ min: 50, max: 3_000 }),
    wait: fc.integer({ min: 200, max: 8_000 }),
    talk: fc.integer({ min: 500, max: 20_000 }),
    isAnswered: fc.boolean(),
  })
  .map(({ gap, ring, wait, talk, isAnswered }) => (from: number): Life => {
    const rings = from + gap + ring;
    const answered = isAnswered ? rings + wait : null;
    return { joined: from + gap, rings, answered, ended: (answered ?? rings) + talk };
  });

const lives = (count: number) =>
  fc.array(life, { minLength: count, maxLength: count }).map((each) => {
    const made: Life[] = [];
    for (const make of each) made.push(make(made.at(-1)?.ended ?? 2_000));
    return made;
  });

const setting = (skewMs: fc.Arbitrary<number>, count = 4): fc.Arbitrary<Setting> =>
  fc.record({
    lives: lives(count),
    intervalMs: fc.constantFrom(200, 1_000, 5_000),
    lagMs: fc.integer({ min: 0, max: 280 }),
    skewAt: skewMs.map((skew) => () => skew),
  });

const FAR_OFF = fc.constantFrom(-25_200_000, -300_000, -30_000, 30_000, 300_000, 25_200_000);

const customer = (index: number) => `09142373${String(index).padStart(2, '0')}`;

/** The PBX's time of an instant: by its own clock, cut to a second. */
function pbxTime({ skewAt }: Setting, instant: number): number {
  return Math.floor((T0 + instant + skewAt(instant)) / 1_000) * 1_000;
}

function legAt(given: Setting, index: number, now: number): ObservedLeg[] {
  const { rings, answered, ended } = given.lives[index]!;
  const then = now - given.lagMs;
  if (then < rings || then >= ended) return [];
  const signal = answered !== null && then >= answered ? 'answered' : 'ringing';
  const startedAt = pbxTime(given, rings);
  return [leg({ callId: `leg-${index}`, customer: number(customer(index)), signal, startedAt })];
}

function entryAt(given: Setting, index: number, now: number): ObservedQueueEntry[] {
  const { joined, rings, answered, ended } = given.lives[index]!;
  const lingersMs = answered === null ? 60_000 : 0;
  if (now < joined || now >= ended + lingersMs) return [];
  const isOver = now >= ended;
  const isAnswered = answered !== null && now >= answered;
  return [
    entry({
      mobile: customer(index),
      callId: isOver ? null : `call-${index}`,
      joinedAt: pbxTime(given, joined),
      status: isOver ? 'abandoned' : isAnswered ? 'answered' : now >= rings ? 'trying' : 'waiting',
      bridgedAt: isAnswered ? pbxTime(given, answered) : null,
      abandonedAt: isOver ? pbxTime(given, ended) : null,
    }),
  ];
}

function pollAt(given: Setting, now: number): Poll {
  const indexes = given.lives.map((_, index) => index);
  return {
    at: (now + 20) / 1_000,
    legs: indexes.flatMap((index) => legAt(given, index, now)),
    entries: indexes.flatMap((index) => entryAt(given, index, now)),
    idle: ['107'],
  };
}

function pollTimes({ lives, intervalMs }: Setting): readonly number[] {
  const count = Math.ceil((lives.at(-1)!.ended + 3 * intervalMs + 1_000) / intervalMs);
  return Array.from({ length: count }, (_, index) => index * intervalMs);
}

function run(given: Setting): History {
  const history = new History();
  for (const now of pollTimes(given)) history.poll(pollAt(given, now));
  return history;
}

/** How many of the calls any poll shows in the queue: the shortest ones fall between two. */
function callsInQueue(given: Setting): number {
  const times = pollTimes(given);
  return given.lives.filter((_, index) => times.some((now) => entryAt(given, index, now).length > 0)).length;
}

/** When what the event says happened, by the true life of its call; null where that is not known. */
function truthOf({ lives }: Setting, { type, data }: Transition): { happened: number; life: Life } | null {
  if (!('callId' in data)) return null;
  const truth = lives[Number(data.customer!.raw.slice(-2))]!;
  const { joined, rings, answered, ended } = truth;
  const instants = {
    // Of a call that no queue answer showed, the poll shows the leg alone.
    'call-started': data.queue === null ? rings : joined,
    'call-offered': rings,
    'call-answered': answered,
    'call-abandoned': ended,
    'call-ended': ended,
    'call-offer-ended': answered ?? ended,
  };
  const happened = instants[type as keyof typeof instants];
  return happened === null ? null : { happened, life: truth };
}

function checkTruth(given: Setting, transitions: readonly Transition[]): void {
  expectHonestTimes(transitions);
  for (const transition of transitions) {
    const truth = truthOf(given, transition);
    if (truth === null || !('callId' in transition.data)) continue;
    const { observed, waitMs, talkMs, outcome } = transition.data;
    const at = T0 + truth.happened;
    const fail = (what: string) => {
      throw new Error(`${what}: ${new Date(at).toISOString()} ${JSON.stringify(transition)}`);
    };
    if (observed.earliest !== null && at < Date.parse(observed.earliest)) fail('truth before earliest');
    if (at > Date.parse(observed.latest)) fail('truth after latest');
    const { joined, answered, ended } = truth.life;
    const tolerance = given.intervalMs + 3_000;
    const isWrong = (stated: number | null, true_: number) =>
      stated !== null && Math.abs(stated - true_) > tolerance;
    if (transition.type !== 'call-ended' || outcome === 'unknown') continue;
    if (isWrong(waitMs, (answered ?? ended) - joined)) fail('waitMs');
    if (isWrong(talkMs, ended - (answered ?? ended))) fail('talkMs');
  }
}

describe('the times of calls on a PBX', () => {
  it.each([
    ['whose clock is right', fc.constant(0)],
    ['whose clock is far off', FAR_OFF],
  ])('%s lie in their windows, and so does the truth', (_, skewMs) => {
    fc.assert(
      fc.property(setting(skewMs), (given) => checkTruth(given, run(given).transitions)),
      { numRuns: 60 },
    );
  });

  it('whose clock is far off are never said to be the PBX’s, and the estimate is right', () => {
    fc.assert(
      fc.property(setting(FAR_OFF, 3), (given) => {
        // One row says how far ahead the clock is at least; that it is behind takes a second one to confirm.
        fc.pre(callsInQueue(given) >= 2);
        const { transitions, state } = run(given);
        const certainties = transitions.map(({ data }) => data.observed.certainty);
        expect(certainties).not.toContain('upstream');
        const skew = skewOf(state.sources);
        expect(skew).not.toBeNull();
        expect(Math.abs(skew! - given.skewAt(0))).toBeLessThanOrEqual(given.intervalMs / 2 + 1_000);
      }),
      { numRuns: 60 },
    );
  });

  it('whose clock is right are the PBX’s where it gives them', () => {
    fc.assert(
      fc.property(setting(fc.constant(0)), (given) => {
        for (const transition of run(given).transitions) {
          if (transition.type !== 'call-started') continue;
          const { happened } = truthOf(given, transition)!;
          expect(transition.data.observed.certainty).toBe('upstream');
          expect(transition.time).toBe(pbxTime(given, happened));
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([30, -30])('whose clock drifts by %i ms in a second follow it', (drift) => {
    fc.assert(
      fc.property(setting(fc.constant(0), 25), (still) => {
        const given: Setting = { ...still, intervalMs: 1_000, skewAt: (at) => (at * drift) / 1_000 };
        const { transitions, state } = run(given);
        expectHonestTimes(transitions);
        const last = given.lives.at(-1)!;
        fc.pre(Math.abs(given.skewAt(last.ended)) > 6_000);
        const off = skewOf(state.sources)! - given.skewAt(last.ended);
        expect(Math.abs(off)).toBeLessThanOrEqual(4_000);
        const ended = transitions.filter(({ type }) => type === 'call-ended').at(-1)!;
        expect(ended.data.observed.certainty).not.toBe('upstream');
      }),
      { numRuns: 20 },
    );
  });
});
