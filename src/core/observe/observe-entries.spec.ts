import { describe, expect, it } from '@jest/globals';
import { entry, number } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  completeAt,
  cycleAt,
  entryPart,
  indexOf,
  window,
} from '../../../test/support/parts.js';
import {
  type Call,
  EMPTY_STATE,
  type EndedCall,
  type Incomplete,
  type QueueEntry,
  type TenantState,
} from '../model/call.js';
import type { ObservedQueueEntry, QueueAnswer } from '../model/observation.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { noChanges } from './changes.js';
import { newEntry, observeEntries } from './observe-entries.js';

interface Given {
  readonly calls?: readonly Call[];
  readonly ended?: readonly EndedCall[];
  readonly cycle?: Partial<CycleFacts>;
  readonly state?: Partial<TenantState>;
  readonly partial?: boolean;
  readonly first?: boolean;
}

/** What is known of the first partial answer, received at second 60: any row may be one that it lacks. */
const PARTIAL: Incomplete = {
  since: at(60),
  polls: 1,
  answered: true,
  partialSince: at(60),
  last: { startedAt: at(60) - 40, at: at(60), whole: false },
  lastWhole: null,
  unreadable: new Map(),
  appeared: new Map(),
  missing: new Map(),
};

/** An answer at second 60, after a complete one before it unless `first`. */
function observed(rows: readonly ObservedQueueEntry[], given: Given = {}) {
  const { calls = [], ended, cycle, state, partial = false, first = false } = given;
  const answer: QueueAnswer = {
    endpoint: 'queue',
    startedAt: at(60) - 40,
    at: at(60),
    rows: new Map(rows.map((row) => [row.key, row])),
    ...(partial ? { outcome: 'partial', reason: 'short' } : { outcome: 'complete', reason: null }),
  };
  const sources = first ? EMPTY_STATE.sources : completeAt(59);
  const incomplete = { monitor: null, queue: partial ? PARTIAL : null };
  const changes = noChanges();
  const ignored = observeEntries(
    answer,
    { ...EMPTY_STATE, sources, ...state },
    indexOf(calls, ended),
    cycleAt(60, { incomplete, ...cycle }),
    changes,
  );
  return {
    entry: changes.entries.get('call-1'),
    turned: [...changes.turned],
    isNew: changes.newEntries.map(({ key }) => key),
    superseded: [...changes.superseded.keys()],
    ignored: ignored === null ? null : [...ignored],
  };
}

const waiting = entry();
const trying = entry({ status: 'trying' });
const left = entry({ status: 'abandoned', abandonedAt: at(50) });
const known = (given: Partial<QueueEntry> = {}) => [callOf({ entry: entryPart(given) })];
const NONE = { entry: undefined, turned: [], isNew: [], superseded: [], ignored: null };

describe('the row of a known entry', () => {
  it('changes nothing while it is the same', () => {
    expect(observed([waiting], { calls: known() })).toEqual(NONE);
    expect(observed([{ ...waiting }], { calls: known() })).toEqual(NONE);
  });

  it('turns into another status, and any change of it ends its staleness', () => {
    const calls = known({ quiet: window(5) });
    expect(observed([trying], { calls })).toMatchObject({
      entry: { seen: trying, quiet: null, changedAt: at(60) },
      turned: ['call-1'],
    });
    const named = { ...waiting, agentName: 'agent-107' };
    expect(observed([named], { calls })).toMatchObject({
      entry: { quiet: null, changedAt: at(60) },
      turned: [],
    });
  });

  it('that is back as it was does not end its staleness', () => {
    const calls = known({ quiet: window(5), absence: { kind: 'vanished', ...absentSince(59) } });
    expect(observed([waiting], { calls }).entry).toMatchObject({
      absence: null,
      quiet: window(5),
      changedAt: at(0),
    });
  });

  it('is Answered for good once it has said so', () => {
    const answered = { ...trying, status: 'answered', bridgedAt: at(55) } as const;
    const [first] = [observed([answered], { calls: known() }).entry!];
    expect(first).toMatchObject({ answered: true });
    expect(observed([trying], { calls: [callOf({ entry: first })] }).entry).toMatchObject({ answered: true });
  });

  it('is missing only from a complete answer', () => {
    expect(observed([], { calls: known() }).entry).toMatchObject({
      absence: { kind: 'vanished', polls: 1, firstAbsent: at(60) },
    });
    expect(observed([], { calls: known(), partial: true })).toEqual(NONE);
  });

  it('is the same entry where the PBX empties its call_uuid, but not where it names another call', () => {
    const emptied = entry({ callId: null, status: 'abandoned', abandonedAt: at(50) });
    expect(observed([emptied], { calls: known() })).toMatchObject({
      entry: { seen: emptied, absence: { kind: 'abandoned' } },
      isNew: [],
    });
    const other = entry({ callId: 'queue-call-2' });
    expect(observed([other], { calls: known() })).toMatchObject({
      entry: { absence: { kind: 'vanished' } },
      isNew: [other.key],
    });
    expect(observed([waiting, emptied], { calls: known() })).toMatchObject({ isNew: [emptied.key] });
  });

  it('is, of two callers who joined in one second, that of the one who was there and not answered', () => {
    const emptied = entry({ callId: null, status: 'abandoned', abandonedAt: at(58) });
    const there = callOf({ startedAt: at(1), entry: entryPart() });
    for (const given of [
      { answered: true, absence: { ...absentSince(50, 2), kind: 'vanished' } },
      { absence: { ...absentSince(50, 2), kind: 'vanished' } },
      { answered: true },
    ] as const) {
      const first = entryPart({ seen: entry({ key: 'first' }), ...given });
      const calls = [callOf({ callId: 'call-0', startedAt: at(0), entry: first }), there];
      expect(observed([emptied], { calls }).entry).toMatchObject({ seen: emptied });
    }
  });

  it('is, of two callers who joined in one second, that of the one who left last, if the other’s call has ended', () => {
    const emptied = (seconds: number, key: string) =>
      entry({ key, callId: null, status: 'abandoned', abandonedAt: at(seconds) });
    const [before, now] = [emptied(20, 'before'), emptied(58, 'now')];
    for (const rows of [
      [before, now],
      [now, before],
    ])
      expect(observed(rows, { calls: known() }).entry).toMatchObject({ seen: now });
    const both = [
      ...known(),
      callOf({ callId: 'call-2', entry: entryPart({ seen: entry({ key: 'second' }) }) }),
    ];
    expect(observed([before, now], { calls: both }).entry).toMatchObject({ seen: before });
  });
});

describe('a new row', () => {
  it('is a new entry, unless its status is not known', () => {
    expect(observed([waiting]).isNew).toEqual([waiting.key]);
    expect(observed([trying]).isNew).toEqual([trying.key]);
    expect(observed([entry({ status: 'unknown' })])).toEqual(NONE);
  });

  it('of a caller with another call_uuid is another entry, in the same second too', () => {
    const second = entry({ callId: 'queue-call-2' });
    expect(observed([waiting, second]).isNew).toEqual([waiting.key, second.key]);
    expect(observed([waiting, second], { calls: known() })).toMatchObject({ isNew: [second.key] });
  });

  it('is none where its call has left that entry, or ended because it was stale', () => {
    const { entryKey, rowKey, key } = waiting;
    const calls = [callOf({ upstreamIds: ['queue-call-1'], pastEntries: [{ entryKey, rowKey }] })];
    // It is ignored from now on, because it may outlast the call.
    expect(observed([waiting], { calls })).toEqual({ ...NONE, ignored: [key] });
    const state = { ignoredEntries: new Set([key]) };
    expect(observed([waiting], { state })).toEqual(NONE);
    expect(observed([{ ...waiting, key: 'another' }], { state })).toMatchObject({
      isNew: ['another'],
      ignored: [],
    });
  });

  it('with a newer rejoined_time is a caller who came back: the entry before was abandoned', () => {
    const back = entry({ rejoinedAt: at(40), callId: 'queue-call-2' });
    expect(observed([back], { calls: known() })).toMatchObject({ superseded: ['call-1'], isNew: [back.key] });
    expect(observed([waiting, back], { calls: known() })).toMatchObject({
      superseded: [],
      isNew: [back.key],
    });
  });
});

describe('a row that is Abandoned in the first poll that shows it', () => {
  it('is news if the last complete answer did not have it, whatever its abandoned_time', () => {
    expect(observed([left]).isNew).toEqual([left.key]);
    expect(observed([{ ...left, abandonedAt: at(1) }]).isNew).toEqual([left.key]);
    const ahead = { ...left, abandonedAt: at(90) };
    expect(observed([ahead], { cycle: { skewMs: 30_000 } }).isNew).toEqual([left.key]);
    const behind = { ...left, abandonedAt: at(50 - 3_600) };
    expect(observed([behind], { cycle: { skewMs: -3_600_000 } }).isNew).toEqual([left.key]);
  });

  it('counts in the first observation only within ABANDONED_LOOKBACK_MS, on the corrected clock', () => {
    const at0 = { ...left, abandonedAt: at(0) };
    expect(observed([at0], { first: true })).toMatchObject({ isNew: [left.key], ignored: null });
    const before = entry({ joinedAt: at(-100), status: 'abandoned', abandonedAt: at(-0.001) });
    expect(observed([before], { first: true })).toMatchObject({ isNew: [], ignored: [before.key] });
    expect(observed([before], { first: true, cycle: { skewMs: -3_000 } }).isNew).toEqual([before.key]);
  });

  it('that is ignored once stays so while it is there', () => {
    const state = { ignoredEntries: new Set([left.key]) };
    expect(observed([left], { state })).toEqual(NONE);
    expect(observed([], { state })).toEqual({ ...NONE, ignored: [] });
    expect(observed([], { state, partial: true })).toEqual(NONE);
  });

  it('is no news of a call that had it and has ended', () => {
    const ended: EndedCall = {
      callId: 'queue-call-1',
      upstreamIds: ['queue-call-1'],
      entries: [left.entryKey],
      rows: [left.rowKey],
      endedAt: at(55),
    };
    expect(observed([left], { ended: [ended] })).toEqual(NONE);
    const other = { ...left, key: 'other', callId: 'queue-call-2' };
    expect(observed([other], { ended: [ended] }).isNew).toEqual(['other']);
  });

  it('is the hang-up that a call with legs only has announced: its only one that began during this entry', () => {
    const announced = (callId: string, startedAt: number, customer = '+84914237383'): EndedCall => ({
      callId,
      upstreamIds: [],
      entries: [],
      rows: [],
      endedAt: at(52),
      legsOnly: { customer, startedAt },
    });
    const of = (...ended: EndedCall[]) => observed([left], { ended }).ignored;
    expect(of(announced('a', at(48)))).toEqual([left.key]);
    expect(of(announced('a', at(51)))).toBeNull();
    expect(of(announced('a', at(-2)))).toBeNull();
    expect(of(announced('a', at(48)), announced('b', at(49)))).toBeNull();
    expect(of(announced('a', at(48), '+84987654321'))).toBeNull();
    const twin = entry({ queueId: 'support', callId: 'queue-call-2' });
    expect(observed([left, twin], { ended: [announced('a', at(48))] }).ignored).toBeNull();
    expect(
      observed([left], { ended: [announced('a', at(48))], calls: [callOf({ callId: 'live' })] }).ignored,
    ).toBeNull();
    const withheld = { ...left, customer: number('anonymous') };
    expect(observed([withheld], { ended: [announced('a', at(48), 'withheld')] }).ignored).toBeNull();
  });
});

describe('a new entry', () => {
  it('counts as changed when it joined or was bridged, and never after now', () => {
    const answered = { ...waiting, status: 'answered', bridgedAt: at(20) } as const;
    expect(newEntry(waiting, cycleAt(60)).changedAt).toBe(at(0));
    expect(newEntry(answered, cycleAt(60))).toMatchObject({ changedAt: at(20), answered: true });
    expect(newEntry(entry({ joinedAt: at(90) }), cycleAt(60)).changedAt).toBe(at(60));
    expect(newEntry(waiting, cycleAt(60, { skewMs: -3_000 })).changedAt).toBe(at(3.5));
    // Such a row may be of a PBX whose clock is off by days.
    expect(newEntry(waiting, cycleAt(86_500)).changedAt).toBe(at(86_500));
  });

  it('that was abandoned is missing from the first poll on', () => {
    expect(newEntry(left, cycleAt(60))).toMatchObject({ absence: { kind: 'abandoned', polls: 1 } });
  });
});
