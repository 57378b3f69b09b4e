import type { LogSlice } from '../../store/store.js';
import { acrossEpochs, discontinuity, oldestSequence, type Reach, resumption } from './resumption.js';

const POSITION = { epoch: 'e2', sequence: 20 };
/** The log holds 5 to 20; its epoch began with 10. */
const REACH: Reach = { first: 5, epochStart: 10 };
const cursor = (sequence: number, epoch = 'e2') => `${epoch}:${String(sequence).padStart(16, '0')}`;

describe('a cursor', () => {
  it.each([
    ['the newest event', cursor(20), REACH, { sequence: 20 }],
    ['the event before the epoch’s first', cursor(9), REACH, { sequence: 9 }],
    ['an event from before the epoch', cursor(8), REACH, { reset: 'cursor-unknown' }],
    ['an event that is not there yet', cursor(21), REACH, { reset: 'cursor-unknown' }],
    ['another epoch', cursor(15, 'e1'), REACH, { reset: 'epoch-changed' }],
    ['the event before the oldest that is left', cursor(14), { ...REACH, first: 15 }, { sequence: 14 }],
    ['an event whose successor is gone', cursor(13), { ...REACH, first: 15 }, { reset: 'cursor-too-old' }],
    [
      'an event of a log that is empty now',
      cursor(19),
      { first: 0, epochStart: 10 },
      { reset: 'cursor-too-old' },
    ],
    ['no event', 'nonsense', REACH, { reset: 'cursor-malformed' }],
  ])('after %s resumes, or says why not', (_, asked, reach, expected) => {
    expect(resumption(asked, POSITION, reach)).toEqual(expected);
  });

  it('of a page may stand before the epoch', () => {
    expect(resumption(cursor(4), POSITION, acrossEpochs(REACH))).toEqual({ sequence: 4 });
    expect(resumption(cursor(3), POSITION, acrossEpochs(REACH))).toEqual({ reset: 'cursor-too-old' });
  });
});

it('the oldest sequence to read after is within the epoch, unless pages are asked for', () => {
  expect(oldestSequence(POSITION, REACH)).toBe(9);
  expect(oldestSequence(POSITION, acrossEpochs(REACH))).toBe(4);
  expect(oldestSequence(POSITION, { first: 15, epochStart: 10 })).toBe(14);
  expect(oldestSequence(POSITION, { first: 0, epochStart: 10 })).toBe(20);
});

describe('a slice of the log', () => {
  const slice = (last: number, sequences: readonly number[], epoch = 'e2') =>
    ({
      epoch,
      last,
      first: 1,
      epochStart: 1,
      events: sequences.map((sequence) => ({ sequence })),
    }) as unknown as LogSlice;

  it.each([
    ['that begins with the next event goes on', slice(22, [21, 22]), null],
    ['without news goes on', slice(20, []), null],
    ['of another epoch does not', slice(22, [21, 22], 'e3'), 'epoch-changed'],
    ['of a log that has lost its end does not', slice(19, []), 'cursor-unknown'],
    ['that begins later does not', slice(23, [22, 23]), 'cursor-too-old'],
    ['that lacks its events does not', slice(23, []), 'cursor-too-old'],
  ])('%s', (_, read, broken) => {
    expect(discontinuity(POSITION, read)).toBe(broken);
  });
});
