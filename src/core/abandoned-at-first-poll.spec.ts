import { describe, expect, it } from '@jest/globals';
import { History, leg, number, type Poll, entry, T0 } from '../../test/support/history.js';
import { decode, encodeWhole } from '../store/stored/codec.js';

/**
 * A caller who hung up before the queue was polled: the first poll that shows the row shows it Abandoned, its `call_uuid`
 * may be empty, and the legs that rang for it were shown by earlier polls, or are still shown by an older monitor answer.
 */
const left = { status: 'abandoned', abandonedAt: T0 + 4_000, callId: null } as const;
const abandoned = entry(left);
const ringing = leg({ startedAt: T0 + 1_000 });
const HUNG = { failed: 'no answer within 5000 ms' };

/** Leaves out the events about endpoints. */
function calls(emitted: readonly string[]): string[] {
  return emitted.filter((summary) => summary.startsWith('call-'));
}

function watching(policy?: ConstructorParameters<typeof History>[0]): History {
  const history = new History(policy);
  history.poll({ at: 0 });
  return history;
}

describe('an entry that is Abandoned in the first poll that shows it', () => {
  it.each([2, 3])('joins the call whose leg rings for it (ABSENCE_POLLS=%i)', (absencePolls) => {
    const history = watching({ absencePolls });
    history.poll({ at: 2, legs: [ringing] });
    expect(history.emitted({ at: 4, entries: [abandoned], legs: [ringing] })).toEqual([]);
    while (history.state.calls.size > 0) history.poll({ entries: [abandoned] });
    const [hangUp, end] = history.transitions.slice(-2);
    expect(hangUp).toMatchObject({ type: 'call-abandoned', subject: 'leg-1', time: T0 + 4_000 });
    expect(end).toMatchObject({ type: 'call-ended', data: { queue: { id: 'sales' } } });
    expect(history.transitions.filter(({ type }) => type === 'call-started')).toHaveLength(1);
    for (let poll = 0; poll < 5; poll++) expect(history.emitted({ entries: [abandoned] })).toEqual([]);
  });

  it('joins that call also if one poll confirms an absence', () => {
    const history = watching({ absencePolls: 1 });
    history.poll({ at: 2, legs: [ringing] });
    expect(history.emitted({ at: 4, entries: [abandoned], legs: [ringing] })).toEqual([]);
    expect(history.emitted({ entries: [abandoned] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    for (let poll = 0; poll < 5; poll++) expect(history.emitted({ entries: [abandoned] })).toEqual([]);
  });

  it('joins the call of an extension that has just stopped ringing', () => {
    const history = watching();
    history.poll({ at: 2, legs: [ringing] });
    expect(history.emitted({ at: 5, entries: [abandoned] })).toEqual([]);
    expect(history.emitted({ entries: [abandoned] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(history.transitions.at(-1)).toMatchObject({ subject: 'leg-1', time: T0 + 4_000 });
  });

  it('is one call with all legs that the same poll shows first', () => {
    const history = watching();
    const ring = ['101', '102'].map((ext) => leg({ ext, callId: `leg-${ext}`, startedAt: T0 + 1_000 }));
    expect(history.emitted({ at: 4, entries: [abandoned], legs: ring })).toEqual([
      'call-started',
      'call-offered 101',
      'call-offered 102',
    ]);
    expect(history.state.calls.size).toBe(1);
  });

  it('has ended although the leg that began before it still rings, and is answered into silence', () => {
    const history = watching();
    history.poll({ at: 4, entries: [abandoned], legs: [ringing] });
    expect(history.emitted({ entries: [abandoned], legs: [ringing] })).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    for (const signal of ['ringing', 'answered'] as const)
      expect(history.emitted({ entries: [abandoned], legs: [{ ...ringing, signal }] })).toEqual([]);
  });

  it('goes on as an overflow if a leg that began as it was let go still rings after it', () => {
    const history = watching();
    const next = { ...ringing, startedAt: abandoned.abandonedAt };
    history.poll({ at: 4, entries: [abandoned], legs: [next] });
    for (let poll = 0; poll < 3; poll++)
      expect(history.emitted({ entries: [abandoned], legs: [next] })).toEqual([]);
    expect(history.emitted({ entries: [abandoned], legs: [{ ...next, signal: 'answered' }] })).toEqual([
      'call-answered',
      'call-offer-ended 107 answered',
    ]);
  });

  it.each([
    ['began after it', { legs: [leg({ startedAt: T0 + 6_000 })] }],
    ['began before it', { legs: [leg({ startedAt: T0 - 3_000 })] }],
    ['has no call_time', { legs: [leg()] }],
    ['is outbound', { legs: [leg({ startedAt: T0 + 1_000, direction: 'outbound' })] }],
    ['belongs to another customer', { legs: [{ ...ringing, customer: number('0987654321') }] }],
    [
      'could also belong to another entry',
      {
        legs: [ringing],
        entries: [
          abandoned,
          entry({ queueId: 'support', callId: 'queue-call-2', joinedAt: T0 + 500, status: 'trying' }),
        ],
      },
    ],
  ] satisfies [string, Poll][])('does not join the call of a leg that %s', (_, poll) => {
    const history = watching();
    history.poll({ at: 7, entries: [abandoned], ...poll });
    const own = [...history.state.calls.values()].find((call) => call.entry?.seen === abandoned);
    expect(own?.legs).toEqual([]);
  });

  it('leaves a leg that began during a newer entry of the same caller to that entry', () => {
    const history = watching();
    const back = entry({ status: 'trying', joinedAt: T0 + 5_000, callId: 'queue-call-2' });
    history.poll({ at: 7, entries: [abandoned, back], legs: [leg({ startedAt: T0 + 6_000 })] });
    const [own] = [...history.state.calls.values()].filter(({ legs }) => legs.length > 0);
    expect(own?.callId).toBe('queue-call-2');
  });

  it('joins a leg that began before a newer entry of the same caller', () => {
    const history = watching();
    const back = entry({ status: 'trying', joinedAt: T0 + 5_000, callId: 'queue-call-2' });
    history.poll({ at: 7, entries: [abandoned, back], legs: [ringing] });
    const [own] = [...history.state.calls.values()].filter(({ legs }) => legs.length > 0);
    expect(own?.entry?.seen).toBe(abandoned);
  });
});

describe('an entry that is Abandoned at the first poll of the tenant', () => {
  it.each<[string, number]>([
    ['before the bridge began to poll', 9_000],
    ['between its first two polls', 10_100],
  ])('is another call than that with which the customer calls again %s', (_, startedAt) => {
    const history = new History();
    expect(history.emitted({ at: 10, entries: [abandoned] })).toEqual(['call-started']);
    const again = leg({ ext: '108', callId: 'leg-2', startedAt: T0 + startedAt });
    expect(history.emitted({ at: 10.2, entries: [abandoned], legs: [again] })).toEqual([
      'call-started',
      'call-offered 108',
    ]);
    expect(history.emitted({ at: 11.2, entries: [abandoned], legs: [again] })).toEqual([
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(history.transitions.at(-1)).toMatchObject({
      subject: abandoned.fallbackId,
      time: T0 + 4_000,
      data: { linkedCallIds: ['leg-2'] },
    });
  });
});

describe('a caller whose leg stopped ringing while the queue was unavailable', () => {
  /** The hang-up has been announced by the monitor alone. */
  function announced(): History {
    const history = watching();
    history.poll({ at: 2, legs: [ringing], entries: HUNG });
    history.poll({ at: 5, entries: HUNG });
    expect(calls(history.emitted({ at: 6, entries: HUNG }))).toEqual([
      'call-offer-ended 107 caller-left',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    return history;
  }

  it('is not announced again when the queue’s row appears', () => {
    const history = announced();
    for (let poll = 0; poll < 5; poll++) expect(calls(history.emitted({ entries: [abandoned] }))).toEqual([]);
    expect(history.state.ignoredEntries).toEqual(new Set([abandoned.key]));
  });

  it('is announced as a new call after coming back on that row', () => {
    const history = announced();
    history.poll({ entries: [abandoned] });
    const back = entry({ status: 'trying', rejoinedAt: T0 + 9_000, abandonedAt: T0 + 4_000 });
    expect(calls(history.emitted({ at: 10, entries: [back] }))).toEqual(['call-started']);
  });

  it.each([
    ['that had ended before the extension rang', [entry({ ...left, abandonedAt: T0 + 500 })]],
    ['of another customer', [entry({ ...left, mobile: '0987654321' })]],
    ['if it could be either of two entries', [abandoned, entry({ ...left, queueId: 'support' })]],
  ])('does not keep an entry from being announced %s', (_, entries) => {
    const history = announced();
    const emitted = calls(history.emitted({ at: 7, entries }));
    expect(emitted).toEqual(entries.map(() => 'call-started'));
  });

  it('does not keep the entry from joining a new call that rings for this customer', () => {
    const history = announced();
    history.poll({ at: 7, legs: [leg({ callId: 'leg-2', startedAt: T0 + 3_000 })], entries: HUNG });
    expect(calls(history.emitted({ at: 8, entries: [abandoned] }))).toEqual([]);
    expect([...history.state.calls.values()].map(({ entry }) => entry?.seen)).toEqual([abandoned]);
  });

  it('does not keep the entry from being announced if the call had been answered', () => {
    const history = watching();
    history.poll({ at: 2, legs: [{ ...ringing, signal: 'answered' }], entries: HUNG });
    history.poll({ at: 5, entries: HUNG });
    history.poll({ at: 6, entries: HUNG });
    expect(calls(history.emitted({ at: 7, entries: [abandoned] }))).toEqual(['call-started']);
  });
});

describe('a row that is not announced', () => {
  it('stays so after an update from a build that remembered less of it', () => {
    const old = entry({ ...left, joinedAt: T0 - 900_000, abandonedAt: T0 - 800_000 });
    const before = new History();
    expect(calls(before.emitted({ at: 0, entries: [old] }))).toEqual([]);
    expect(before.state.ignoredEntries).toEqual(new Set([old.key]));

    const stored = new Map(encodeWhole(before.state));
    stored.set('format', '1').set('ignored', JSON.stringify([old.entryKey]));
    const after = new History({}, decode('acme', stored));
    for (const at of [1, 2, 3]) expect(calls(after.emitted({ at, entries: [old] }))).toEqual([]);
    expect(after.state.ignoredEntries).toEqual(new Set([old.key]));
    // Nor do its old times say anything of the clock.
    expect(after.state.sources.queue.clock).toEqual(before.state.sources.queue.clock);
  });
});
