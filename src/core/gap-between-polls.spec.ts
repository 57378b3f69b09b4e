import { describe, expect, it } from '@jest/globals';
import type { QueueStatus } from './model/observation.js';
import { History, leg, summaryOf, entry, T0 } from '../../test/support/history.js';

/** A bridge that was killed, or could not ask, polls again after seconds in which callers hung up and called again. */
const trying = entry({ status: 'trying' });
const talks = leg({ ext: '101', callId: 'leg-1', signal: 'answered', startedAt: T0 });
/** The customer at another extension. */
const next = (seconds: number, given: Parameters<typeof leg>[0] = {}) =>
  leg({ ext: '108', callId: 'leg-2', startedAt: T0 + seconds * 1_000, ...given });

function callsOf({ transitions }: History): readonly string[] {
  return [...new Set(transitions.map(({ subject }) => subject))];
}

describe('after a gap between polls', () => {
  it.each([
    [14, 16_000],
    [16, null],
  ])(
    'of %i s, how long a conversation lasted that ended in it is known to the gap, or not at all',
    (gap, talkMs) => {
      const history = new History();
      history.poll({ at: 0 });
      history.poll({ at: 1, legs: [leg({ ext: '101', callId: 'leg-1' })] });
      history.poll({ at: 2, legs: [talks] });
      history.poll({ at: 4, legs: [talks] });
      for (const at of [4 + gap, 4.2 + gap]) history.poll({ at });
      expect(history.transitions.at(-1)).toMatchObject({ type: 'call-ended', data: { talkMs } });
    },
  );

  it.each([
    [14, 17_000],
    [16, null],
  ])('of %i s, so is how long a caller waited who hung up in it', (gap, waitMs) => {
    const history = new History();
    history.poll({ at: 0 });
    for (const at of [1, 4])
      history.poll({ at, legs: [leg({ ext: '101', callId: 'leg-1', startedAt: null })] });
    for (const at of [4 + gap, 4.2 + gap]) history.poll({ at });
    expect(history.transitions.at(-1)).toMatchObject({ type: 'call-ended', data: { waitMs } });
  });

  it('a caller who hung up in it is another call than that with which the customer calls again', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 2, entries: [trying] });
    history.restart();
    const left = { ...trying, status: 'abandoned', abandonedAt: T0 + 3_000 } as const;
    for (const at of [17, 17.2, 18]) history.poll({ at, entries: [left], legs: [next(6)] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-started',
      'call-offered 108',
      'call-abandoned',
      'call-ended abandoned',
    ]);
    expect(history.transitions.at(-1)).toMatchObject({
      subject: 'queue-call-1',
      time: T0 + 3_000,
      data: { linkedCallIds: ['leg-2'], observed: { certainty: 'upstream' } },
    });
  });

  it('a caller whom the queue let go in it is the one who rings since then', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 2, entries: [trying] });
    history.restart();
    const left = { ...trying, status: 'abandoned', abandonedAt: T0 + 3_000 } as const;
    for (const at of [17, 17.2, 18]) history.poll({ at, entries: [left], legs: [next(3)] });
    expect(history.transitions.map(summaryOf)).toEqual(['call-started', 'call-offered 108']);
    expect(callsOf(history)).toEqual(['queue-call-1']);
  });

  it.each<[string, Parameters<typeof leg>[0]]>([
    ['of the same customer', {}],
    ['of a customer whom an extension called', { direction: 'outbound' }],
  ])('a conversation that was over after it is not continued by the next call %s', (_, given) => {
    const history = new History();
    const before = { ...talks, ...leg({ ...talks, ...given }) };
    history.poll({ at: 0 });
    history.poll({ at: 2, legs: [before] });
    history.restart();
    for (const at of [17, 17.2]) history.poll({ at, legs: [next(16)] });
    expect(history.transitions.map(summaryOf)).toEqual([
      'call-started',
      'call-answered',
      'call-started',
      'call-offered 108',
      'call-ended answered',
    ]);
    expect(callsOf(history)).toEqual(['leg-1', 'leg-2']);
  });

  it('a conversation goes on at another extension where the polls are not further apart than those of a slow pace', () => {
    const history = new History();
    history.poll({ at: 0 });
    history.poll({ at: 2, legs: [talks] });
    for (const at of [12, 12.2]) history.poll({ at, legs: [next(11)] });
    expect(callsOf(history)).toEqual(['leg-1']);
  });

  it.each<[string, QueueStatus]>([
    ['answered', 'answered'],
    ['rung', 'trying'],
  ])('a caller who was %s before it, and has been transferred, is there until that leg goes', (_, status) => {
    const history = new History();
    const row = { ...trying, status, bridgedAt: status === 'answered' ? T0 + 1_000 : null };
    const rings = { ...talks, signal: 'ringing' } as const;
    history.poll({ at: 0 });
    history.poll({ at: 1, entries: [trying], legs: [rings] });
    history.poll({ at: 2, entries: [row], legs: [status === 'answered' ? talks : rings] });
    // Transferred, which shows one id, and over at once: the end of the row is confirmed after that of the leg.
    history.poll({ at: 5, legs: [next(4, { callId: 'leg-1', signal: 'answered' })] });
    for (const at of [5.1, 5.2]) history.poll({ at });
    expect(history.emitted({ at: 5.4 })).toEqual(['call-ended answered']);
    expect(history.transitions.at(-1)).toMatchObject({
      time: T0 + 5_100,
      data: { observed: { certainty: 'observed' }, agent: { extension: '108' } },
    });
  });
});
