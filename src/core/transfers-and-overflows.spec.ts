import { describe, expect, it } from '@jest/globals';
import { History, leg, type Poll, summaryOf, entry, T0 } from '../../test/support/history.js';

/** Callers who move: from queue to queue, from a queue to other extensions, from an agent into a queue. */
const ONE = 'queue-call-1';

describe('an older queue entry of a call that a poll shows only when a newer one is known', () => {
  const first = entry({ queueId: 'q1', joinedAt: T0 - 5_000 });
  const left = { ...first, status: 'abandoned', abandonedAt: T0 + 500 } as const;
  const second = entry({ queueId: 'q2', joinedAt: T0 + 600, status: 'trying' });
  const answered = { ...second, status: 'answered', bridgedAt: T0 + 4_000 } as const;

  it.each<[string, Poll, Poll]>([
    [
      'its status was unknown at first, then Abandoned',
      { entries: [{ ...first, status: 'unknown' }, second] },
      { entries: [left, second] },
    ],
    ['the first answer was partial', { entries: { partial: [second] } }, { entries: [left, second] }],
    [
      'the first answer was partial, and the entry is still Trying',
      { entries: { partial: [second] } },
      { entries: [{ ...first, status: 'trying' }, second] },
    ],
  ])('is an entry that the caller has left: %s', (_, without, withBoth) => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll(without);
    for (let poll = 0; poll < 4; poll++) history.poll(withBoth);
    history.poll({ entries: [answered] });
    expect(history.transitions.map(summaryOf)).toEqual(['call-started', 'call-answered']);
    const view = history.transitions.at(-1)!.data;
    expect(view).toMatchObject({ callId: ONE, queue: { id: 'q2' } });
    for (let poll = 0; poll < 3; poll++) history.poll();
    expect(history.transitions.map(summaryOf).slice(2)).toEqual(['call-ended answered']);
  });

  it('is an entry that the caller has left, even if the newer one is Abandoned too', () => {
    const history = new History();
    history.poll({ at: 0, entries: [first] });
    history.poll({ entries: [] });
    const gone = { ...second, status: 'abandoned', abandonedAt: T0 + 1_500 } as const;
    for (let poll = 0; poll < 4; poll++) history.poll({ entries: [gone] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(history.transitions.at(-1)).toMatchObject({
      time: T0 + 1_500,
      data: { queue: { id: 'q2' }, observed: { certainty: 'upstream' } },
    });
  });
});

describe('a caller who left while the monitor was unavailable', () => {
  const trying = entry({ status: 'trying', joinedAt: T0 - 5_000 });
  const abandoned = { ...trying, status: 'abandoned', abandonedAt: T0 + 1_500 } as const;
  const rings = [leg()];
  const down = { failed: '503' };

  it.each<[string, Poll[]]>([
    ['the monitor was down', Array.from({ length: 4 }, () => ({ legs: down, entries: [abandoned] }))],
    [
      'its answers were partial for long',
      [2, 8, 14, 15].map((at) => ({ at, legs: { partial: rings }, entries: [abandoned] })),
    ],
  ])('has left when the queue says so, however long the leg of the queue rings on: %s', (_, unseen) => {
    const history = new History();
    history.poll({ at: 0, legs: rings, entries: [trying] });
    history.poll({ legs: rings, entries: [trying] });
    for (const poll of unseen) history.poll(poll);
    history.poll({ at: 20, legs: rings, entries: [abandoned] });
    history.poll({ at: 30, legs: rings, entries: [abandoned] });
    for (let poll = 0; poll < 3; poll++) history.poll({ entries: [abandoned] });
    const emitted = history.transitions.filter(({ type }) => type.startsWith('call-'));
    expect(emitted.map(summaryOf)).toEqual([
      'call-started',
      'call-offered 107',
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(emitted.at(-1)).toMatchObject({
      time: T0 + 1_500,
      data: { observed: { certainty: 'inferred' } },
    });
  });
});

describe('a caller whom an agent transfers into a queue', () => {
  it('was answered when that agent answered, not when an agent of the queue did', () => {
    const history = new History();
    const agent = leg({ callId: ONE });
    const waiting = entry({ joinedAt: T0 + 63_000, status: 'trying' });
    history.poll({ at: 0 });
    history.poll({ at: 1, legs: [agent] });
    history.poll({ at: 3, legs: [{ ...agent, signal: 'answered' }] });
    history.poll({ at: 62, legs: [{ ...agent, signal: 'answered' }] });
    for (const at of [63.5, 64.5, 65.5]) history.poll({ at, entries: [waiting] });
    const second = leg({ ext: '108', callId: 'leg-2' });
    history.poll({ at: 90, legs: [second], entries: [waiting] });
    const bridged = { ...waiting, status: 'answered', bridgedAt: T0 + 94_500 } as const;
    history.poll({ at: 95, legs: [{ ...second, signal: 'answered' }], entries: [bridged] });
    for (let poll = 0; poll < 3; poll++) history.poll();
    const ended = history.transitions.at(-1)!;
    expect(summaryOf(ended)).toBe('call-ended answered');
    expect(ended.data).toMatchObject({
      answeredAt: new Date(T0 + 3_000).toISOString(),
      waitMs: 2_000,
    });
  });
});

describe('a row that its caller has left for another queue, and that outlasts the call', () => {
  it('begins no call, before or after a restart, though its caller was answered there', () => {
    const history = new History();
    const first = entry({ queueId: 'q1', joinedAt: T0, status: 'answered', bridgedAt: T0 + 1_000 });
    const second = entry({ queueId: 'q2', joinedAt: T0 + 3_000, status: 'answered', bridgedAt: T0 + 4_000 });
    history.poll({ at: 2, entries: [first] });
    history.poll({ at: 5, entries: [first, second] });
    for (let poll = 0; poll < 3; poll++) history.poll({ entries: [first] });
    history.restart();
    for (let poll = 0; poll < 3; poll++) history.poll({ entries: [first] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-answered',
      'call-ended answered',
    ]);
    history.poll();
    expect(history.state.ignoredEntries.size).toBe(0);
  });
});

describe('an answered caller who is sent to another queue while the monitor’s answers lack rows', () => {
  const first = entry({ queueId: 'q1', status: 'answered', bridgedAt: T0 + 2_000 });
  const talks = leg({ ext: '101', callId: 'leg-1', signal: 'answered', startedAt: T0 });
  const second = entry({ queueId: 'q2', joinedAt: T0 + 10_000, status: 'trying', agentName: 'agent-108' });
  const rings = leg({ ext: '108', callId: 'leg-2', startedAt: T0 + 11_000 });

  it.each<[string, number, readonly string[]]>([
    ['waits there, and the leg that the queue rings is this caller’s', 10_000, ['queue-call-1']],
    ['but not in a row from before the answer', 1_000, ['queue-call-1', 'leg-2']],
  ])('%s', (_, joinedAt, calls) => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 2, entries: [first], legs: [talks] });
    history.poll({ at: 9, entries: [first], legs: [talks] });
    const row = { ...second, ...entry({ ...second, joinedAt: T0 + joinedAt }) };
    history.poll({ at: 10, entries: [row], legs: { partial: [] } });
    history.poll({ at: 12, entries: [row], legs: { partial: [rings] } });
    expect([...history.state.calls.keys()]).toEqual(calls);
  });
});
