import { describe, expect, it } from '@jest/globals';
import { entry, leg, T0 } from '../../../test/support/history.js';
import { QueueHistory } from '../../../test/support/queue-history.js';
import { transition } from '../../../test/support/delivery.js';
import { type CallView, rfc3339, toEvents, type Transition } from '../../core/model/event.js';
import { QUEUES_MAX } from '../../core/queues/known-queue.js';
import { audienceOf, type CallFilter, type Grant } from '../access/audience.js';
import { HeldQueues, type QueueEntry } from './held-queues.js';

const ALL: Grant = { tenant: 'acme', expiresAt: Infinity };
const SALES = { id: 'sales', name: 'Sales' };
const CARE = { id: 'care', name: 'Chăm sóc' };
const START = '2026-03-02T03:00:00.000Z';
const LATER = '2026-03-02T03:01:00.000Z';

class Held extends HeldQueues {
  take(...transitions: Transition[]): this {
    const stamp = { tenant: 'acme', epoch: 'e1', sequence: 0, recordedAt: 0 };
    for (const event of toEvents(transitions, stamp)) this.fold(event);
    return this;
  }

  call(type: Parameters<typeof transition>[0], callId: string, view: Partial<CallView>): this {
    return this.take(transition(type, callId, view));
  }

  entries(grant: Partial<Grant> = {}, filter: CallFilter = {}): QueueEntry[] {
    return JSON.parse(this.json(audienceOf({ ...ALL, ...grant }, filter))) as QueueEntry[];
  }

  /** `Sales 2/1/0`: waiting, ringing, talking. */
  get numbers(): string[] {
    return this.entries().map(
      ({ queue, waiting, ringing, talking }) => `${queue.name} ${waiting}/${ringing}/${talking}`,
    );
  }
}

const QUEUED = { state: 'queued', extensions: [] } as const;
const RINGING = { state: 'ringing' } as const;
const TALKING = {
  state: 'answered',
  answeredAt: LATER,
  extensions: [{ extension: '107', extensionId: null, agentName: null, state: 'answered' }],
} as const;

function crossed(type: 'queue-threshold-crossed' | 'queue-threshold-cleared', limit = 2): Transition {
  const observed = { earliest: null, latest: START, certainty: 'observed' } as const;
  const data = { rule: 'waiting', queue: SALES, value: 3, limit, since: START, observed } as const;
  return { type, subject: 'queue/sales', time: T0, data };
}

describe('the queues of a snapshot', () => {
  it('count the callers by the events of their calls', () => {
    const held = new Held();
    held.call('call-started', 'c1', { queue: SALES, ...QUEUED });
    held.call('call-started', 'c2', { queue: SALES, ...QUEUED, startedAt: LATER });
    held.call('call-offered', 'c2', { queue: SALES, ...RINGING, startedAt: LATER });
    expect(held.entries()).toEqual([
      {
        queue: SALES,
        waiting: 2,
        ringing: 1,
        talking: 0,
        longestWait: { since: START },
        thresholds: [],
      },
    ]);
    held.call('call-answered', 'c1', { queue: SALES, ...TALKING });
    expect(held.entries()).toMatchObject([{ waiting: 1, talking: 1, longestWait: { since: LATER } }]);
    held.call('call-ended', 'c1', { queue: SALES, ...TALKING, state: 'ended' });
    held.call('call-ended', 'c2', { queue: SALES, state: 'ended' });
    expect(held.entries()).toMatchObject([{ waiting: 0, ringing: 0, talking: 0, longestWait: null }]);
  });

  it('count an answer by an agent of whom no extension is seen', () => {
    const held = new Held().call('call-started', 'c1', { queue: SALES, ...QUEUED });
    held.call('call-answered', 'c1', { queue: SALES, ...TALKING, extensions: [] });
    expect(held.numbers).toEqual(['Sales 0/0/1']);
  });

  it('have no calls without a queue', () => {
    expect(new Held().call('call-started', 'c1', { ...RINGING }).numbers).toEqual([]);
  });

  it('move a caller on with the call, also one who was answered before', () => {
    const held = new Held().call('call-started', 'c1', { queue: SALES, ...QUEUED });
    held.call('call-offered', 'c1', { queue: CARE, queues: [SALES, CARE], ...RINGING });
    expect(held.numbers).toEqual(['Chăm sóc 1/1/0', 'Sales 0/0/0']);
    held.call('call-answered', 'c1', { queue: CARE, queues: [SALES, CARE], ...TALKING });
    const again = { queue: SALES, queues: [CARE, SALES], state: 'answered', answeredAt: LATER } as const;
    held.call('call-offered', 'c1', again);
    expect(held.numbers).toEqual(['Chăm sóc 0/0/0', 'Sales 1/1/0']);
    held.call('call-transferred', 'c1', again);
    expect(held.numbers).toEqual(['Chăm sóc 0/0/0', 'Sales 0/0/1']);
  });

  it('take from the parts of the calls what no event says', () => {
    const history = new QueueHistory();
    const row = { mobile: '0914237383', callId: 'q1' };
    history.poll({ at: 1, entries: [entry({ ...row, queueId: 'sales' })] });
    const held = new Held();
    held.replacePlaces(history.calls);
    expect(held.entries()).toMatchObject([{ queue: { id: 'sales' }, longestWait: { since: rfc3339(T0) } }]);
    // The caller goes on to another queue, where no extension rings.
    const moved = entry({ ...row, queueId: 'care', joinedAt: T0 + 60_000 });
    const { transitions } = history.poll({ at: 61, entries: [moved] });
    expect(transitions).toEqual([]);
    held.replacePlaces(history.calls);
    expect(held.entries()).toMatchObject([
      { queue: { id: 'care' }, waiting: 1, longestWait: { since: rfc3339(T0 + 60_000) } },
      { queue: { id: 'sales' }, waiting: 0 },
    ]);
    // Later events of the call leave that as it is.
    const [callId] = history.calls.calls.keys();
    const queues = [SALES, { id: 'care', name: 'care-name' }];
    held.call('call-offered', callId!, { queue: queues[1]!, queues, ...RINGING, startedAt: START });
    expect(held.entries()[0]).toMatchObject({ ringing: 1, longestWait: { since: rfc3339(T0 + 60_000) } });
  });

  it('leave out a row that the PBX has forgotten', () => {
    const history = new QueueHistory();
    const row = { mobile: '0914237383', callId: 'q1', status: 'trying', agentName: 'agent-107' } as const;
    history.poll({ at: 1, entries: [entry(row)], legs: [leg({ callId: 'q1' })], idle: ['108'] });
    const held = new Held();
    held.replacePlaces(history.calls);
    expect(held.numbers).toEqual(['sales-name 1/1/0']);
    for (const at of [2, 3, 4, 5, 6]) history.poll({ at, entries: [entry(row)], idle: ['107', '108'] });
    held.replacePlaces(history.calls);
    expect(history.calls.calls.size).toBe(1);
    expect(held.numbers).toEqual(['sales-name 0/0/0']);
  });

  it('show what is known of idle queues, and which thresholds are crossed', () => {
    const held = new Held();
    const since = Date.parse(START);
    held.replaceKnown([
      { ...SALES, lastAt: 0, crossed: [{ rule: 'longestWait', limit: 60, since, heldAt: null, calm: null }] },
      { ...CARE, lastAt: 0, crossed: [] },
    ]);
    expect(held.entries()).toMatchObject([
      { queue: CARE, waiting: 0, thresholds: [] },
      { queue: SALES, waiting: 0, thresholds: [{ rule: 'longestWait', limit: 60, since: START }] },
    ]);
    held.take(crossed('queue-threshold-crossed'));
    expect(held.entries()[1]!.thresholds).toEqual([
      { rule: 'longestWait', limit: 60, since: START },
      { rule: 'waiting', limit: 2, since: START },
    ]);
    held.take(crossed('queue-threshold-cleared'), crossed('queue-threshold-crossed', 4));
    expect(held.entries()[1]!.thresholds[1]).toMatchObject({ limit: 4 });
    held.replaceKnown([]);
    expect(held.entries()).toEqual([]);
  });

  it(`keep ${QUEUES_MAX} names at most, and show others while they have callers`, () => {
    const held = new Held();
    held.replaceKnown(
      Array.from({ length: QUEUES_MAX }, (_, nth) => ({ id: `q${nth}`, name: 'a', lastAt: 0, crossed: [] })),
    );
    held.call('call-started', 'c1', { queue: SALES, ...QUEUED });
    expect(held.entries()).toHaveLength(QUEUES_MAX + 1);
    held.call('call-ended', 'c1', { queue: SALES, state: 'ended' });
    expect(held.entries()).toHaveLength(QUEUES_MAX);
  });
});

describe('who sees which queue', () => {
  const held = new Held()
    .call('call-started', 'c1', { queue: SALES, ...QUEUED })
    .call('call-started', 'c2', { queue: CARE, ...QUEUED });
  const names = (grant: Partial<Grant>, filter: CallFilter = {}) =>
    held.entries(grant, filter).map(({ queue }) => queue.name);

  it.each<[string, Partial<Grant>, CallFilter, string[]]>([
    ['everything, with a token of everything', {}, {}, ['Chăm sóc', 'Sales']],
    ['its own, by name', { queues: ['Sales'] }, {}, ['Sales']],
    ['its own, by id', { queues: ['care'] }, {}, ['Chăm sóc']],
    ['its own, however the name is encoded', { queues: ['Chăm sóc'.normalize('NFD')] }, {}, ['Chăm sóc']],
    ['none, with a token of extensions', { extensions: ['107'] }, {}, []],
    ['those of its queues, with both', { extensions: ['107'], queues: ['Sales'] }, {}, ['Sales']],
    ['none, with a token of no queue', { queues: [] }, {}, []],
    ['what it asks for', {}, { queues: ['Sales'] }, ['Sales']],
    [
      'no more than it may, whatever it asks for',
      { queues: ['Sales'] },
      { queues: ['care', 'Sales'] },
      ['Sales'],
    ],
    ['none, where it asks for calls of extensions', {}, { extensions: ['107'] }, []],
    [
      'all of a queue, where it asks for calls of a customer',
      {},
      { customers: ['0905'] },
      ['Chăm sóc', 'Sales'],
    ],
    [
      'all of a queue, where it asks for calls of a state',
      { queues: ['Sales'] },
      { states: ['ringing'] },
      ['Sales'],
    ],
  ])('%s', (_, grant, filter, expected) => {
    expect(names(grant, filter)).toEqual(expected);
  });
});
