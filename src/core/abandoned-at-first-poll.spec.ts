import { describe, expect, it } from '@jest/globals';
import { History, leg, number, type Poll, entry, T0 } from '../../test/support/history.js';

/**
 * A caller who hung up before the queue was looked at: its row is Abandoned at first sight, its `call_uuid` may be empty,
 * and the telephones that rang for it were seen before, or are still on show in an older look.
 */
const left = { status: 'abandoned', abandonedAt: T0 + 4_000, callId: null } as const;
const abandoned = entry(left);
const ringing = leg({ startedAt: T0 + 1_000 });
const HUNG = { failed: 'no answer within 5000 ms' };

/** Without what is said of endpoints. */
function calls(said: readonly string[]): string[] {
  return said.filter((word) => word.startsWith('call-'));
}

function watching(policy?: ConstructorParameters<typeof History>[0]): History {
  const history = new History(policy);
  history.poll({ at: 0 });
  return history;
}

describe('an entry that is Abandoned at first sight', () => {
  it.each([2, 3])('is the call of the telephone that rings for it (ABSENCE_POLLS=%i)', (absencePolls) => {
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

  it('is one call with it also where one poll confirms an absence', () => {
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

  it('is the call of a telephone that has just stopped ringing', () => {
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

  it('is one call with all telephones that are first seen with it', () => {
    const history = watching();
    const ring = ['101', '102'].map((ext) => leg({ ext, callId: `leg-${ext}`, startedAt: T0 + 1_000 }));
    expect(history.emitted({ at: 4, entries: [abandoned], legs: ring })).toEqual([
      'call-started',
      'call-offered 101',
      'call-offered 102',
    ]);
    expect(history.state.calls.size).toBe(1);
  });

  it('goes on as an overflow where the telephone still rings after it', () => {
    const history = watching();
    history.poll({ at: 4, entries: [abandoned], legs: [ringing] });
    for (let poll = 0; poll < 3; poll++) {
      expect(history.emitted({ entries: [abandoned], legs: [ringing] })).toEqual([]);
    }
    expect(history.emitted({ entries: [abandoned], legs: [{ ...ringing, signal: 'answered' }] })).toEqual([
      'call-answered',
      'call-offer-ended 107 answered',
    ]);
  });

  it.each([
    ['began after it', { legs: [leg({ startedAt: T0 + 6_000 })] }],
    ['began before it', { legs: [leg({ startedAt: T0 - 3_000 })] }],
    ['does not say when it began', { legs: [leg()] }],
    ['is outbound', { legs: [leg({ startedAt: T0 + 1_000, direction: 'outbound' })] }],
    ['is another customer’s', { legs: [{ ...ringing, customer: number('0987654321') }] }],
    [
      'could as well be of another entry',
      {
        legs: [ringing],
        entries: [abandoned, entry({ queueId: 'support', callId: 'queue-call-2', joinedAt: T0 + 500 })],
      },
    ],
  ] satisfies [string, Poll][])('is no call of a telephone that %s', (_, poll) => {
    const history = watching();
    history.poll({ at: 7, entries: [abandoned], ...poll });
    const own = [...history.state.calls.values()].find((call) => call.entry?.seen === abandoned);
    expect(own?.legs).toEqual([]);
  });

  it('leaves the telephone to the caller who is back, where it began in his new stay', () => {
    const history = watching();
    const back = entry({ status: 'trying', joinedAt: T0 + 5_000, callId: 'queue-call-2' });
    history.poll({ at: 7, entries: [abandoned, back], legs: [leg({ startedAt: T0 + 6_000 })] });
    const [own] = [...history.state.calls.values()].filter(({ legs }) => legs.length > 0);
    expect(own?.callId).toBe('queue-call-2');
  });

  it('and gives it to the caller who left, where it began before that', () => {
    const history = watching();
    const back = entry({ status: 'trying', joinedAt: T0 + 5_000, callId: 'queue-call-2' });
    history.poll({ at: 7, entries: [abandoned, back], legs: [ringing] });
    const [own] = [...history.state.calls.values()].filter(({ legs }) => legs.length > 0);
    expect(own?.entry?.seen).toBe(abandoned);
  });
});

describe('a caller whose telephone stopped ringing while the queue could not be seen', () => {
  /** Told by the telephones alone. */
  function told(): History {
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

  it('is not told again when the queue’s row turns up', () => {
    const history = told();
    for (let poll = 0; poll < 5; poll++) expect(calls(history.emitted({ entries: [abandoned] }))).toEqual([]);
    expect(history.state.ignoredEntries).toEqual(new Set([abandoned.entryKey]));
  });

  it('is told when he comes back on that row', () => {
    const history = told();
    history.poll({ entries: [abandoned] });
    const back = entry({ status: 'trying', rejoinedAt: T0 + 9_000, abandonedAt: T0 + 4_000 });
    expect(calls(history.emitted({ at: 10, entries: [back] }))).toEqual(['call-started']);
  });

  it.each([
    ['that had ended before the telephone rang', [entry({ ...left, abandonedAt: T0 + 500 })]],
    ['of another customer', [entry({ ...left, mobile: '0987654321' })]],
    ['while another entry could be meant', [abandoned, entry({ ...left, queueId: 'support' })]],
  ])('leaves an entry untouched %s', (_, entries) => {
    const history = told();
    const said = calls(history.emitted({ at: 7, entries }));
    expect(said).toEqual(entries.map(() => 'call-started'));
  });

  it('leaves the entry untouched where a telephone rings for this customer again', () => {
    const history = told();
    history.poll({ at: 7, legs: [leg({ callId: 'leg-2', startedAt: T0 + 3_000 })], entries: HUNG });
    expect(calls(history.emitted({ at: 8, entries: [abandoned] }))).toEqual([]);
    expect([...history.state.calls.values()].map(({ entry: entry }) => entry?.seen)).toEqual([abandoned]);
  });

  it('leaves the entry untouched where somebody had answered', () => {
    const history = watching();
    history.poll({ at: 2, legs: [{ ...ringing, signal: 'answered' }], entries: HUNG });
    history.poll({ at: 5, entries: HUNG });
    history.poll({ at: 6, entries: HUNG });
    expect(calls(history.emitted({ at: 7, entries: [abandoned] }))).toEqual(['call-started']);
  });
});
