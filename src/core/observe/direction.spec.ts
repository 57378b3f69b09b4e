import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, number, placedLeg, T0 } from '../../../test/support/history.js';
import type { ObservedLeg } from '../model/observation.js';

const LEARNT_LEG = { meaning: 'leg', source: 'learnt' };
const LEARNT_CALL = { meaning: 'call', source: 'learnt' };
const ASSUMED = { meaning: 'call', source: 'assumed' };

const trying = (agent: string | null = 'agent-107') => entry({ status: 'trying', agentName: agent });
const placed = (given: Parameters<typeof placedLeg>[0] = {}, ...more: ['own' | 'customer' | 'other'] | []) =>
  placedLeg({ startedAt: T0, ...given }, ...more);
/** The same leg by a PBX that lists the call's direction. */
const listed = (given: Parameters<typeof leg>[0] = {}): ObservedLeg => {
  const asCall = leg({ startedAt: T0, ...given });
  const asLeg = { ...asCall, direction: 'outbound', role: 'caller' } as const;
  return { ...asCall, asLeg: { leg: asLeg, destination: 'own', placed: false } };
};

/** The leg that an extension placed, by a PBX that lists the leg's direction. */
const dialled = (): ObservedLeg => {
  const asLeg = leg({ callId: 'out', direction: 'outbound', role: 'caller', startedAt: T0 });
  return {
    ...asLeg,
    direction: 'inbound',
    role: 'callee',
    asLeg: { leg: asLeg, destination: 'other', placed: true },
  };
};

describe('the direction of monitor rows', () => {
  it('is learnt from the agent’s leg of a queue entry, before the row is used', () => {
    const history = new History();
    expect(history.emitted({ legs: [placed({}, 'other')], entries: [trying()] })).toEqual([
      'call-started',
      'call-offered 107',
    ]);
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
    expect(history.state.calls.size).toBe(1);
  });

  it.each([
    ['by the agent’s name', { agentName: 'agent-107' }],
    ['by the username', { agentName: 'user-107' }],
    ['by the extension', { agentName: '107' }],
    ['by the extension’s uuid', { agentId: 'uuid-107' }],
  ])('is shown by an entry that names the agent %s', (_, agent) => {
    const history = new History();
    history.poll({ legs: [placed({}, 'other')], entries: [entry({ status: 'trying', ...agent })] });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is the call’s where such a leg says `inbound`', () => {
    const history = new History();
    expect(history.emitted({ legs: [listed()], entries: [trying()] })).toEqual([
      'call-started',
      'call-offered 107',
    ]);
    expect(history.state.direction).toMatchObject(LEARNT_CALL);
  });

  it('is learnt from the agents whom a queue rings although it names none of them', () => {
    const history = new History();
    history.poll({ entries: [trying('ring-all')] });
    const legs = ['101', '102'].map((ext) => placed({ ext, callId: `leg-${ext}` }, 'other'));
    expect(history.emitted({ legs, entries: [trying('ring-all')] })).toEqual([
      'call-offered 101',
      'call-offered 102',
    ]);
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
    expect(history.state.calls.size).toBe(1);
  });

  it('is learnt from a ring group without a queue', () => {
    const history = new History();
    const legs = ['101', '102'].map((ext) => placed({ ext, callId: `leg-${ext}` }));
    expect(history.emitted({ legs })).toEqual(['call-started', 'call-offered 101', 'call-offered 102']);
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is learnt from an extension that is called and answers, without a queue', () => {
    const history = new History();
    history.poll({ legs: [placed()] });
    expect(history.state.direction).toMatchObject(ASSUMED);
    history.poll({ legs: [placed({ signal: 'answered' })] });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is learnt from a leg that an extension placed, before the row is used', () => {
    const history = new History();
    history.poll({ legs: [dialled()] });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
    expect(history.state.calls.get('out')).toMatchObject({ direction: 'outbound' });
    const says = { ...dialled(), direction: 'outbound' } as const;
    const other = new History();
    other.poll({ legs: [says] });
    expect(other.state.direction).toMatchObject(ASSUMED);
  });

  it('is not learnt from a click-to-call, nor from an answer between distant polls', () => {
    const clicked = new History();
    clicked.poll({ legs: [placed()] });
    clicked.poll({ legs: [leg({ direction: 'outbound', ringWait: true, startedAt: T0 })] });
    clicked.poll({ legs: [placed({ signal: 'answered' })] });
    expect(clicked.state.direction).toMatchObject(ASSUMED);

    // A poll is sent 40 ms before its answer comes.
    const distant = (seconds: number) => {
      const history = new History();
      history.poll({ at: 0, legs: [placed()] });
      history.poll({ at: seconds, legs: [placed({ signal: 'answered' })] });
      return history.state.direction;
    };
    expect(distant(2.96)).toMatchObject(LEARNT_LEG);
    for (const seconds of [2.961, 30]) expect(distant(seconds)).toMatchObject(ASSUMED);
  });

  it.each<[string, ObservedLeg, Parameters<typeof entry>[0]]>([
    ['a customer whom an agent calls', placed({}, 'customer'), { status: 'trying', agentName: 'agent-107' }],
    [
      'another customer',
      placed({ customer: number('0987654321') }),
      { status: 'trying', agentName: 'agent-107' },
    ],
    [
      'a withheld number',
      placed({ customer: number('anonymous') }),
      { status: 'trying', agentName: 'agent-107', customer: number('anonymous') },
    ],
    [
      'a leg of which no time is known',
      placed({ startedAt: null }),
      { status: 'trying', agentName: 'agent-107' },
    ],
    [
      'a leg from before the entry',
      placed({ startedAt: T0 - 2_000 }),
      { status: 'trying', agentName: 'agent-107' },
    ],
    ['an entry that waits', placed(), { status: 'waiting', agentName: 'agent-107' }],
    ['an entry that names another agent', placed(), { status: 'trying', agentName: 'agent-108' }],
    [
      'an agent who calls back after the answer',
      placed({ startedAt: T0 + 60_000 }, 'other'),
      { status: 'answered', agentName: 'agent-107', bridgedAt: T0 + 5_000 },
    ],
  ])('is not learnt from %s', (_, row, of) => {
    const history = new History();
    history.poll({ at: 90, legs: [row], entries: [entry(of)] });
    expect(history.state.direction).toMatchObject(ASSUMED);
  });

  it('is not learnt from an agent who calls back a customer whose entry went stale while Trying', () => {
    const history = new History();
    history.poll({ entries: [trying()] });
    for (const at of [60, 61]) {
      history.poll({ at, legs: [placed({ startedAt: T0 + 59_000 }, 'other')], entries: [trying()] });
      expect(history.state.direction).toMatchObject(ASSUMED);
    }
  });

  it('is learnt from an entry that went on to the agent whose uuid alone it names', () => {
    const history = new History();
    const tried = (agentId: string) => entry({ status: 'trying', agentId });
    history.poll({ entries: [tried('uuid-108')] });
    const legs = [placed({ startedAt: T0 + 59_000 }, 'other')];
    history.poll({ at: 60, legs, entries: [tried('uuid-107')] });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is learnt from an answered entry, by a leg that began before the answer', () => {
    const history = new History();
    const answered = entry({ status: 'answered', agentName: 'agent-107', bridgedAt: T0 + 5_000 });
    history.poll({
      legs: [placed({ startedAt: T0 + 1_000, signal: 'answered' }, 'other')],
      entries: [answered],
    });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is learnt with the entries that were known where the queue is not asked or fails', () => {
    for (const entries of ['not asked', { failed: 'HTTP 502' }] as const) {
      const history = new History();
      history.poll({ entries: [trying()] });
      history.poll({ legs: [placed({ startedAt: T0 + 1_000 }, 'other')], entries });
      expect(history.state.direction).toMatchObject(LEARNT_LEG);
    }
  });

  it('is not learnt where one poll shows evidence for both', () => {
    const history = new History();
    const other = {
      mobile: '0987654321',
      status: 'trying',
      agentName: 'agent-108',
      callId: 'queue-call-2',
    } as const;
    history.poll({
      legs: [placed(), listed({ ext: '108', callId: 'leg-2', customer: number('0987654321') })],
      entries: [trying(), entry(other)],
    });
    expect(history.state.direction).toMatchObject(ASSUMED);
  });

  it('stands once it is learnt, whatever later rows show', () => {
    const history = new History();
    history.poll({ legs: [placed()], entries: [trying()] });
    history.poll();
    history.poll();
    history.poll({
      legs: [listed({ callId: 'leg-2' })],
      entries: [entry({ ...trying(), joinedAt: T0 - 500 })],
    });
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
  });

  it('is as the operator says, and is looked for again when the operator says nothing more', () => {
    const configured = new History({ direction: 'leg' });
    expect(configured.emitted({ legs: [placed()] })).toEqual(['call-started', 'call-offered 107']);
    expect(configured.state.direction).toMatchObject({ meaning: 'leg', source: 'configured' });

    const call = new History({ direction: 'call' });
    expect(call.emitted({ legs: [placed()], entries: [trying()] })).toEqual(['call-started', 'call-started']);
    expect(call.state.direction).toMatchObject({ meaning: 'call', source: 'configured' });

    const auto = new History({}, configured.state);
    auto.poll({ legs: [placed()] });
    expect(auto.state.direction).toMatchObject(ASSUMED);
  });
});

describe('calls that began before the direction was known', () => {
  it('go on and end as they began, and no call begins twice', () => {
    const history = new History();
    const early = { ext: '101', callId: 'early', customer: number('0911111111') };
    expect(history.emitted({ legs: [placed({ ...early, signal: 'answered' })] })).toEqual([
      'call-started',
      'call-answered',
    ]);
    const legs = [placed({ ...early, signal: 'answered' }), placed({ startedAt: T0 + 1_000 })];
    expect(history.emitted({ legs, entries: [trying()] })).toEqual(['call-started', 'call-offered 107']);
    expect(history.state.direction).toMatchObject(LEARNT_LEG);
    expect(history.state.calls.get('early')).toMatchObject({ direction: 'outbound' });

    history.poll({ legs: [legs[1]!], entries: [trying()] });
    const emitted = history.poll({ legs: [legs[1]!], entries: [trying()] });
    expect(emitted).toEqual([
      expect.objectContaining({
        type: 'call-ended',
        data: expect.objectContaining({ callId: 'early', direction: 'outbound' }),
      }),
    ]);
    history.poll({ legs: [legs[1]!], entries: [trying()] });
    expect(history.state.direction.earlierLegs).toEqual([]);
  });

  it('do so after a restart too, and a leg that begins later does not', () => {
    const before = new History();
    before.poll({ legs: [placed({ ext: '101', callId: 'early', customer: number('0911111111') })] });
    const legs = [
      placed({ ext: '101', callId: 'early', customer: number('0911111111') }),
      placed({ startedAt: T0 + 1_000 }),
    ];
    before.poll({ legs, entries: [trying()] });
    expect(before.state.direction).toMatchObject({ ...LEARNT_LEG, earlierLegs: ['101|early'] });
    const after = new History({}, before.state);
    expect(after.emitted({ at: 2, legs, entries: [trying()] })).toEqual([]);
    const [early] = after.state.calls.get('early')!.legs;
    expect(early!.seen).toMatchObject({ direction: 'outbound', role: 'caller' });
  });

  it('keep the leg’s direction too when the operator turns to the call’s', () => {
    const before = new History({ direction: 'leg' });
    before.poll({ legs: [placed()] });
    const after = new History({ direction: 'call' }, before.state);
    expect(after.emitted({ legs: [placed({ signal: 'answered' })] })).toEqual([
      'call-answered',
      'call-offer-ended 107 answered',
    ]);
    expect(after.state.calls.get('leg-1')).toMatchObject({ direction: 'inbound' });
    after.poll();
    expect(after.emitted({ legs: [placed({ callId: 'leg-2', startedAt: T0 + 3_000 })] })).toContain(
      'call-started',
    );
    expect(after.state.calls.get('leg-2')).toMatchObject({ direction: 'outbound' });
  });
});

describe('a leg towards an extension, by the leg’s direction', () => {
  const hotline = number('02473001234');
  const customer = number('0987654321');
  const called = placed({ ext: '101', callId: 'called', customer, hotline }, 'other');
  const clicked = (given: Parameters<typeof leg>[0] = {}) => placed({ callId: 'click', ...given });
  const directionOf = (history: History, callId: string) => history.state.calls.get(callId)?.direction;

  it('is a click-to-call’s where it shows RING_WAIT and the extension itself as its destination', () => {
    const history = new History({ direction: 'leg' });
    history.poll({ legs: [{ ...clicked(), ringWait: true }] });
    expect(directionOf(history, 'click')).toBe('outbound');
  });

  it('rings for an inbound call in RING_WAIT too, where its destination is another', () => {
    const history = new History({ direction: 'leg' });
    const row = { ...placed({}, 'other'), ringWait: true };
    expect(history.emitted({ legs: [row], entries: [trying()] })).toEqual([
      'call-started',
      'call-offered 107',
    ]);
    expect(history.state.calls.size).toBe(1);
  });

  it('is a click-to-call’s where others have shown the hotline in place of the extension', () => {
    const history = new History({ direction: 'leg' });
    history.poll({ legs: [called] });
    history.poll({ legs: [called, clicked()] });
    expect([directionOf(history, 'called'), directionOf(history, 'click')]).toEqual(['inbound', 'outbound']);
    const restarted = new History({ direction: 'leg' }, history.state);
    restarted.poll({ legs: [clicked({ callId: 'click-2', startedAt: T0 + 9_000 })] });
    expect(directionOf(restarted, 'click-2')).toBe('outbound');
  });

  it('rings for an inbound call as long as no other has shown a hotline', () => {
    const history = new History({ direction: 'leg' });
    const code = { ...placed({ ext: '101', callId: 'code', customer, hotline }, 'other'), dialled: '**106' };
    history.poll({ legs: [code, placed({ ext: '102', callId: 'none', customer }, 'other')] });
    history.poll({ legs: [clicked()] });
    expect(directionOf(history, 'click')).toBe('inbound');
    // It keeps its direction when another shows one.
    history.poll({ legs: [clicked(), called] });
    history.poll({ legs: [clicked({ signal: 'answered' }), called] });
    expect(history.state.calls.get('click')!.legs[0]!.seen.direction).toBe('inbound');
  });
});
