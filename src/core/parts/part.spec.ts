import { entry, legPart, T0 } from '../../../test/support/history.js';
import { DEFAULT_POLICY } from '../model/call.js';
import { beganDuring, belongsToEntry, entryBegan, isGone, onlyEntryDuring, pendingAbsence } from './part.js';

const S = 1_000;
const rejoined = entry({ rejoinedAt: T0 + 60 * S });

describe('a queue entry', () => {
  it('began when the caller joined, or came back', () => {
    expect(entryBegan(entry())).toBe(T0);
    expect(entryBegan(rejoined)).toBe(T0 + 60 * S);
  });

  it.each([
    ['of an earlier entry of the row', T0 + 60 * S - 1, false],
    ['at its beginning', T0 + 60 * S, true],
    ['later', T0 + 61 * S, true],
    ['that the row does not have', null, false],
  ])('a time %s is its own or not', (_, time, own) => {
    expect(belongsToEntry(time, rejoined)).toBe(own);
  });

  it.each([
    ['in the second before it, as call_time has whole seconds', T0 - S + 1, true],
    ['a whole second before it', T0 - S, false],
    ['during it', T0 + 5 * S, true],
    ['at no known time', null, false],
  ])('a leg that began %s belongs to it or not', (_, startedAt, during) => {
    expect(beganDuring(startedAt, entry({ status: 'trying' }))).toBe(during);
  });

  it('no leg belongs to it that began after the caller had left', () => {
    const left = entry({ status: 'abandoned', abandonedAt: T0 + 10 * S });
    expect(beganDuring(T0 + 10 * S, left)).toBe(true);
    expect(beganDuring(T0 + 10 * S + 1, left)).toBe(false);
    expect(beganDuring(T0 + 5 * S, entry({ status: 'abandoned', abandonedAt: T0 - S }))).toBe(false);
  });

  it('a leg belongs to one entry, or where two fit to none', () => {
    const [first, second] = [entry({ queueId: 'a' }), entry({ queueId: 'b', joinedAt: T0 + 10 * S })];
    expect(onlyEntryDuring(T0 + 5 * S, [first, second])).toBe(first);
    expect(onlyEntryDuring(T0 + 15 * S, [first, second])).toBeNull();
    expect(onlyEntryDuring(T0 - 5 * S, [first, second])).toBeNull();
  });
});

describe('a part that is missing', () => {
  const missing = (polls: number) =>
    legPart({ absence: { polls, lastPresent: T0, firstAbsent: T0 + S, unlisted: false } });
  const there = legPart();

  it('is gone after so many polls and not before; until then its absence is pending', () => {
    expect([1, 2, 3].map((polls) => isGone(missing(polls), DEFAULT_POLICY))).toEqual([false, true, true]);
    expect(isGone(there, DEFAULT_POLICY)).toBe(false);
    expect(pendingAbsence({ legs: [there, missing(1)], entry: null }, DEFAULT_POLICY)).toBe(true);
    expect(pendingAbsence({ legs: [there, missing(2)], entry: null }, DEFAULT_POLICY)).toBe(false);
  });
});
