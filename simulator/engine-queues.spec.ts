import type { EngineHabits } from './engine-habits.js';
import type { CallScript } from './plan.js';
import { createQuietWorld, MONDAY_MORNING } from './quiet-world.js';
import { timeline } from './timeline.js';
import { createWorld, type World, type WorldOptions } from './world.js';

/** Queues as mod_callcenter keeps them. */

const quiet = (engine: Partial<EngineHabits>, options: Partial<WorldOptions> = {}): World =>
  createQuietWorld({ engine, directory: { doubleRegistered: 0 }, ...options });
const ringAll: CallScript = {
  kind: 'queue',
  queue: 'ChamSocKH_39989221',
  customer: '0914237383',
  answerAfterMs: 2000,
  leavesAfterMs: null,
  talkMs: 8000,
  bridgeLagMs: 50,
};
const longestIdle: CallScript = { ...ringAll, queue: 'BanHang_39989220' };

/** A day of queue calls only. */
function queueDay(engine: Partial<EngineHabits>, totalCalls = 120): World {
  const world = createWorld({
    startAt: MONDAY_MORNING,
    engine,
    traffic: {
      totalCalls,
      callsPerHour: 300,
      mix: { queue: 1, 'ring-group': 0, direct: 0, outbound: 0, 'click-to-call': 0, local: 0 },
    },
  });
  world.advanceTo(MONDAY_MORNING + 24 * 3_600_000);
  return world;
}

describe('a ring-all queue', () => {
  it('serves callers whom the rows do not distinguish in the order in which they joined', () => {
    const world = createWorld({
      startAt: MONDAY_MORNING,
      engine: { sameSecond: 0.4 },
      traffic: {
        totalCalls: 150,
        callsPerHour: 3000,
        mix: { queue: 1, 'ring-group': 0, direct: 0, outbound: 0, 'click-to-call': 0, local: 0 },
      },
      habits: { anonymous: 0, resume: 0, callAgain: 0, overflow: 0 },
    });
    world.advanceTo(MONDAY_MORNING + 24 * 3_600_000);
    const ringAlls = world.directory.queues.filter(({ strategy }) => strategy === 'ring-all');
    let pairs = 0;
    for (const [place, later] of world.truth.entries()) {
      if (!ringAlls.some(({ uuid }) => uuid === later.queues[0]?.id)) continue;
      const rung = later.sightings.find(({ endpoint }) => endpoint === 'monitor')?.from ?? Infinity;
      const before = world.truth
        .slice(0, place)
        .filter(
          ({ customer, queues }) =>
            customer?.raw === later.customer?.raw && queues[0]?.id === later.queues[0]?.id,
        );
      for (const { sightings, endedAt } of before) {
        const first = sightings.find(({ endpoint }) => endpoint === 'monitor')?.from ?? Infinity;
        if (endedAt! <= later.startedAt) continue;
        pairs += 1;
        expect(rung).toBeGreaterThanOrEqual(Math.min(first, endedAt!));
      }
    }
    expect(pairs).toBeGreaterThan(5);
  });
});

describe("the engine's timing", () => {
  it('tries 40 to 130 ms after joining, and Abandoned rows linger for 60 to 61 s', () => {
    const world = queueDay({ timing: true });
    const [tried, lingered]: [number[], number[]] = [[], []];
    for (const { sightings } of world.truth) {
      for (const { endpoint, states, to, closedBy, rejoinedAt } of sightings) {
        if (endpoint !== 'queue') continue;
        const since = (wanted: string) => states.find(({ state }) => state === wanted)?.at;
        const trying = since('Trying');
        if (trying !== undefined && rejoinedAt === null) tried.push(trying - states[0]!.at);
        const abandoned = since('Abandoned');
        if (abandoned !== undefined && closedBy === 'gone') lingered.push(to! - abandoned);
      }
    }
    expect(Math.min(...tried)).toBeGreaterThanOrEqual(40);
    expect(tried.filter((ms) => ms <= 130).length).toBeGreaterThan(tried.length * 0.9);
    expect(lingered.length).toBeGreaterThan(5);
    expect(Math.min(...lingered)).toBeGreaterThanOrEqual(60_000);
    expect(Math.max(...lingered)).toBeLessThanOrEqual(61_000);
  });

  it.each(['ring-group', 'extension'] as const)(
    'overflows to a %s: Abandoned with an empty call_uuid, 20 ms later the next legs, DOWN before they ring',
    (to) => {
      const world = quiet({ timing: true, downFirst: 1, legIds: 'leg', emptiesUuid: true });
      const call = world.startCall({
        ...longestIdle,
        answerAfterMs: null,
        emptyUuid: true,
        overflow: { afterMs: 4000, to },
      });
      const lines = timeline(world, 6000);
      const abandoned = lines.findIndex((line) => line.includes('Abandoned'));
      expect(lines[abandoned]).toMatch(/^4000 \[\S+ Abandoned 0914237383 #-\]$/);
      expect(lines[abandoned + 1]).toMatch(/^4020 \[\S+ Abandoned 0914237383 #-\] \| \d+ DOWN/);
      expect(lines.at(-1)).toContain('RINGING');
      expect(call.outcome).toBeNull();
      expect(call.habits).toEqual(expect.arrayContaining(['timing', 'overflow', 'emptiesUuid', 'downFirst']));
    },
  );
});

describe('rows that are wrong', () => {
  it('stay Answered for hours after the call', () => {
    const world = queueDay({ staleAnswered: 1 });
    const stale = world.truth.filter(({ habits }) => habits.includes('staleAnswered'));
    expect(stale.length).toBeGreaterThan(20);
    for (const { sightings, endedAt } of stale) {
      const entry = sightings.find(({ states }) => states.at(-1)!.state === 'Answered')!;
      expect(entry.to! - endedAt!).toBeGreaterThan(3 * 3_600_000);
    }
  });

  it('vanish while Trying, as polls see it, when the talk lasted 0.4 s', () => {
    const world = queueDay({ blinks: 1, timing: true, trail: true });
    const blinks = world.truth.filter(({ habits }) => habits.includes('blinks'));
    expect(blinks.length).toBeGreaterThan(20);
    for (const call of blinks) {
      const answeredAt = call.events.find(({ type }) => type === 'call-answered')!.at;
      expect(call.endedAt! - answeredAt).toBeGreaterThanOrEqual(350);
      expect(call.endedAt! - answeredAt).toBeLessThanOrEqual(450);
      expect(call.sightings.find(({ endpoint }) => endpoint === 'queue')!.states.at(-1)!.state).toBe(
        'Answered',
      );
    }
  });

  it('say Trying for minutes where no agent of a ring-all queue is free, and no extension rings', () => {
    const world = quiet({});
    const call = world.startCall({ ...ringAll, engine: { waitsMs: 600_000 } });
    const lines = timeline(world, 650_000, 500);
    expect(lines.slice(0, 2)).toEqual(['0 [- Waiting 0914237383 #1]', '500 [- Trying 0914237383 #1]']);
    expect(Number(lines[2]!.split(' ')[0])).toBeGreaterThan(600_000);
    expect(call.outcome).toBe('answered');
    expect(queueDay({ longWait: 0.3 }).truth.some(({ habits }) => habits.includes('longWait'))).toBe(true);
  });
});

describe("the agent's name", () => {
  it('is ring-all, with an empty uuid, in a ring-all queue until an agent has answered', () => {
    const world = quiet({ servingAgent: 'ring-all' });
    world.startCall(ringAll);
    const lines = timeline(world, 4000).map((line) => line.replace(/^\d+ /, ''));
    expect(lines[0]).toMatch(/^\[- Waiting/);
    expect(lines[1]).toMatch(/^\[ring-all Trying/);
    expect(lines.at(-1)).toMatch(/^\[\w+\d Answered/);
    const named = quiet({ servingAgent: 'ring-all' });
    named.startCall(longestIdle);
    named.advanceTo(named.now + 1000);
    expect(named.queueRows()[0]!.call_center_agent_name).not.toBe('ring-all');
  });

  it('may be one that no row of the monitor shows', () => {
    for (const [agentNames, pattern] of [
      ['prefixed', /^agent_101$/],
      ['uuid', /^[0-9a-f-]{36}$/],
    ] as const) {
      const world = quiet({ agentNames });
      world.startCall(longestIdle);
      world.advanceTo(world.now + 1000);
      const { call_center_agent_name: name } = world.queueRows()[0]!;
      expect(name).toMatch(pattern);
      const shown = world.monitorRows().flatMap((row) => [row.username, row.agent_name, row.user_uuid]);
      expect(shown).not.toContain(name);
    }
  });
});

describe('callers who abandon', () => {
  it('leave a row with an empty call_uuid, always', () => {
    const world = queueDay({ emptiesUuid: true });
    const emptied = world.truth.filter(({ habits }) => habits.includes('emptiesUuid'));
    expect(emptied.length).toBeGreaterThan(5);
    const one = quiet({ emptiesUuid: true });
    one.startCall({ ...longestIdle, answerAfterMs: null, leavesAfterMs: 2000, emptyUuid: true });
    one.advanceTo(one.now + 3000);
    expect(one.queueRows()[0]).toMatchObject({ status: 'Abandoned', call_uuid: '' });
  });

  it('come back into their row', () => {
    const world = queueDay({ resumes: 1 }, 300);
    const back = world.truth.filter(({ habits }) => habits.includes('resumes'));
    expect(back.length).toBeGreaterThan(5);
    for (const { linkedTo, sightings } of back) {
      expect(linkedTo).not.toBeNull();
      expect(sightings[0]!.rejoinedAt).not.toBeNull();
    }
  });
});
