import type { LogSlice } from '../../store/store.js';
import { acrossEpochs, discontinuity, oldestSequence, type Reach, resumption } from './resumption.js';

const POSITION = { epoch: 'e2', sequence: 20 };
/** The log holds 5 to 20; its epoch began with 10, and continues one that had ended at 15. */
const REACH: Reach = {
  epoch: 'e2',
  first: 5,
  epochStart: 10,
  continues: [{ epoch: 'e1', sequence: 15 }],
};
const cursor = (sequence: number, epoch = 'e2') => `${epoch}:${String(sequence).padStart(16, '0')}`;

describe('a cursor', () => {
  it.each([
    ['the newest event', cursor(20), REACH, { sequence: 20 }],
    ['the event before the epoch’s first', cursor(9), REACH, { sequence: 9 }],
    ['an event from before the epoch', cursor(8), REACH, { reset: 'cursor-unknown' }],
    ['an event that is not there yet', cursor(21), REACH, { reset: 'cursor-unknown' }],
    ['another epoch', cursor(15, 'e0'), REACH, { reset: 'epoch-changed' }],
    ['the last event of a continued epoch', cursor(15, 'e1'), REACH, { sequence: 15 }],
    ['an event that a continued epoch lost', cursor(16, 'e1'), REACH, { reset: 'cursor-unknown' }],
    ['an event from before a continued epoch', cursor(8, 'e1'), REACH, { reset: 'cursor-unknown' }],
    ['an event in the time of a continued epoch', cursor(12), REACH, { sequence: 12 }],
    ['the event before the oldest that is left', cursor(14), { ...REACH, first: 15 }, { sequence: 14 }],
    ['an event whose successor is gone', cursor(13), { ...REACH, first: 15 }, { reset: 'cursor-too-old' }],
    ['an event of a log that is empty now', cursor(19), { ...REACH, first: 0 }, { reset: 'cursor-too-old' }],
    ['no event', 'nonsense', REACH, { reset: 'cursor-malformed' }],
  ])('after %s resumes, or says why not', (_, asked, reach, expected) => {
    expect(resumption(asked, POSITION, reach)).toEqual(expected);
  });

  it('of a continued epoch may stand beyond what this replica has read', () => {
    const behind = { epoch: 'e2', sequence: 12 };
    expect(resumption(cursor(13, 'e1'), behind, REACH)).toEqual({ reset: 'cursor-unknown' });
    expect(resumption(cursor(12, 'e1'), behind, REACH)).toEqual({ sequence: 12 });
  });

  it('of a page may stand before the epoch', () => {
    expect(resumption(cursor(4), POSITION, acrossEpochs(REACH))).toEqual({ sequence: 4 });
    expect(resumption(cursor(3), POSITION, acrossEpochs(REACH))).toEqual({ reset: 'cursor-too-old' });
  });
});

it('the oldest sequence to read after is within the epoch, unless pages are asked for', () => {
  expect(oldestSequence(POSITION, REACH)).toBe(9);
  expect(oldestSequence(POSITION, acrossEpochs(REACH))).toBe(4);
  expect(oldestSequence(POSITION, { ...REACH, first: 15 })).toBe(14);
  expect(oldestSequence(POSITION, { ...REACH, first: 0 })).toBe(20);
});

describe('a slice of the log', () => {
  const slice = (last: number, sequences: readonly number[], epoch = 'e2') =>
    ({
      epoch,
      last,
      first: 1,
      epochStart: 1,
      continues: [
        { epoch: 'e2', sequence: 20 },
        { epoch: 'e1', sequence: 19 },
      ].filter((ended) => ended.epoch !== epoch),
      events: sequences.map((sequence) => ({ sequence })),
    }) as unknown as LogSlice;

  it.each([
    ['that begins with the next event goes on', slice(22, [21, 22]), null],
    ['without news goes on', slice(20, []), null],
    ['of an epoch that continues goes on', slice(22, [21, 22], 'e3'), null],
    [
      'of an epoch that does not continue it does not',
      { ...slice(22, [21, 22], 'e3'), continues: [] },
      'epoch-changed',
    ],
    ['of a log that has lost its end does not', slice(19, []), 'cursor-unknown'],
    ['that begins later does not', slice(23, [22, 23]), 'cursor-too-old'],
    ['that lacks its events does not', slice(23, []), 'cursor-too-old'],
  ])('%s', (_, read, broken) => {
    expect(discontinuity(POSITION, read)).toBe(broken);
  });
});
