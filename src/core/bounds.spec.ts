import fc from 'fast-check';
import { entry, History, leg, number, observations, T0, type Poll } from '../../test/support/history.js';
import { EndedCalls } from './index/ended-calls.js';
import { TenantCalls } from './index/tenant-calls.js';
import { listedLegs } from './observe/listed-legs.js';
import { withinBounds } from './observe/row-bounds.js';
import {
  MAX_CROWD,
  MAX_ENDED,
  MAX_LEGS_OF_CALL,
  MAX_PAST_OF_CALL,
  MAX_PARTS,
  MAX_ROWS,
} from './model/bounds.js';
import type { MonitorAnswer, ObservedLeg, ObservedQueueEntry } from './model/observation.js';
import type { Transition } from './model/event.js';

const times = <One>(count: number, one: (nth: number) => One): One[] =>
  Array.from({ length: count }, (_, nth) => one(nth));
/** With a fixed width, so that keys sort as numbers do. */
const ext = (nth: number) => String(10_000 + nth);
const mobile = (nth: number) => `09${10_000_000 + nth}`;
const legOf = (nth: number, given: Parameters<typeof leg>[0] = {}): ObservedLeg =>
  leg({
    ext: ext(nth),
    callId: `call-${ext(nth)}`,
    customer: number(mobile(nth)),
    startedAt: T0 - 1_000,
    ...given,
  });
const entryOf = (nth: number, given: Parameters<typeof entry>[0] = {}): ObservedQueueEntry =>
  entry({ mobile: mobile(nth), callId: `call-${ext(nth)}`, joinedAt: T0 - 1_000, ...given });
const count = (transitions: readonly Transition[], type: string) =>
  transitions.filter((one) => one.type === type).length;
const idsOf = ({ state }: History) => [...state.calls.keys()].sort();

describe('an answer that shows one call at more extensions than a call may have', () => {
  const shared = (signal: ObservedLeg['signal'], many = 2_500) =>
    times(many, (nth) => leg({ ext: ext(nth), callId: 'x', signal, startedAt: T0 - 1_000 }));

  it('is followed at the first of them, degrades the source, and the call ends as usual', () => {
    const history = new History();
    const began = history.poll({ legs: shared('ringing') });
    expect([count(began, 'call-started'), count(began, 'call-offered')]).toEqual([1, MAX_LEGS_OF_CALL]);
    const later = [
      history.poll({ legs: shared('ringing') }),
      history.poll({ legs: shared('ringing') }),
    ].flat();
    expect(later.map(({ type }) => type)).toEqual(['source-degraded']);
    expect(history.state.sources.monitor).toMatchObject({
      status: 'degraded',
      lastError: '2244 rows left out: a call has 256 legs at most',
    });
    const over = [history.poll(), history.poll()].flat();
    expect([count(over, 'source-up'), count(over, 'call-ended'), count(over, 'call-offer-ended')]).toEqual([
      1,
      1,
      MAX_LEGS_OF_CALL,
    ]);
  });

  it('ends a known call that it lacks: no row that is left out can be that call’s', () => {
    const history = new History();
    history.poll({ legs: [legOf(9_000)] });
    history.poll({ legs: shared('ringing') });
    const ended = history.poll({ legs: shared('ringing') });
    expect(ended.filter(({ type }) => type === 'call-ended').map(({ subject }) => subject)).toEqual([
      'call-19000',
    ]);
  });

  it('leaves no rows out at as many extensions as a call may have', () => {
    const history = new History();
    history.poll({ legs: shared('ringing', MAX_LEGS_OF_CALL) });
    expect(history.state.sources.monitor).toMatchObject({ status: 'up', lastError: null });
  });
});

describe('an answer with more calls than a tenant may have', () => {
  it('is followed in part: known calls go on, and those with the lowest keys begin', () => {
    const history = new History();
    const known = legOf(50_000);
    history.poll({ legs: [known] });
    const rows = times(20_000, (nth) => legOf(nth));
    history.poll({ legs: [...rows, known] });
    expect(history.state.calls.size).toBe(MAX_PARTS);
    expect(history.state.calls.has(known.callId)).toBe(true);
    expect(history.state.calls.has(rows[0]!.callId)).toBe(true);
    expect(history.state.sources.monitor.lastError).toBe(
      `${20_001 - MAX_PARTS} rows left out: a tenant has ${MAX_PARTS} legs at most`,
    );
    // A sane answer ends them all, and what was left out leaves nothing behind.
    history.poll({ legs: [known] });
    history.poll({ legs: [known] });
    expect(idsOf(history)).toEqual([known.callId]);
    expect(history.state.sources.monitor.status).toBe('up');
  });

  it('is followed in part in queues too, where callers who have left count for themselves', () => {
    const history = new History();
    history.poll({ entries: times(20_000, (nth) => entryOf(nth)) });
    expect(history.state.calls.size).toBe(MAX_PARTS);
    expect(history.state.sources.queue.lastError).toBe(
      `${20_000 - MAX_PARTS} rows left out: a tenant has ${MAX_PARTS} queue entries at most`,
    );
    const long = T0 - 3_600_000;
    const left = times(MAX_ROWS, (nth) =>
      entryOf(nth, { status: 'abandoned', joinedAt: long, abandonedAt: long + 1_000 }),
    );
    const other = new History();
    const polls = [other.poll({ entries: left }), other.poll({ entries: left })].flat();
    expect(polls.filter(({ type }) => type !== 'source-degraded')).toEqual([]);
    expect(other.state.ignoredEntries.size).toBeLessThanOrEqual(MAX_ROWS);
  });

  it('gives a row that was left out no earlier window than it has, when there is room for it', () => {
    const history = new History();
    history.poll();
    const rows = times(MAX_PARTS + 1, (nth) => legOf(nth, { startedAt: null }));
    history.poll({ legs: rows });
    times(2, () => history.poll({ legs: rows.slice(1) }));
    const began = history.poll({ legs: rows.slice(1) });
    const started = began.find(({ type }) => type === 'call-started')!;
    expect(started.subject).toBe(rows.at(-1)!.callId);
    // It may have been there since the last complete answer, before the rows were too many.
    expect(started.data.observed.earliest! < new Date(T0).toISOString()).toBe(true);
  });

  it('is the same whatever the order of its rows', () => {
    const few = times(12, (nth) => legOf(nth, nth % 3 === 0 ? { callId: 'x' } : {}));
    const rows = [...few, ...times(MAX_LEGS_OF_CALL, (nth) => legOf(nth + 100, { callId: 'x' }))];
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        const known = new TenantCalls(new History().state);
        const given = observations({ legs: shuffled } satisfies Poll, T0);
        const bounded = withinBounds(given, listedLegs(given.monitor as MonitorAnswer, known.index), known);
        expect([...(bounded.monitor as MonitorAnswer).rows.keys()].sort()).toEqual(
          rows
            .map(({ key }) => key)
            .sort()
            .filter((key) => !key.endsWith('|x'))
            .concat(
              rows
                .map(({ key }) => key)
                .filter((key) => key.endsWith('|x'))
                .sort()
                .slice(0, MAX_LEGS_OF_CALL),
            )
            .sort(),
        );
      }),
      { numRuns: 20 },
    );
  });
});

describe('a call that wanders through the PBX', () => {
  it('forgets extensions that it has left, and repeats no offer’s id', () => {
    const history = new History();
    const visited = MAX_LEGS_OF_CALL + 40;
    const entries = [entry({ callId: 'x', status: 'trying' })];
    for (const nth of [...times(visited, (each) => each), 0]) {
      history.poll({ entries, legs: [leg({ ext: ext(nth), callId: 'x' })] });
      // The ringing there is over before it rings elsewhere.
      times(3, () => history.poll({ entries }));
    }
    const [call] = history.state.calls.values();
    expect(call!.participants.length).toBeLessThanOrEqual(MAX_LEGS_OF_CALL);
    const offers = history.transitions.filter(({ type }) => type === 'call-offered');
    expect(offers).toHaveLength(visited + 1);
    expect(new Set(offers.map(({ discriminator }) => discriminator)).size).toBe(visited + 1);
  });

  it('is not followed to further ones while it has rung at as many and nothing says how that ended', () => {
    const history = new History();
    const at = (nth: number) => ({
      legs: [leg({ ext: ext(nth), callId: 'x' })],
      entries: [entry({ callId: 'x', status: 'trying' })],
    });
    for (let nth = 0; nth < 2 * MAX_LEGS_OF_CALL; nth++) {
      history.poll(at(nth));
      const [call] = history.state.calls.values();
      expect(call!.participants.length).toBeLessThanOrEqual(MAX_LEGS_OF_CALL);
    }
    const ended = [history.poll(), history.poll(), history.poll()].flat();
    expect(count(ended, 'call-ended')).toBe(1);
    expect(count(history.transitions, 'call-offer-ended')).toBe(count(history.transitions, 'call-offered'));
  });

  it('keeps the newest of its queues, entries and links', () => {
    const history = new History();
    for (let nth = 0; nth < MAX_PAST_OF_CALL + 20; nth++)
      history.poll({
        entries: [entry({ queueId: `queue-${ext(nth)}`, callId: 'x', joinedAt: T0 + nth * 1_000 })],
      });
    const [call] = history.state.calls.values();
    expect(history.state.calls.size).toBe(1);
    expect([call!.queues.length, call!.pastEntries.length]).toEqual([MAX_PAST_OF_CALL, MAX_PAST_OF_CALL]);
    expect(call!.queues.at(-1)!.id).toBe(`queue-${ext(MAX_PAST_OF_CALL + 19)}`);
  });
});

describe('a number that a crowd shares', () => {
  it('ties no parts together: each begins a call of its own', () => {
    const ring = (many: number) =>
      times(many, (nth) => leg({ ext: ext(nth), callId: `x-${nth}`, startedAt: T0 }));
    const group = new History();
    group.poll({ legs: ring(MAX_CROWD) });
    expect(group.state.calls.size).toBe(1);
    const crowd = new History();
    crowd.poll({ legs: ring(MAX_CROWD + 1) });
    expect(crowd.state.calls.size).toBe(MAX_CROWD + 1);
  });

  it('names each of its calls otherwise, where they share an id too', () => {
    const history = new History();
    const rows = times(600, (nth) => legOf(nth, { callId: 'x' }));
    const began = [
      history.poll({ legs: rows.slice(0, 200) }),
      history.poll({ legs: rows.slice(0, 200) }),
    ].flat();
    const names = began.filter(({ type }) => type === 'call-started').map(({ subject }) => subject);
    expect(new Set(names).size).toBe(200);
    expect(names).toContain('x~200');
  });
});

describe('calls that have ended', () => {
  it('are remembered by count too: the one that ended first is forgotten', () => {
    const ended = (nth: number) => ({
      callId: `call-${nth}`,
      upstreamIds: [`call-${nth}`],
      entries: [],
      rows: [],
      endedAt: T0 + nth,
    });
    const calls = new EndedCalls(times(MAX_ENDED, ended));
    expect(calls.remember(ended(MAX_ENDED))).toEqual(['call-0']);
    expect(calls.calls.size).toBe(MAX_ENDED);
    expect(calls.byUpstreamId('call-0', T0)).toBeUndefined();
    expect(calls.byUpstreamId('call-1', T0)?.callId).toBe('call-1');
  });
});
