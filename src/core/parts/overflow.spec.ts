import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart } from '../../../test/support/history.js';
import { absentSince, at, callOf, cycleAt, entryPart } from '../../../test/support/parts.js';
import { abandonedEntry, isAfterCallerLeft, isOverflow, isOverflowLeg, surelyOverflows } from './overflow.js';

/** The queue let the caller go at second 5; the poll received at second 6 showed it. */
const row = entry({ status: 'abandoned', abandonedAt: at(5) });
const left = entryPart({ seen: row, absence: { kind: 'abandoned', ...absentSince(6, 2) } });
const begunAt = (seconds: number | null) =>
  legPart({ seen: leg({ startedAt: seconds === null ? null : at(seconds) }), firstSeen: at(6) });

describe('the Abandoned entry of a call', () => {
  it('matters until the call is answered', () => {
    expect(abandonedEntry(callOf({ entry: left }))).toBe(left);
    expect(abandonedEntry(callOf({ entry: left, answeredAt: at(6) }))).toBeNull();
    expect(abandonedEntry(callOf())).toBeNull();
    const vanished = { ...left, absence: { ...left.absence!, kind: 'vanished' as const } };
    expect(abandonedEntry(callOf({ entry: vanished }))).toBeNull();
  });
});

describe('a leg of a caller whom the queue let go', () => {
  it('is an overflow if it began in that second or later', () => {
    expect([4, 5, 6].map((seconds) => isOverflowLeg(begunAt(seconds), left))).toEqual([false, true, true]);
  });

  it('without a time is one if no poll showed it before', () => {
    const seenAt = (seconds: number) => ({ ...begunAt(null), firstSeen: at(seconds) });
    expect([5, 6, 7].map((seconds) => isOverflowLeg(seenAt(seconds), left))).toEqual([false, true, true]);
  });

  it('is judged so too where the time on the row is one of an earlier entry', () => {
    const before = { ...left, seen: { ...row, abandonedAt: at(-10) } };
    expect(isOverflowLeg({ ...begunAt(4), firstSeen: at(5) }, before)).toBe(false);
    expect(isOverflowLeg({ ...begunAt(4), firstSeen: at(6) }, before)).toBe(true);
  });

  it('is none that a poll showed before the queue still had the caller waiting, whatever its time says', () => {
    const seenAt = (seconds: number) => ({ ...begunAt(5), firstSeen: at(seconds) });
    const still = { ...left, absence: { ...left.absence!, lastPresent: at(3) } };
    expect([2, 3, 4].map((seconds) => isOverflowLeg(seenAt(seconds), still))).toEqual([false, false, true]);
  });

  it('is none while it is missing', () => {
    expect(isOverflowLeg({ ...begunAt(6), absence: absentSince(7) }, left)).toBe(false);
  });

  it('rings, or is answered, into silence if it is none', () => {
    const call = callOf({ entry: left });
    expect(isAfterCallerLeft(begunAt(4), call)).toBe(true);
    expect(isAfterCallerLeft(begunAt(5), call)).toBe(false);
    expect(isAfterCallerLeft(begunAt(4), callOf())).toBe(false);
    expect(isAfterCallerLeft(begunAt(4), callOf({ entry: left, answeredAt: at(4) }))).toBe(false);
  });
});

describe('a leg that a poll shows first as its caller’s entry is Abandoned', () => {
  const unseen = { monitorSeenAt: at(5) };

  it('surely is an overflow if it began later, or has no time', () => {
    expect(
      [4, 6, null].map((seconds) => surelyOverflows(begunAt(seconds), left, cycleAt(6, unseen))),
    ).toEqual([false, true, true]);
  });

  it('of that very second is one only if the monitor was asked when the queue had said so', () => {
    expect(surelyOverflows(begunAt(5), left, cycleAt(6, unseen))).toBe(false);
    expect(surelyOverflows(begunAt(5), left, cycleAt(8))).toBe(true);
  });
});

describe('an overflow', () => {
  const call = callOf({ entry: left, legs: [begunAt(4), begunAt(5)] });
  const seen = cycleAt(8);

  it('is a leg that goes on when the Abandoned status is confirmed', () => {
    expect(isOverflow(call, seen)).toBe(true);
    expect(isOverflow({ ...call, legs: [begunAt(4)] }, seen)).toBe(false);
    expect(isOverflow({ ...call, legs: [] }, seen)).toBe(false);
    expect(isOverflow({ ...call, answeredAt: at(7) }, seen)).toBe(false);
    const once = { ...left, absence: { ...left.absence!, polls: 1 } };
    expect(isOverflow({ ...call, entry: once }, seen)).toBe(false);
  });

  it('needs a monitor answer begun at least the monitor’s lag after the queue showed it', () => {
    const since = (ms: number) => ({ ...seen, monitorSeenAt: at(6) + ms });
    expect([0, 299, 300].map((ms) => isOverflow(call, since(ms)))).toEqual([false, false, true]);
    expect(isOverflow(call, { ...seen, monitorSeenAt: null })).toBe(false);
  });
});
