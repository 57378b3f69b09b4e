import type { EngineHabits } from './engine-habits.js';
import type { CallScript } from './plan.js';
import { createQuietWorld } from './quiet-world.js';
import { timeline } from './timeline.js';
import type { CallTruth } from './truth.js';
import type { World } from './world.js';

/** Who answers, and how the rows show it. */

const quiet = (engine: Partial<EngineHabits>): World =>
  createQuietWorld({ engine: { legIds: 'leg', ...engine }, directory: { doubleRegistered: 0 } });
const direct: CallScript = {
  kind: 'direct',
  extension: '107',
  customer: '0914237383',
  answerAfterMs: 2000,
  leavesAfterMs: null,
  talkMs: 8000,
};
const queued: CallScript = { ...direct, kind: 'queue', queue: 'BanHang_39989220', bridgeLagMs: 50 };

function play(engine: Partial<EngineHabits>, script: CallScript, forMs = 40_000) {
  const world = quiet(engine);
  const call = world.startCall(script);
  const timed = timeline(world, forMs);
  return { world, call, timed, lines: timed.map((line) => line.replace(/^\d+ ?/, '')) };
}
const story = (call: CallTruth) =>
  call.events.map(({ type, extension, outcome }) => [type, extension, outcome].filter(Boolean).join(' '));

describe('a pick-up', () => {
  it.each([
    ['code', '**', '**107>112>**107 local'],
    ['code', '*8', '*8>112>*8 local'],
    ['own', '**', '112>24370107>(107|112) inbound'],
    ['customer', '**', '0914237383>24370107>112 inbound'],
  ] as const)('with rows of kind %s and %s: the ringing leg goes and %s talks', (pickupRow, code, row) => {
    const { call, lines } = play({ pickupRow }, { ...direct, engine: { pickup: { by: '112', code } } });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe('107 RINGING 0914237383>24370107>107 inbound #1');
    expect(lines[1]).toMatch(new RegExp(`^112 ONCALL ${row.replaceAll('*', String.raw`\*`)} #2$`));
    expect(lines[2]).toBe('');
    expect(story(call)).toEqual([
      'call-started',
      'call-offered 107',
      'call-offer-ended 107 answered-elsewhere',
      'call-answered 112',
      'call-ended answered',
    ]);
    expect(call.sightings.at(-1)).toMatchObject({ extension: '112', role: 'picker' });
    expect(call.habits).toContain('pickup');
  });

  it.each(['**', '*8'] as const)(
    'by the leg’s direction shows the hotline, whichever extension the view has as called (%s)',
    (code) => {
      const habits = { pickupRow: 'own', direction: 'leg' } as const;
      const { lines } = play(habits, { ...direct, engine: { pickup: { by: '112', code } } });
      expect(lines[1]).toBe('112 ONCALL 112>112>24370107 outbound #2');
    },
  );

  it('of a ring group ends every ring', () => {
    const { call } = play({}, { ...direct, kind: 'ring-group', engine: { pickup: { code: '*8' } } });
    expect(story(call).filter((line) => line.endsWith('answered-elsewhere'))).toHaveLength(5);
    expect(call.outcome).toBe('answered');
  });
});

describe('a hunt group', () => {
  it('rings one member after the other, the next 20 ms after the last has gone', () => {
    const { call, timed } = play(
      { timing: true },
      { ...direct, kind: 'ring-group', ringGroup: 'group_1', engine: { huntMs: 3000 } },
    );
    const legs = timed.filter((line) => line.includes('RINGING'));
    expect(legs.length).toBeGreaterThan(1);
    expect(legs.every((line) => !line.includes('|'))).toBe(true);
    const begun = call.sightings.map(({ from }) => from - call.startedAt);
    expect(begun).toEqual(begun.map((_, place) => place * 3020));
    expect(story(call).filter((line) => line.endsWith('not-answered'))).toHaveLength(legs.length - 1);
    expect(call.outcome).toBe('answered');
  });

  it('whose members all do not answer is over after the last', () => {
    const { call } = play(
      {},
      { ...direct, kind: 'ring-group', answerAfterMs: null, engine: { huntMs: 3000 } },
    );
    expect(call.endedAt! - call.startedAt).toBe(15_000);
    expect(call.outcome).toBe('abandoned');
  });
});

describe('a ring-group member that rejects', () => {
  it('ends its offer at once, and its row says RINGING until the whole group is over', () => {
    const { call, lines } = play({}, { ...direct, kind: 'ring-group', engine: { rejects: 1 } });
    const rejected = call.events.find(({ outcome }) => outcome === 'not-answered')!;
    expect(rejected.at - call.startedAt).toBeLessThan(1600);
    const row = call.sightings.find(({ part }) => part === rejected.part)!;
    expect(row.states.map(({ state }) => state)).toEqual(['RINGING']);
    expect(row.to! - call.startedAt).toBe(2000);
    expect(lines[0]!.split(' | ')).toHaveLength(5);
    expect(lines[1]).toMatch(/^\d+ ONCALL [^|]*$/);
  });
});

describe('a supervisor', () => {
  it('talks at once with a feature code as destination, and goes with the agent', () => {
    const { call, lines } = play(
      {},
      { ...direct, engine: { supervises: { afterMs: 2000, forMs: 3000, code: '*33' } } },
    );
    expect(lines[2]).toMatch(/^107 ONCALL .* \| (\d+) ONCALL \*33107>\1>\*33107 local #2$/);
    expect(lines[3]).toBe(lines[1]);
    expect(call.sightings.find(({ role }) => role === 'supervisor')).toBeDefined();
    expect(story(call).filter((line) => line.startsWith('call-transferred'))).toEqual([]);
    const cut = play(
      {},
      { ...direct, engine: { supervises: { afterMs: 2000, forMs: 90_000, code: '*33' } } },
    );
    expect(cut.lines.at(-1)).toBe('');
    expect(cut.call.endedAt! - cut.call.startedAt).toBe(10_000);
  });

  it('goes when the agent transfers the call', () => {
    const { lines } = play(
      {},
      {
        ...direct,
        transfer: { as: 'blind', to: '112', afterMs: 3000, ringMs: 2000 },
        engine: { supervises: { afterMs: 2000, forMs: 90_000, code: '*34' } },
      },
    );
    expect(lines.at(-2)).toMatch(/^112 ONCALL [^|]*$/);
    expect(lines.at(-4)).toMatch(/>\*34107 local #2$/);
  });

  it('has the call when the agent leaves it', () => {
    const { call, lines } = play(
      {},
      { ...direct, talkMs: 20_000, engine: { supervises: { afterMs: 2000, forMs: null, code: '*88' } } },
    );
    const by = call.sightings.find(({ role }) => role === 'supervisor')!.extension!;
    expect(lines[3]).toBe(`${by} ONCALL *88107>${by}>*88107 local #2`);
    expect(call.transfers[0]).toMatchObject({ as: 'barge', from: '107', to: by, outcome: 'answered' });
    expect(story(call)).toContain(`call-transferred ${by}`);
  });
});

describe('an agent on a mobile', () => {
  it('answers without any leg, under a name that the monitor does not show', () => {
    const { world, call, lines } = play({}, { ...queued, engine: { mobileAgent: true } });
    expect(lines[1]).toMatch(/^\[mobile_9\d\d Trying 0914237383 #1\]$/);
    expect(lines[2]).toMatch(/^\[mobile_9\d\d Answered 0914237383 #1\]$/);
    expect(lines.at(-1)).toBe('');
    expect(call.sightings.every(({ endpoint }) => endpoint === 'queue')).toBe(true);
    expect(story(call)).toEqual(['call-started', 'call-answered', 'call-ended answered']);
    expect(world.monitorRows().some(({ agent_name }) => agent_name.startsWith('mobile'))).toBe(false);
  });
});

describe('an agent’s leg that ends at once', () => {
  it('leaves the row Trying with the agent’s name until the module restarts', () => {
    const { world, call, lines, timed } = play(
      {},
      { ...queued, queue: 'ChamSocKH_39989221', engine: { stuckAfterMs: 40 } },
    );
    const answer = timed.findIndex((line) => line.includes('ONCALL'));
    expect(Number(timed[answer + 1]!.split(' ')[0]) - Number(timed[answer]!.split(' ')[0])).toBe(40);
    const by = call.events.find(({ outcome }) => outcome === 'answered')!.extension!;
    expect(lines.at(-1)).toMatch(new RegExp(`^\\[\\w+${by} Trying 0914237383 #1\\]$`));
    expect(call).toMatchObject({ outcome: 'abandoned', neverBridged: true });
    expect(call.sightings.find(({ role }) => role === 'void')).toMatchObject({ extension: by });
    world.advanceTo(world.now + 5 * 3_600_000);
    expect(world.queueRows()[0]!.status).toBe('Trying');
    world.restartQueues();
    expect(world.queueRows()[0]).toMatchObject({
      status: 'Abandoned',
      abandoned_time: '1970-01-01T08:00:00+08:00',
    });
  });
});

describe('a caller who hangs up as the agent answers', () => {
  it('is Abandoned with the agent’s name, while the leg is bridged with no one; abandoned_time becomes that leg’s end', () => {
    const { world, call, lines } = play({}, { ...queued, engine: { leavesAtAnswerMs: 60 } }, 4000);
    expect(call).toMatchObject({ outcome: 'abandoned', neverBridged: true });
    const talks = lines.findIndex((line) => line.includes('ONCALL') && line.includes('Abandoned'));
    expect(lines[talks]).toMatch(/^\[\w+101 Abandoned 0914237383 #.\] \| 101 ONCALL/);
    const before = world.queueRows()[0]!.abandoned_time;
    world.advanceTo(world.now + 5000);
    expect(world.queueRows()[0]!.abandoned_time > before).toBe(true);
    const leg = call.sightings.find(({ role }) => role === 'void')!;
    expect(leg.to!).toBeGreaterThan(call.endedAt! + 900);
    expect(leg.states.at(-1)!.state).toBe('ONCALL');
  });
});
