import { describe, expect, it } from '@jest/globals';
import { entry, History, leg, number, summaryOf, T0 } from '../../../test/support/history.js';
import type { Transition } from '../model/event.js';

const S = 1_000;
const iso = (seconds: number) => new Date(T0 + seconds * S).toISOString();

/** The data of the only transition of this type so far, whatever its subject. */
function dataOf(history: History, type: Transition['type']) {
  const found = history.transitions.filter((one) => one.type === type);
  expect(found.map(({ type: is }) => is)).toEqual([type]);
  return found[0]!.data;
}

describe('an answer', () => {
  const answered = entry({ status: 'answered' });

  it('of an entry that is Answered in the first poll that shows it, without a time, is inferred: the wait is unknown', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 5, entries: [answered] });
    expect(dataOf(history, 'call-answered')).toMatchObject({
      observed: { certainty: 'inferred' },
      waitMs: null,
    });
  });

  it('of an entry that a poll had shown before is observed', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry()] });
    history.poll({ at: 5, entries: [answered] });
    expect(dataOf(history, 'call-answered')).toMatchObject({
      answeredAt: iso(5),
      observed: { certainty: 'observed' },
      waitMs: 5_000,
    });
  });

  it('of a leg that a poll had shown ringing is observed; of one that talks at once it is inferred', () => {
    const history = new History();
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll({ legs: [leg({ signal: 'answered' })] });
    expect(dataOf(history, 'call-answered')).toMatchObject({ observed: { certainty: 'observed' } });
    const other = new History();
    other.poll();
    other.poll({ legs: [leg({ signal: 'answered' })] });
    expect(dataOf(other, 'call-answered')).toMatchObject({
      observed: { certainty: 'inferred' },
      waitMs: null,
    });
  });

  it('of an outbound leg is inferred, unless it has shown that its customer had not answered yet', () => {
    const outbound = (given: Parameters<typeof leg>[0]) => leg({ direction: 'outbound', ...given });
    for (const [ringWait, certainty] of [
      [false, 'inferred'],
      [true, 'observed'],
    ] as const) {
      const history = new History();
      history.poll();
      history.poll({ legs: [outbound({ ringWait })] });
      history.poll({ legs: [outbound({ signal: 'answered' })] });
      expect(dataOf(history, 'call-answered')).toMatchObject({ observed: { certainty } });
    }
  });

  it('of a leg that joined by inference is inferred', () => {
    const history = new History();
    const next = leg({ ext: '108', callId: 'leg-2' });
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll({ legs: [next] });
    history.poll({ legs: [{ ...next, signal: 'answered' }] });
    expect([...history.state.calls.keys()]).toEqual(['leg-1']);
    expect(dataOf(history, 'call-answered')).toMatchObject({ observed: { certainty: 'inferred' } });
  });

  it('of a local call names no agent until the extension that was called talks', () => {
    const local = { direction: 'local', customer: null, hotline: null } as const;
    const caller = (signal: 'ringing' | 'answered') =>
      leg({ ...local, callId: 'a', role: 'caller', peer: '108', signal });
    const callee = (signal: 'ringing' | 'answered') =>
      leg({ ...local, callId: 'b', ext: '108', peer: '107', signal });
    const history = new History();
    history.poll();
    history.poll({ legs: [caller('ringing'), callee('ringing')] });
    expect(history.emitted({ legs: [caller('answered'), callee('ringing')] })).toEqual(['call-answered']);
    expect(dataOf(history, 'call-answered')).toMatchObject({ agent: null });
    history.poll({ legs: [caller('answered'), callee('answered')] });
    expect(dataOf(history, 'call-offer-ended')).toMatchObject({ agent: { extension: '108' } });
    const [call] = history.state.calls.values();
    expect(call).toMatchObject({ connected: { extension: '108' } });
  });

  it('of a local call that shows its caller only is the caller’s', () => {
    const history = new History();
    const dials = leg({ direction: 'local', customer: null, hotline: null, role: 'caller' });
    history.poll();
    history.poll({ legs: [dials] });
    history.poll({ legs: [{ ...dials, signal: 'answered' }] });
    expect(dataOf(history, 'call-answered')).toMatchObject({ agent: { extension: '107' } });
  });

  it('is the extension’s whose leg talks, not of a leg that only listens', () => {
    const history = new History();
    const talks = leg({ signal: 'answered' });
    history.poll();
    history.poll({ legs: [leg()] });
    history.poll({ legs: [talks] });
    const listens = leg({
      ext: '109',
      callId: 'leg-9',
      signal: 'answered',
      direction: 'local',
      customer: null,
      dialled: '*33107',
    });
    history.poll({ legs: [talks, listens] });
    expect(history.emitted({ legs: [talks, listens] })).toEqual([]);
    const [call] = history.state.calls.values();
    expect(call).toMatchObject({
      connected: { extension: '107' },
      participants: [{ extension: '107' }, { extension: '109' }],
    });
    history.poll({ legs: [listens] });
    expect(history.emitted({ legs: [listens] })).toEqual(['call-transferred 109']);
    expect(dataOf(history, 'call-transferred')).toMatchObject({ observed: { certainty: 'inferred' } });
  });

  it('is not taken over by one who listens while the queue lists the row, which it deletes with the leg of the agent', () => {
    const history = new History();
    const talks = leg({ signal: 'answered' });
    const answered = entry({ status: 'answered', bridgedAt: T0 });
    const listens = leg({
      ext: '109',
      callId: 'leg-9',
      signal: 'answered',
      direction: 'local',
      customer: null,
      dialled: '*33107',
    });
    const listened = { legs: [listens], entries: [answered] };
    history.poll();
    history.poll({ legs: [leg()], entries: [entry({ status: 'trying' })] });
    history.poll({ legs: [talks], entries: [answered] });
    history.poll({ legs: [talks, listens], entries: [answered] });
    for (let poll = 0; poll < 5; poll++) expect(history.emitted(listened)).toEqual([]);
    expect(history.emitted({ legs: [talks, listens], entries: [answered] })).toEqual([]);
    history.poll(listened);
    history.poll(listened);
    expect(history.emitted({ legs: [listens] })).toEqual(['call-transferred 109']);
    const instant = (ms: number) => new Date(T0 + ms).toISOString();
    expect(dataOf(history, 'call-transferred')).toMatchObject({
      transferredFrom: { extension: '107' },
      observed: { earliest: instant(10_960), latest: instant(12_000) },
    });
  });

  it('is not taken over by one who listened to an extension that signs off, and who leaves before it is back', () => {
    const third = { direction: 'local', customer: null, dialled: '*33107' } as const;
    const listens = leg({ ext: '109', callId: 'leg-9', signal: 'answered', ...third });
    const talks = leg({ signal: 'answered' });
    const entries = [entry({ status: 'answered', bridgedAt: T0 })];
    /** `first`: what is seen as the extension signs off. */
    const emitted = (first: readonly (readonly ReturnType<typeof leg>[])[]) => {
      const history = new History();
      history.poll({ idle: ['107', '109'] });
      history.poll({ legs: [leg()], entries: [entry({ status: 'trying' })], idle: ['109'] });
      history.poll({ legs: [talks], entries, idle: ['109'] });
      const since = history.transitions.length;
      for (const legs of first) history.poll({ legs, entries, idle: ['110'] });
      for (let poll = 0; poll < 15; poll++) history.poll({ legs: [], entries, idle: ['109'] });
      history.poll({ legs: [talks], entries, idle: ['109'] });
      return history.transitions.slice(since).map(summaryOf);
    };
    expect(emitted([[talks, listens], ...Array.from({ length: 15 }, () => [listens])])).toEqual([]);
    // One who comes in when nothing is held of the leg any more.
    expect(emitted([...Array.from({ length: 15 }, () => []), [listens], [listens], [listens]])).toEqual([]);
  });

  it('nor by one who comes in to listen when the device of the agent has signed off for long', () => {
    const history = new History();
    const entries = [entry({ status: 'answered', bridgedAt: T0 })];
    const third = { direction: 'local', customer: null, dialled: '*33107' } as const;
    const listens = leg({ ext: '109', callId: 'leg-9', signal: 'answered', ...third });
    history.poll({ at: 0, idle: ['107', '109'] });
    history.poll({ at: 1, legs: [leg()], entries: [entry({ status: 'trying' })], idle: ['109'] });
    history.poll({ at: 2, legs: [leg({ signal: 'answered' })], entries, idle: ['109'] });
    for (const at of [3, 4, 20, 40]) history.poll({ at, entries, idle: ['109'] });
    for (const at of [50, 51, 60]) expect(history.emitted({ at, legs: [listens], entries })).toEqual([]);
    expect(history.emitted({ at: 61, legs: [listens] })).toEqual([]);
    expect(history.emitted({ at: 62, legs: [listens] })).toEqual(['call-transferred 109']);
    expect(dataOf(history, 'call-transferred')).toMatchObject({
      transferredFrom: { extension: '107' },
      observed: { earliest: iso(59.96), latest: iso(61), certainty: 'inferred' },
    });
  });

  it('is taken over by one who listens if the extension is listed without a call, although the row has gone stale', () => {
    const history = new History();
    const entries = [entry({ status: 'answered', bridgedAt: T0 })];
    const third = { direction: 'local', customer: null, dialled: '*33107' } as const;
    const listens = leg({ ext: '109', callId: 'leg-9', signal: 'answered', ...third });
    history.poll({ idle: ['107', '109'] });
    history.poll({ legs: [leg()], entries: [entry({ status: 'trying' })] });
    history.poll({ legs: [leg({ signal: 'answered' })], entries });
    history.poll({ legs: [leg({ signal: 'answered' }), listens], entries });
    history.poll({ legs: [listens], entries, idle: ['107'] });
    expect(history.emitted({ legs: [listens], entries, idle: ['107'] })).toEqual(['call-transferred 109']);
  });
});

describe('a bridged_time', () => {
  const trying = entry({ status: 'trying' });
  const talks = leg({ signal: 'answered' });
  /** Joined at second 0; extension 107 rang from second 1 and talked from second 5. */
  function answeredOnTheLeg(): History {
    const history = new History();
    history.poll({ at: -1 });
    history.poll({ at: 0.5, entries: [trying] });
    history.poll({ at: 1, entries: [trying], legs: [leg()] });
    history.poll({ at: 5, entries: [trying], legs: [talks] });
    return history;
  }
  const bridged = (seconds: number) => entry({ status: 'answered', bridgedAt: T0 + seconds * S });
  const answeredAt = (history: History) => [...history.state.calls.values()][0]!.answeredAt! - T0;

  it('that arrives after the leg’s answer dates it', () => {
    const history = answeredOnTheLeg();
    history.poll({ at: 6, entries: [bridged(4)], legs: [talks] });
    expect(answeredAt(history)).toBe(4 * S);
  });

  it('that is 45 s later than the answer seen on the leg does not: it is another answer’s', () => {
    const history = answeredOnTheLeg();
    history.poll({ at: 51, entries: [bridged(50)], legs: [talks] });
    expect(answeredAt(history)).toBe(5 * S);
  });

  it('that arrives after a transfer does not', () => {
    const history = answeredOnTheLeg();
    const next = leg({ ext: '108', callId: 'leg-2' });
    history.poll({ at: 6, entries: [trying], legs: [talks, next] });
    history.poll({ at: 7, entries: [trying], legs: [{ ...next, signal: 'answered' }] });
    const second = leg({ ext: '108', callId: 'leg-1', signal: 'answered' });
    history.poll({ at: 8, entries: [trying], legs: [second] });
    history.poll({ at: 9, entries: [trying], legs: [second] });
    history.poll({ at: 10, entries: [trying], legs: [second] });
    const transferred = history.transitions.filter(({ type }) => type === 'call-transferred');
    expect(transferred.map(({ subject }) => subject)).toEqual(['queue-call-1']);
    history.poll({ at: 11, entries: [bridged(4)], legs: [second] });
    expect(answeredAt(history)).toBe(5 * S);
  });

  it('of an earlier entry of the row is not of this one', () => {
    const history = answeredOnTheLeg();
    history.poll({ at: 6, entries: [bridged(-100)], legs: [talks] });
    expect(answeredAt(history)).toBe(5 * S);
  });
});

describe('the end of a call', () => {
  it('is inferred where only its row is left and a restart of the call-centre module makes that Abandoned', () => {
    const history = new History();
    const answered = entry({ status: 'answered', bridgedAt: T0 + 2 * S });
    history.poll({ at: 0 });
    history.poll({ at: 3, entries: [answered] });
    const restarted = { ...answered, status: 'abandoned', abandonedAt: T0 + 9 * S } as const;
    for (const at of [10, 11, 12]) history.poll({ at, entries: [restarted] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-answered',
      'call-ended answered',
    ]);
    expect(dataOf(history, 'call-ended')).toMatchObject({
      observed: { certainty: 'inferred' },
      talkMs: null,
    });
  });

  it('is inferred where a leg talked and the row never said Answered', () => {
    const trying = entry({ status: 'trying' });
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [trying], legs: [leg()] });
    history.poll({ at: 2, entries: [trying], legs: [leg({ signal: 'answered' })] });
    for (const at of [3, 4, 5]) history.poll({ at });
    expect(dataOf(history, 'call-ended')).toMatchObject({
      outcome: 'answered',
      observed: { certainty: 'inferred' },
    });
  });
});

describe('an offer', () => {
  it('is none at an extension whose leg is missing', () => {
    const history = new History();
    const [one, two] = [leg({ callId: 'x' }), leg({ ext: '108', callId: 'x' })];
    history.poll();
    history.poll({ legs: [one, two] });
    history.poll({ legs: [{ ...one, signal: 'answered' }, two] });
    for (let poll = 0; poll < 3; poll++) history.poll({ legs: [{ ...one, signal: 'answered' }] });
    const offers = history.transitions.filter(({ type }) => type === 'call-offered');
    expect(offers.map(summaryOf)).toEqual(['call-offered 107', 'call-offered 108']);
  });

  it('ends answered, inferred, where only the row says who answered', () => {
    const history = new History();
    const trying = entry({ status: 'trying', agentName: 'agent-107' });
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [trying], legs: [leg()] });
    const answered = { ...trying, status: 'answered', bridgedAt: T0 + 2 * S } as const;
    for (const at of [3, 4, 5]) history.poll({ at, entries: [answered] });
    expect(history.transitions.map(summaryOf)).toContain('call-offer-ended 107 answered');
    expect(dataOf(history, 'call-offer-ended')).toMatchObject({ observed: { certainty: 'inferred' } });
  });
});

describe('a caller who has gone', () => {
  it('is not answered by a leg that began before that', () => {
    const history = new History();
    const trying = entry({ status: 'trying' });
    const rings = leg({ startedAt: T0 + 1 * S });
    history.poll({ at: 0 });
    history.poll({ at: 2, entries: [trying], legs: [rings] });
    const left = { ...trying, status: 'abandoned', abandonedAt: T0 + 3 * S } as const;
    for (const at of [4, 5, 6])
      history.poll({ at, entries: [left], legs: [{ ...rings, signal: 'answered' }] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-offered 107',
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    // The PBX gives the time at which the caller left, in whole seconds, and polls that of the end of the ringing.
    expect(dataOf(history, 'call-offer-ended')).toMatchObject({
      observed: {
        earliest: iso(1.96),
        latest: iso(4),
        certainty: 'observed',
      },
    });
  });
});

describe('how long a caller waited', () => {
  it('is not stated of a call that was there before the first poll and whose start the PBX does not give', () => {
    const history = new History();
    history.poll({ legs: [leg()] });
    history.poll({ at: 5, legs: [leg({ signal: 'answered' })] });
    expect(dataOf(history, 'call-answered')).toMatchObject({ baseline: true, waitMs: null });
    const known = new History();
    known.poll({ at: 1, legs: [leg({ startedAt: T0 })] });
    known.poll({ at: 5, legs: [leg({ startedAt: T0, signal: 'answered' })] });
    expect(dataOf(known, 'call-answered')).toMatchObject({ baseline: true, waitMs: 5_000 });
  });

  it('lies between the join and the answer of the PBX', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [entry()] });
    history.poll({ at: 9, entries: [entry({ status: 'answered', bridgedAt: T0 + 8 * S })] });
    expect(dataOf(history, 'call-answered')).toMatchObject({
      waitMs: 8_000,
      observed: { certainty: 'upstream' },
    });
  });
});

describe('the agents of a tenant', () => {
  const row = (given: Parameters<typeof entry>[0]) =>
    entry({ status: 'trying', agentName: 'agent_no_7', ...given });

  it('are learnt from the leg that talks when the entry becomes Answered, and rule out others’ legs', () => {
    const history = new History();
    history.poll({ at: 0, idle: ['107', '108'] });
    history.poll({ at: 1, entries: [row({})], legs: [leg()], idle: ['108'] });
    const answered = row({ status: 'answered', bridgedAt: T0 + 2 * S });
    history.poll({ at: 3, entries: [answered], legs: [leg({ signal: 'answered' })], idle: ['108'] });
    expect([...history.state.agents]).toEqual([['agent_no_7', '107']]);
    for (const at of [4, 5, 6]) history.poll({ at, idle: ['107', '108'] });

    const again = row({ joinedAt: T0 + 10 * S, callId: 'queue-call-2', customer: number('anonymous') });
    const other = leg({ ext: '108', callId: 'leg-2', customer: number('anonymous') });
    history.poll({ at: 11, entries: [again], idle: ['107', '108'] });
    history.poll({ at: 12, entries: [again], legs: [other], idle: ['107'] });
    expect([...history.state.calls.keys()]).toEqual(['queue-call-2', 'leg-2']);
  });
});

describe('a call of which a stale row is left', () => {
  it('has ended when its leg went, although the queue was asked only when polls had confirmed that', () => {
    const history = new History();
    const row = (given: Parameters<typeof entry>[0]) => entry({ agentName: 'ring-all', ...given });
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 1, entries: [row({ status: 'trying' })], legs: [leg()] });
    history.poll({ at: 2, entries: 'not asked', legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 3, entries: 'not asked', idle: ['107'] });
    history.poll({ at: 4, entries: 'not asked', idle: ['107'] });
    const answered = row({ status: 'answered', agentName: 'agent-107' });
    for (const at of [5, 6, 1_000]) history.poll({ at, entries: [answered], idle: ['107'] });
    expect(dataOf(history, 'call-ended')).toMatchObject({
      outcome: 'answered',
      stale: true,
      observed: { earliest: iso(1.66), latest: iso(3), certainty: 'inferred' },
    });
  });

  it('shows no leg as connected that is gone, whom a leg follows before the queue was asked', () => {
    const history = new History();
    history.poll({ at: 0, idle: ['107', '108'] });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()], idle: ['108'] });
    history.poll({ at: 2, entries: 'not asked', legs: [leg({ signal: 'answered' })], idle: ['108'] });
    for (const at of [3, 4]) history.poll({ at, entries: 'not asked', idle: ['107', '108'] });
    const next = leg({ ext: '108', callId: 'queue-call-1' });
    history.poll({ at: 5, entries: 'not asked', legs: [next], idle: ['107'] });
    const offered = history.transitions.filter(({ type }) => type === 'call-offered').at(-1)!;
    expect(offered.data).toMatchObject({
      extensions: [
        { extension: '107', state: 'ended' },
        { extension: '108', state: 'ringing' },
      ],
    });
  });
});

describe('an answer by a leg that had been taken for a ring of the queue', () => {
  /** The queue is asked less often than the monitor: its row says Trying until the leg has rung. */
  const answeredBy = (second: Parameters<typeof leg>[0], others: readonly ReturnType<typeof leg>[] = []) => {
    const history = new History();
    const trying = entry({ status: 'trying', agentName: 'agent-107' });
    const first = leg({ callId: 'leg-1', startedAt: T0 + 1 * S });
    const next = leg({ callId: 'leg-2', startedAt: T0 + 4 * S, ...second });
    history.poll({ at: 0, idle: ['107'] });
    history.poll({ at: 2, entries: [trying], legs: [first] });
    history.poll({ at: 4, entries: [trying], legs: [first] });
    history.poll({ at: 5, entries: 'not asked', legs: [next, ...others] });
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 4 * S, callId: null });
    for (const at of [6, 7]) history.poll({ at, entries: [left], legs: [next, ...others] });
    history.poll({ at: 8, entries: [left], legs: [{ ...next, signal: 'answered' }] });
    return dataOf(history, 'call-answered');
  };

  it('is inferred where the queue had let the caller go before it began', () => {
    expect(answeredBy({})).toMatchObject({ observed: { certainty: 'inferred' } });
  });

  it('is observed where the leg shows the caller’s id', () => {
    expect(answeredBy({ callId: 'queue-call-1' })).toMatchObject({ observed: { certainty: 'observed' } });
    const other = leg({ ext: '108', callId: 'leg-2', startedAt: T0 + 4 * S });
    expect(answeredBy({}, [other])).toMatchObject({ observed: { certainty: 'observed' } });
  });
});
