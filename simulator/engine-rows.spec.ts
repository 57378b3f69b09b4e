import type { EngineHabits } from './engine-habits.js';
import { NO_HABITS } from './options.js';
import type { CallScript } from './plan.js';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';
import { timeline } from './timeline.js';
import { createWorld, type World } from './world.js';

/** How legs and their rows look over time, against what was measured on the engine (docs/simulator.md). */

const quiet = (engine: Partial<EngineHabits>): World =>
  createQuietWorld({ engine, directory: { doubleRegistered: 0 }, quirks: { callTimeMoves: false } });
const direct: CallScript = {
  kind: 'direct',
  extension: '107',
  customer: '0914237383',
  answerAfterMs: 2000,
  talkMs: 8000,
};
const seen = (engine: Partial<EngineHabits>, script: CallScript, forMs = 20_000): string[] => {
  const world = quiet(engine);
  world.startCall(script);
  return timeline(world, forMs);
};
/** The instants of the lines, and what they say without them. */
const instants = (lines: readonly string[]) => lines.map((line) => Number(line.split(' ')[0]));
const texts = (lines: readonly string[]) => lines.map((line) => line.replace(/^\d+ ?/, ''));

/** A busy hour of direct and ring-group calls, all with these habits. */
function busyHour(engine: Partial<EngineHabits>): World {
  const world = createWorld({
    startAt: MONDAY_MORNING,
    engine,
    habits: NO_HABITS,
    traffic: {
      totalCalls: 300,
      callsPerHour: 900,
      unregistersPerHour: 0,
      mix: { queue: 1, 'ring-group': 0, direct: 1, outbound: 0, 'click-to-call': 0, local: 0 },
    },
  });
  world.advanceTo(MONDAY_MORNING + 24 * 3_600_000);
  return world;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

describe('a leg before it rings', () => {
  it('is DOWN, an empty state, for 60 to 150 ms, and is offered when it rings', () => {
    const lines = seen({ downFirst: 1 }, direct);
    expect(texts(lines).slice(0, 3)).toEqual([
      '107 DOWN 0914237383>24370107>107 inbound #1',
      '107 RINGING 0914237383>24370107>107 inbound #1',
      '107 ONCALL 0914237383>24370107>107 inbound #1',
    ]);
    const world = busyHour({ downFirst: 1 });
    const offers = world.truth.flatMap((call) =>
      call.events
        .filter(({ type }) => type === 'call-offered')
        .map(({ at, part }) => at - call.sightings.find((one) => one.part === part)!.from),
    );
    expect(Math.min(...offers)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...offers)).toBeLessThanOrEqual(150);
  });

  it('is DOWN all the time at a device that never says that it rings: no offer, and the caller gives up', () => {
    const world = quiet({});
    const call = world.startCall({
      ...direct,
      answerAfterMs: null,
      leavesAfterMs: 6000,
      engine: { neverRings: true },
    });
    expect(texts(timeline(world, 8000))).toEqual(['107 DOWN 0914237383>24370107>107 inbound #1', '']);
    expect(call.events.map(({ type }) => type)).toEqual(['call-started', 'call-abandoned', 'call-ended']);
    expect(call.habits).toContain('neverRings');
  });

  it('is RINGING at once where the extension dials', () => {
    expect(texts(seen({ downFirst: 1 }, { ...direct, kind: 'outbound' }))[0]).toContain('107 RINGING');
    expect(texts(seen({ downFirst: 1 }, { ...direct, kind: 'local', peer: '112' }))[0]).toBe(
      '107 RINGING 112>107>112 local #1 | 112 DOWN 107>107>112 local #2',
    );
  });
});

describe('rows that trail', () => {
  it('show a leg 0.11 to 0.21 s late, and outlive it by a median of 0.18 s and at most 0.27 s, with its last state', () => {
    const world = busyHour({ trail: true });
    const [late, outlive]: [number[], number[]] = [[], []];
    for (const call of world.truth.filter(({ kind }) => kind === 'direct')) {
      for (const one of call.sightings) late.push(one.from - call.startedAt);
      const last = call.sightings.at(-1)!;
      outlive.push(last.to! - call.endedAt!);
      expect(last.states.at(-1)!.state).toBe(call.outcome === 'answered' ? 'ONCALL' : 'RINGING');
    }
    expect(Math.min(...late)).toBeGreaterThanOrEqual(110);
    expect(Math.max(...late)).toBeLessThanOrEqual(210);
    expect(median(late)).toBeGreaterThan(115);
    expect(median(late)).toBeLessThan(150);
    expect(median(outlive)).toBeGreaterThan(160);
    expect(median(outlive)).toBeLessThan(200);
    expect(Math.max(...outlive)).toBeLessThanOrEqual(270);
  });

  it('show a queue entry 15 to 25 ms late', () => {
    const world = busyHour({ trail: true });
    const late = world.truth.flatMap((call) =>
      call.sightings
        .filter(({ endpoint, rejoinedAt }) => endpoint === 'queue' && rejoinedAt === null)
        .map(({ from, joinedAt }) => from - joinedAt!),
    );
    expect(late.length).toBeGreaterThan(100);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(15);
    expect(Math.max(...late)).toBeLessThanOrEqual(25);
  });

  it('say Answered before the leg says ONCALL, mostly: by a median of some 30 ms, and less than 0.19 s', () => {
    const world = busyHour({ trail: true, timing: true });
    const leads = world.truth.flatMap(({ sightings }) => {
      const since = (endpoint: string, state: string) =>
        sightings
          .flatMap((one) => (one.endpoint === endpoint ? one.states : []))
          .find((one) => one.state === state)?.at;
      const [entry, leg] = [since('queue', 'Answered'), since('monitor', 'ONCALL')];
      return entry === undefined || leg === undefined ? [] : [leg - entry];
    });
    expect(leads.length).toBeGreaterThan(60);
    expect(leads.filter((lead) => lead > 0).length).toBeGreaterThan(leads.length * 0.6);
    expect(median(leads)).toBeGreaterThan(10);
    expect(median(leads)).toBeLessThan(60);
    expect(Math.max(...leads)).toBeLessThan(190);
  });
});

describe("a leg's id", () => {
  it('is the uuid of the leg, so that a ring group shows as many as it has members', () => {
    const world = quiet({ legIds: 'leg' });
    const call = world.startCall({ ...direct, kind: 'ring-group' });
    expect(call.upstreamIds).toHaveLength(5);
  });

  it('is the column call_uuid: shared by what rings without a queue, and its own for 0.4 to 0.6 s when the bridge ends', () => {
    const world = quiet({ legIds: 'call-uuid' });
    const call = world.startCall(direct);
    const lines = timeline(world, 12_000);
    expect(texts(lines)).toEqual([
      '107 RINGING 0914237383>24370107>107 inbound #1',
      '107 ONCALL 0914237383>24370107>107 inbound #1',
      '107 ONCALL 0914237383>24370107>107 inbound #2',
      '',
    ]);
    const [parted, gone] = instants(lines).slice(2);
    expect(gone! - parted!).toBeGreaterThanOrEqual(400);
    expect(gone! - parted!).toBeLessThanOrEqual(610);
    expect(call.upstreamIds).toHaveLength(2);
    expect(call.sightings[0]!.ids).toEqual([
      { at: call.endedAt, callId: call.upstreamIds[1], phantom: true },
    ]);
  });

  it('does not change when a leg that only rang goes', () => {
    const unanswered = { ...direct, answerAfterMs: null, leavesAfterMs: 4000 };
    expect(texts(seen({ legIds: 'call-uuid' }, unanswered))).toEqual([
      '107 RINGING 0914237383>24370107>107 inbound #1',
      '',
    ]);
  });

  it('is the column call_uuid: own ids while a queue rings, and the entry’s call_uuid once bridged', () => {
    const world = quiet({ legIds: 'call-uuid' });
    world.startCall({ ...direct, kind: 'queue', queue: 'BanHang_39989220' });
    const lines = texts(timeline(world, 12_000));
    expect(lines[1]).toMatch(/ Trying 0914237383 #1\] \| 101 RINGING .* #2$/);
    expect(lines.find((line) => line.includes('ONCALL'))).toMatch(
      /\[.* 0914237383 #1\] \| 101 ONCALL .* #1$/,
    );
    expect(lines.at(-2)).toMatch(/^101 ONCALL .* #2$/);
  });
});

describe('the direction', () => {
  it("is the leg's: towards an extension outbound with the customer in both cid fields, from one inbound", () => {
    const engine = { direction: 'leg' } as const;
    expect(texts(seen(engine, direct))[0]).toBe('107 RINGING 0914237383>0914237383>24370107 outbound #1');
    expect(texts(seen(engine, { ...direct, kind: 'outbound' }))[0]).toBe(
      '107 RINGING 24052364>107>0914237383 inbound #1',
    );
    expect(texts(seen(engine, { ...direct, kind: 'click-to-call' }))[0]).toBe(
      '107 RINGING 0914237383>0914237383>107 outbound #1',
    );
    expect(texts(seen(engine, { ...direct, kind: 'local', peer: '112' }))[0]).toBe(
      '107 RINGING 112>107>112 local #1 | 112 RINGING 107>107>112 local #2',
    );
  });
});

describe('what a leg says in mid-call', () => {
  it('is HELD, and UNHELD or ACTIVE when the hold is over', () => {
    for (const holdEnds of ['UNHELD', 'ACTIVE'] as const) {
      const lines = texts(seen({ holdEnds }, { ...direct, hold: { afterMs: 2000, forMs: 1000 } }));
      expect(lines.map((line) => line.split(' ')[1])).toEqual([
        'RINGING',
        'ONCALL',
        'HELD',
        holdEnds,
        undefined,
      ]);
    }
  });

  it('is ONCALL for 20 ms and then RING_WAIT until the customer of a click-to-call answers', () => {
    const world = quiet({ ringWait: 1 });
    const call = world.startCall({
      ...direct,
      kind: 'click-to-call',
      pickUpMs: 1500,
      engine: { ringWait: true },
    });
    const lines = timeline(world, 15_000);
    expect(texts(lines).map((line) => line.split(' ')[1])).toEqual([
      'RINGING',
      'ONCALL',
      'RING_WAIT',
      'ONCALL',
      undefined,
    ]);
    expect(instants(lines).slice(1, 4)).toEqual([1500, 1520, 3500]);
    expect(call.events.find(({ type }) => type === 'call-answered')!.at - call.startedAt).toBe(3500);
  });
});
