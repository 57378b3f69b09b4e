import { DeskHistory } from '../../../test/support/desk-history.js';
import { entry, leg, T0 } from '../../../test/support/history.js';
import { DayNumbers } from './day-numbers.js';
import { DEFAULT_DESK_RULES } from '../desk-rules.js';
import type { QueueVisit } from './story.js';

const HOUR = 3_600_000;
const numbers = new DayNumbers(DEFAULT_DESK_RULES);
/** T0 is 10:00 in Vietnam. */
const MORNING = { from: T0 - HOUR, to: T0 + HOUR, by: 'hour' } as const;

/** A leg of a local call between 107 and 108. */
function local(ext: string, role: 'caller' | 'callee', signal: 'ringing' | 'answered') {
  const peer = ext === '107' ? '108' : '107';
  return leg({ ext, callId: 'l', direction: 'local', role, signal, customer: null, hotline: null, peer });
}

describe('the story of a call', () => {
  test('a caller who waits and is answered: one visit, one segment, and both count once the call is over', () => {
    const history = new DeskHistory();
    const waiting = entry({ joinedAt: T0 });
    history.poll();
    history.poll({ entries: [waiting] });
    expect(history.story('queue-call-1')?.visits).toMatchObject([{ how: null, left: null }]);
    history.poll({ entries: [{ ...waiting, status: 'trying' }], legs: [leg()] });
    const answered = { ...waiting, status: 'answered' as const, bridgedAt: T0 + 5_000 };
    const talking = leg({ signal: 'answered' });
    history.poll({ at: 6, entries: [answered], legs: [talking] });
    expect(howOf(history)).toEqual(['sales answered']);
    expect(queueRow(history)).toMatchObject({
      offered: 1,
      answered: 1,
      waiting: 0,
      speedOfAnswer: { ms: 5_000, known: 1 },
    });
    for (const at of [20, 35, 50, 65]) history.poll({ at, entries: [answered], legs: [talking] });
    history.poll({ at: 66 });
    history.poll({ at: 67 });
    expect(history.story('queue-call-1')).toBeUndefined();
    const record = history.records.get('queue-call-1')!;
    expect(record.eventId).toBe('queue-call-1/call-ended');
    expect(record.story.segments).toMatchObject([
      { extension: '107', agentName: 'agent-107', placed: false },
    ]);
    expect(record.story.started.at).toBe(T0);
    expect(record.terms).toEqual({ line: '+84914237383', extensions: ['107'], queues: ['sales'] });
    expect(queueRow(history)).toMatchObject({
      queue: { id: 'sales', name: 'sales-name' },
      offered: 1,
      answered: 1,
      waiting: 0,
      serviceLevel: { seconds: 20, inTime: { least: 1, most: 1 }, share: { least: 1, most: 1 } },
    });
    expect(agentRow(history)).toMatchObject({
      agent: { extension: '107', name: 'agent-107' },
      answered: 1,
      talk: { known: 1, unknown: 0 },
      talking: 0,
    });
    expect(agentRow(history).talk.ms).toBeGreaterThanOrEqual(59_000);
  });

  test('a caller who hangs up at once is a short abandon, one who may have waited longer is not', () => {
    const history = new DeskHistory();
    history.poll();
    const [short, long] = [
      entry({ joinedAt: T0 + 1_000, abandonedAt: T0 + 3_000 }),
      entry({ joinedAt: T0 + 1_000, abandonedAt: T0 + 6_000, callId: 'b', mobile: '0905111222' }),
    ];
    history.poll({ at: 2, entries: [unabandoned(short), unabandoned(long)] });
    history.poll({
      at: 4,
      entries: [{ ...short, key: unabandoned(short).key, status: 'abandoned' }, unabandoned(long)],
    });
    history.poll({ at: 5, entries: [unabandoned(long)] });
    history.poll({ at: 7, entries: [{ ...long, key: unabandoned(long).key, status: 'abandoned' }] });
    history.poll({ at: 8 });
    history.poll({ at: 9 });
    expect(queueRow(history)).toMatchObject({
      offered: 2,
      abandoned: 2,
      shortAbandons: 1,
      abandonedShare: 1,
    });
  });

  test('a caller who goes on to another queue has flowed out of the first, and is answered in the second', () => {
    const history = new DeskHistory();
    const [first, second] = [
      entry({ queueId: 'sales', joinedAt: T0 }),
      entry({ queueId: 'help', joinedAt: T0 + 30_000 }),
    ];
    history.poll({ entries: [] });
    history.poll({ entries: [first] });
    history.poll({ at: 31, entries: [second] });
    history.poll({
      at: 40,
      entries: [{ ...second, status: 'answered', bridgedAt: T0 + 39_000 }],
      legs: [leg({ signal: 'answered' })],
    });
    history.poll({ at: 50 });
    history.poll({ at: 51 });
    expect(howOf(history)).toEqual(['sales flowed-out', 'help answered']);
    const rows = numbers.queues(data(history), MORNING);
    expect(
      rows.map(({ queue, answered, flowedOut, abandoned }) => [queue.id, answered, flowedOut, abandoned]),
    ).toEqual([
      ['help', 1, 0, 0],
      ['sales', 0, 1, 0],
    ]);
  });

  test('an Abandoned row of a caller who rings elsewhere in that moment has flowed out, no matter who answers then', () => {
    const history = new DeskHistory();
    const row = entry({ joinedAt: T0 });
    history.poll({ entries: [] });
    history.poll({ at: 1, entries: [{ ...row, status: 'trying' }] });
    const overflowed = leg({ ext: '201', callId: 'queue-call-1', startedAt: T0 + 20_000 });
    const abandoned = { ...row, status: 'abandoned' as const, abandonedAt: T0 + 20_000 };
    history.poll({ at: 21, entries: [abandoned], legs: [{ ...overflowed, signal: 'answered' }] });
    history.poll({ at: 22, entries: [abandoned], legs: [{ ...overflowed, signal: 'answered' }] });
    history.poll({ at: 40, entries: [] });
    history.poll({ at: 41, entries: [] });
    expect(howOf(history)).toEqual(['sales flowed-out']);
    expect(queueRow(history)).toMatchObject({ offered: 1, answered: 0, flowedOut: 1, abandoned: 0 });
  });

  test.each([
    ['in the poll that shows both', []],
    ['after the poll that shows the caller gone', [{ at: 20.5, isAnswered: false }]],
  ])('a caller who hung up as the queue’s agent answered has flowed nowhere, %s', (_, before) => {
    const history = new DeskHistory();
    const row = entry({ joinedAt: T0 });
    const ring = leg({ callId: 'queue-call-1', startedAt: T0 + 15_000 });
    history.poll({ entries: [] });
    history.poll({ at: 1, entries: [row] });
    history.poll({ at: 16, entries: [{ ...row, status: 'trying' }], legs: [ring] });
    const abandoned = { ...row, status: 'abandoned' as const, abandonedAt: T0 + 20_000 };
    for (const { at, isAnswered } of [...before, { at: 21, isAnswered: true }, { at: 22, isAnswered: true }])
      history.poll({
        at,
        entries: [abandoned],
        legs: [{ ...ring, signal: isAnswered ? 'answered' : 'ringing' }],
      });
    history.poll({ at: 23, entries: [] });
    history.poll({ at: 24, entries: [] });
    expect(howOf(history)).toEqual(['sales abandoned']);
    expect(queueRow(history)).toMatchObject({ offered: 1, answered: 0, flowedOut: 0, abandoned: 1 });
  });

  test('the queue deletes a row without a word: unknown, which is neither answered nor abandoned', () => {
    const history = new DeskHistory();
    history.poll({ entries: [] });
    history.poll({ entries: [entry()] });
    history.poll({ entries: [] });
    history.poll({ entries: [] });
    expect(howOf(history)).toEqual(['sales unknown']);
    expect(queueRow(history)).toMatchObject({
      offered: 1,
      unknown: 1,
      abandonedShare: null,
      serviceLevel: { share: null },
    });
  });

  test('a transfer counts for both agents, each for the time of its own talk', () => {
    const history = new DeskHistory();
    history.poll();
    history.poll({ at: 1, legs: [leg({ ext: '107' })] });
    history.poll({ at: 2, legs: [leg({ ext: '107', signal: 'answered' })] });
    history.poll({ at: 31, legs: [leg({ ext: '107', signal: 'answered' })] });
    history.poll({ at: 32, legs: [leg({ ext: '108', callId: 'leg-2', startedAt: T0 + 32_000 })] });
    history.poll({ at: 33, legs: [leg({ ext: '108', callId: 'leg-2', startedAt: T0 + 32_000 })] });
    history.poll({
      at: 42,
      legs: [leg({ ext: '108', callId: 'leg-2', signal: 'answered', startedAt: T0 + 32_000 })],
    });
    history.poll({ at: 62 });
    history.poll({ at: 63 });
    expect(history.transitions.map(({ type }) => type)).toContain('call-transferred');
    const [record] = history.records.values();
    expect(
      record!.story.segments.map(({ extension, from, to }) => [extension, from.at - T0, to!.at - T0]),
    ).toEqual([
      ['107', 2_000, 32_000],
      ['108', 42_000, 62_000],
    ]);
    expect(numbers.agents(data(history), MORNING).map((row) => [row.agent.extension, row.answered])).toEqual([
      ['107', 1],
      ['108', 1],
    ]);
  });

  const talkOf = (history: DeskHistory, extension: string) =>
    numbers.agents(data(history), MORNING).find(({ agent }) => agent.extension === extension)!.talk;

  test.each([
    ['an id of its own', 'leg-2'],
    ['the id of the first', 'leg-1'],
  ])(
    'an agent to whom a call is transferred has a known talk if polls show answer and end: %s',
    (_, callId) => {
      const history = new DeskHistory();
      const target = leg({ ext: '108', callId, startedAt: T0 + 32_000 });
      history.poll();
      history.poll({ at: 1, legs: [leg({ ext: '107' })] });
      history.poll({ at: 2, legs: [leg({ ext: '107', signal: 'answered' })] });
      history.poll({ at: 31, legs: [leg({ ext: '107', signal: 'answered' })] });
      history.poll({ at: 32, legs: [target] });
      history.poll({ at: 33, legs: [target] });
      for (const at of [42, 52]) history.poll({ at, legs: [{ ...target, signal: 'answered' }] });
      history.poll({ at: 62 });
      history.poll({ at: 63 });
      expect(talkOf(history, '107')).toEqual({ ms: 30_000, known: 1, unknown: 0 });
      expect(talkOf(history, '108')).toEqual({ ms: 20_000, known: 1, unknown: 0 });
    },
  );

  test('a consulted agent has no known talk with the caller: only the consultation’s answer was seen', () => {
    const history = new DeskHistory();
    const talking = leg({ ext: '107', signal: 'answered' });
    history.poll();
    history.poll({ at: 1, legs: [leg({ ext: '107' })] });
    history.poll({ at: 2, legs: [talking] });
    for (const [at, signal] of [
      [10, 'ringing'],
      [20, 'answered'],
      [30, 'answered'],
    ] as const) {
      const legs = [local('107', 'caller', signal), local('108', 'callee', signal)];
      history.poll({ at, legs: [talking, ...legs] });
    }
    for (const at of [40, 41, 42]) history.poll({ at, legs: [local('108', 'callee', 'answered')] });
    history.poll({ at: 62 });
    history.poll({ at: 63 });
    expect(history.transitions.map(({ type }) => type)).toContain('call-transferred');
    expect(history.records.get('leg-1')!.story.segments).toMatchObject([
      { extension: '107', to: { certainty: 'observed' } },
      { extension: '108', from: { at: T0 + 40_000, certainty: 'inferred' } },
    ]);
  });

  test('a leg that is missed for one poll has not ended its segment', () => {
    const history = new DeskHistory();
    history.poll();
    history.poll({ at: 1, legs: [leg()] });
    history.poll({ at: 2, legs: [leg({ signal: 'answered' })] });
    history.poll({ at: 3, legs: [] });
    expect(history.story('leg-1')!.segments[0]!.to).toMatchObject({ at: T0 + 3_000 });
    history.poll({ at: 4, legs: [leg({ signal: 'answered' })] });
    expect(history.story('leg-1')!.segments[0]!.to).toBeNull();
  });

  test('both extensions of a local call talk: one placed it, the other answered', () => {
    const history = new DeskHistory();
    history.poll();
    history.poll({ legs: [local('107', 'caller', 'ringing'), local('108', 'callee', 'ringing')] });
    history.poll({ legs: [local('107', 'caller', 'answered'), local('108', 'callee', 'answered')] });
    history.poll({ at: 30 });
    history.poll({ at: 31 });
    const rows = numbers.agents(data(history), MORNING);
    expect(rows.map(({ agent, answered, placed }) => [agent.extension, answered, placed])).toEqual([
      ['107', 0, 1],
      ['108', 1, 0],
    ]);
  });

  test('an offer that was not answered counts for its extension, one that another answered does not', () => {
    const history = new DeskHistory();
    const row = entry({ joinedAt: T0 });
    history.poll({ entries: [] });
    history.poll({ at: 1, entries: [{ ...row, status: 'trying' }], legs: [leg({ ext: '107' })] });
    history.poll({ at: 10, entries: [row], legs: [] });
    history.poll({ at: 11, entries: [row], legs: [] });
    history.poll({ at: 12, entries: [row], legs: [] });
    expect(numbers.agents(data(history), MORNING)[0]).toMatchObject({ notAnswered: 1, answered: 0 });
  });

  test('a call counts on the day on which it came, though it ends on the next', () => {
    const history = new DeskHistory();
    const midnight = T0 + 14 * HOUR;
    const row = entry({ joinedAt: midnight - 10_000 });
    history.poll({ at: (midnight - T0) / 1000 - 12, entries: [] });
    history.poll({ at: (midnight - T0) / 1000 - 9, entries: [row] });
    history.poll({
      at: (midnight - T0) / 1000 + 20,
      entries: [{ ...row, status: 'answered', bridgedAt: midnight + 19_000 }],
    });
    history.poll({ at: (midnight - T0) / 1000 + 60, entries: [] });
    history.poll({ at: (midnight - T0) / 1000 + 61, entries: [] });
    const rows = numbers.queues(data(history), { from: T0, to: T0 + 24 * HOUR, by: 'day' });
    expect(rows.map(({ day, offered, answered }) => [day, offered, answered])).toEqual([
      ['2026-03-02', 1, 1],
    ]);
  });

  test('a story whose call ended while an older build owned the tenant is counted with an unknown end', () => {
    const history = new DeskHistory();
    history.poll({ entries: [] });
    history.poll({ entries: [entry()] });
    history.forgetCalls();
    history.poll({ entries: [] });
    expect(history.story('queue-call-1')).toBeUndefined();
    expect(queueRow(history)).toMatchObject({ offered: 1, unknown: 1, waiting: 0 });
    expect(history.records.size).toBe(0);
  });
});

function unabandoned<Row extends ReturnType<typeof entry>>(row: Row): Row {
  return { ...row, abandonedAt: null, status: 'waiting' };
}

function howOf(history: DeskHistory): string[] {
  const visits: readonly QueueVisit[] = [...history.records.values()].flatMap(({ story }) => story.visits);
  const live = [...history.live.stories].flatMap((story) => story.visits);
  return [...visits, ...live].map(({ queue, how }) => `${queue.id} ${how}`);
}

function data(history: DeskHistory) {
  return { days: history.days, live: history.live };
}

function queueRow(history: DeskHistory) {
  return numbers.queues(data(history), MORNING)[0]!;
}

function agentRow(history: DeskHistory) {
  return numbers.agents(data(history), MORNING)[0]!;
}
