import { entry, History, leg, type Poll, T0 } from '../../test/support/history.js';

/** What ends a call while the answers are partial: rows that cannot be read, and lists that are too short. */

const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString();
const IDLE = ['107'];
const ODD = { partial: [], unreadable: ['odd'] } as const;

type Seen = readonly [legs: readonly ReturnType<typeof leg>[], unreadable: readonly string[]];

/** Polls a monitor whose answers hold these legs, and rows that cannot be read; 107 is listed idle without a leg. */
function seen(history: History, ...polls: readonly Seen[]): string[] {
  return polls.flatMap(([legs, unreadable]) =>
    history.emitted({
      legs: unreadable.length === 0 ? legs : { partial: legs, unreadable },
      idle: legs.length === 0 ? IDLE : [],
    }),
  );
}

const calls = (emitted: readonly string[]) => emitted.filter((type) => type.startsWith('call-'));
const talking = leg({ signal: 'answered' });

describe('a row that cannot be read', () => {
  it('does not hold back the end of a call that began when it was there, however long that lasts', () => {
    const history = new History();
    seen(history, [[], ['odd']], [[], ['odd']]);
    for (let call = 1; call <= 3; call++) {
      const callId = `leg-${call}`;
      const ringing = leg({ callId });
      const answered = leg({ callId, signal: 'answered' });
      const emitted = seen(
        history,
        [[ringing], ['odd']],
        [[answered], ['odd']],
        [[], ['odd']],
        [[], ['odd']],
      );
      expect(calls(emitted)).toEqual([
        'call-started',
        'call-offered 107',
        'call-answered',
        'call-offer-ended 107 answered',
        'call-ended answered',
      ]);
    }
    const [started] = history.transitions.filter(({ type }) => type === 'call-started');
    expect(started!.data).toMatchObject({
      baseline: false,
      observed: { earliest: iso(0.66), latest: iso(2) },
    });
    const ended = history.transitions.find(({ type }) => type === 'call-ended')!;
    expect(ended.data).toMatchObject({
      observed: { earliest: iso(2.66), latest: iso(4), certainty: 'observed' },
    });
  });

  it('does not widen the window of a new call where the answer in between lacked rows', () => {
    const history = new History();
    seen(history, [[], ['odd']]);
    history.poll({ legs: { partial: [] } });
    seen(history, [[talking], ['odd']]);
    const [started] = history.transitions.filter(({ type }) => type === 'call-started');
    expect(started!.data).toMatchObject({ observed: { earliest: iso(-0.34), latest: iso(2) } });

    // Where it has gone since, it may have been the call.
    const gone = new History();
    seen(gone, [[], ['odd']]);
    gone.poll({ legs: { partial: [] } });
    seen(gone, [[talking], ['other']]);
    const [first] = gone.transitions.filter(({ type }) => type === 'call-started');
    expect(first!.data).toMatchObject({ observed: { earliest: null, latest: iso(2) } });
  });

  it('may be a call that was there before it', () => {
    const history = new History();
    seen(history, [[], []], [[talking], []], [[talking], ['odd']]);
    expect(calls(seen(history, [[], ['odd']], [[], ['odd']], [[], ['odd']]))).toEqual([]);
    expect(calls(seen(history, [[], []], [[], []]))).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)!.data).toMatchObject({
      observed: { earliest: iso(1.66), latest: iso(6), certainty: 'observed' },
    });
  });

  it('may be a call that it appeared together with', () => {
    const history = new History();
    seen(history, [[], []], [[talking], ['odd']]);
    expect(calls(seen(history, [[], ['odd']], [[], ['odd']]))).toEqual([]);
  });

  it('counts as another one when it comes back, and as two where there are two', () => {
    const again = new History();
    seen(again, [[], ['odd']], [[talking], ['odd']], [[talking], []], [[talking], ['odd']]);
    expect(calls(seen(again, [[], ['odd']], [[], ['odd']]))).toEqual([]);

    const two = new History();
    seen(two, [[], ['odd']], [[talking], ['odd']], [[talking], ['odd', 'odd#2']]);
    expect(calls(seen(two, [[], ['odd', 'odd#2']], [[], ['odd', 'odd#2']]))).toEqual([]);
    expect(calls(seen(two, [[], ['odd']], [[], ['odd']]))).toEqual(['call-ended answered']);
  });

  it('that comes and goes delays an end until it has gone', () => {
    const history = new History();
    seen(history, [[], []], [[talking], []]);
    const emitted = seen(history, [[], ['odd']], [[], []], [[], ['odd']], [[], []]);
    expect(calls(emitted)).toEqual(['call-ended answered']);
  });

  it('that changes with each poll holds a call for a minute at most, where its extension is idle', () => {
    const history = new History();
    seen(history, [[], []]);
    let poll = 0;
    const changing = (legs: Seen[0]) => seen(history, [legs, [`odd-${++poll}`]]);
    changing([talking]);
    changing([talking]);
    const emitted: string[] = [];
    while (poll < 60) emitted.push(...changing([]));
    expect(calls(emitted)).toEqual([]);
    expect(calls([...changing([]), ...changing([])])).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)!.data).toMatchObject({
      outcome: 'answered',
      talkMs: null,
      observed: { earliest: iso(1.66), latest: iso(61), certainty: 'inferred' },
    });
    // From then on, two polls are enough.
    const next = leg({ callId: 'leg-2', signal: 'answered' });
    changing([next]);
    expect(calls([...changing([]), ...changing([])])).toEqual(['call-ended answered']);
  });

  it('that changes with each poll does not widen the window of what the other rows show', () => {
    const history = new History();
    seen(history, [[], []]);
    seen(history, [[leg({ signal: 'unclear' })], ['odd-1']], [[leg()], ['odd-2']], [[talking], ['odd-3']]);
    const window = (type: string) => history.transitions.find((one) => one.type === type)!.data;
    expect(window('call-offered')).toMatchObject({ observed: { earliest: iso(0.66), latest: iso(2) } });
    expect(window('call-answered')).toMatchObject({ observed: { earliest: iso(1.66), latest: iso(3) } });
    expect(window('call-offer-ended')).toMatchObject({ observed: { earliest: iso(1.66), latest: iso(3) } });
  });

  it('lets the last ringing of a transferred call outlast the leg that had gone before it', () => {
    const history = new History();
    const target = leg({ extension: '108' });
    seen(history, [[], []], [[leg()], []], [[talking], []]);
    seen(history, [[target], ['odd-1']], [[target], ['odd-2']], [[], ['odd-3']]);
    expect(calls(seen(history, [[], []], [[], []]))).toEqual([
      'call-offer-ended 108 caller-left',
      'call-ended answered',
    ]);
    expect(history.transitions.at(-1)!.data).toMatchObject({
      observed: { earliest: iso(3.66), latest: iso(6) },
    });
  });

  it('after a restart is the same row as before', () => {
    const history = new History();
    seen(history, [[], ['odd']], [[talking], ['odd']]);
    history.restart();
    expect(calls(seen(history, [[], ['odd']], [[], ['odd']]))).toEqual(['call-ended answered']);
  });

  it('that is older than a leg lets it begin a call although its device never rings, there or gone', () => {
    const history = new History();
    const created = leg({ signal: 'unclear' });
    seen(history, [[], ['odd']], [[], ['odd']]);
    expect(calls(seen(history, [[created], ['odd']]))).toEqual([]);
    expect(calls(seen(history, [[created], ['odd']]))).toContain('call-started');
    const customer = { raw: '0987654321', e164: '+84987654321', national: '0987654321' };
    const other = leg({ callId: 'leg-2', signal: 'unclear', customer });
    expect(calls(seen(history, [[created, other], ['odd']]))).toEqual([]);
    expect(calls(seen(history, [[created], ['odd']]))).toContain('call-started');
  });

  it('that came with a leg may hide what belongs to it, which so begins no call without ringing', () => {
    const history = new History();
    const created = leg({ signal: 'unclear' });
    seen(history, [[], []]);
    expect(calls(seen(history, [[created], ['odd']], [[created], ['odd']], [[], ['odd']]))).toEqual([]);
    expect(calls(seen(history, [[], []]))).toContain('call-started');
  });

  it('that is older than a conversation holds it no longer than a reconnecting softphone', () => {
    const history = new History();
    const gone = (at: number) => history.emitted({ at, legs: ODD, idle: ['108'] });
    history.poll({ at: 0, legs: ODD, idle: ['107', '108'] });
    history.poll({ at: 1, legs: { partial: [talking], unreadable: ['odd'] }, idle: ['108'] });
    expect(calls([2, 3, 11.9].flatMap(gone))).toEqual([]);
    expect(calls(gone(12))).toEqual(['call-ended answered']);
  });

  it('in the queue holds back no later entry, and an earlier one for a minute', () => {
    const history = new History();
    const later = entry({ mobile: '0987654321', callId: 'queue-call-2', joinedAt: T0 + 2_000 });
    history.poll({ at: 0, entries: [entry()] });
    history.poll({ at: 1, entries: { partial: [entry()], unreadable: ['odd'] } });
    history.poll({ at: 2, entries: { partial: [entry(), later], unreadable: ['odd'] } });
    const both = [3, 4].flatMap((at) => history.poll({ at, entries: ODD }));
    expect(both.filter(({ type }) => type === 'call-ended')).toMatchObject([{ subject: 'queue-call-2' }]);
    const waiting = [10, 30, 50, 62].flatMap((at) => history.emitted({ at, entries: ODD }));
    expect(calls(waiting)).toEqual([]);
    const [ended] = [63, 64].flatMap((at) => history.poll({ at, entries: ODD }));
    expect(ended).toMatchObject({
      type: 'call-ended',
      subject: 'queue-call-1',
      data: { observed: { earliest: iso(1.96), latest: iso(63), certainty: 'inferred' } },
    });
  });

  it('in the monitor delays no abandoned call whose caller came later', () => {
    const history = new History();
    const rows = (status: 'waiting' | 'abandoned'): Poll => ({
      legs: ODD,
      entries: [entry({ joinedAt: T0 + 1_000, status })],
    });
    history.poll({ at: 0, legs: ODD });
    history.poll(rows('waiting'));
    history.poll(rows('waiting'));
    history.poll(rows('abandoned'));
    const emitted = history.poll(rows('abandoned'));
    expect(emitted.map(({ type }) => type)).toEqual(['call-abandoned', 'call-ended']);
    expect(emitted[0]!.data).toMatchObject({ observed: { certainty: 'observed' } });
  });
});

describe('a list that is too short', () => {
  const SHORT: Poll = { legs: { partial: [] }, entries: { partial: [] } };

  it('ends nothing within a minute', () => {
    const history = new History();
    history.poll({ at: 0, legs: [talking], entries: [entry({ mobile: '0987654321' })] });
    const emitted = Array.from({ length: 60 }, (_, index) => history.emitted({ ...SHORT, at: index + 1 }));
    expect(calls(emitted.flat())).toEqual([]);
    expect(history.state.calls.size).toBe(2);
  });

  it('shows for a quarter of an hour that a leg is over, where it does not list its extension', () => {
    const history = new History();
    history.poll({ at: 0, legs: [talking] });
    const at = (seconds: number) => history.emitted({ at: seconds, legs: { partial: [] } });
    expect(calls([1, 300, 600, 900].flatMap(at))).toEqual([]);
    expect(calls([901, 902].flatMap(at))).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)!.data).toMatchObject({ observed: { certainty: 'inferred' } });
  });

  it('begins its minute again after an outage', () => {
    const history = new History();
    history.poll({ at: 0, legs: [talking] });
    const at = (seconds: number) => history.emitted({ at: seconds, legs: { partial: [] }, idle: IDLE });
    at(1);
    for (const seconds of [10, 20, 30]) history.poll({ at: seconds, legs: { failed: 'HTTP 502' } });
    expect(calls([40, 70, 99].flatMap(at))).toEqual([]);
    expect(calls([100, 101].flatMap(at))).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)!.data).toMatchObject({ observed: { earliest: iso(-0.34) } });
  });
});

it('a transfer is emitted although no complete answer came before the next leg had gone, too', () => {
  const history = new History();
  const next = leg({ ext: '108', callId: 'next' });
  const talks = { ...next, signal: 'answered' } as const;
  const entries = [entry({ queueId: 'second', status: 'trying', joinedAt: T0 + 4000 })];
  history.poll({ legs: [] });
  history.poll({ legs: [leg()], entries: [entry({ status: 'trying' })] });
  history.poll({ legs: [talking], entries: [entry({ status: 'answered', bridgedAt: T0 })] });
  const hidden = (...partial: readonly ReturnType<typeof leg>[]) => ({
    partial,
    unreadable: [`odd-${partial.length}`],
  });
  history.poll({ at: 5, legs: hidden(), entries });
  history.poll({ at: 6, legs: hidden(next), entries });
  history.poll({ at: 8, legs: hidden(talks), entries });
  history.poll({ at: 9, legs: hidden(talks), entries });
  history.poll({ at: 10 });
  history.poll({ at: 11 });
  const transfer = history.transitions.find(({ type }) => type === 'call-transferred');
  expect(transfer!.data).toMatchObject({
    agent: { extension: '108' },
    transferredFrom: { extension: '107' },
    observed: { latest: iso(8) },
  });
});

describe('a conversation whose row in the queue only partial answers lack', () => {
  it('ended when the agent’s leg went, and that is inferred', () => {
    const history = new History();
    const answered = entry({ status: 'answered' });
    history.poll({ at: 0, idle: IDLE });
    history.poll({ at: 1, entries: [entry({ status: 'trying' })], legs: [leg()] });
    history.poll({ at: 2, entries: [answered], legs: [talking] });
    for (let at = 3; at < 70; at++)
      history.poll({ at, entries: { partial: [], unreadable: [`odd-${at}`] }, idle: IDLE });
    const ended = history.transitions.find(({ type }) => type === 'call-ended')!;
    expect(ended.data).toMatchObject({
      outcome: 'answered',
      endedAt: iso(3),
      observed: { earliest: iso(1.66), latest: iso(3), certainty: 'inferred' },
    });
    expect(ended.data).not.toHaveProperty('stale', true);
  });
});
