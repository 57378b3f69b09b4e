import { legPart, T0 } from '../../../test/support/history.js';
import { cycleAt, window } from '../../../test/support/parts.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import { type Absence, DEFAULT_POLICY } from '../model/call.js';
import {
  absentLeg,
  entryAbsence,
  ENTRY_ABSENCE,
  KNOWN_ENTRY,
  KNOWN_LEG,
  type KnownEntryFacts,
  LEG_UNLISTED,
} from './absence-rules.js';
import type { CycleFacts } from './cycle-facts.js';

describeTable(KNOWN_LEG, [
  [{ row: 'missing', complete: false }, 'as before'],
  [{ row: 'missing', complete: true }, 'absent'],
  [{ row: 'answered', complete: true }, 'answered'],
  [{ row: 'answered', complete: false }, 'answered'],
  [{ row: 'ringing', complete: true }, 'there'],
  [{ row: 'ringing', complete: false }, 'there'],
  [{ row: 'unclear', complete: true }, 'there'],
  [{ row: 'unclear', complete: false }, 'there'],
]);

const WAITS: KnownEntryFacts = {
  row: 'waiting',
  complete: true,
  unchanged: false,
  bridged: false,
  before: 'listed',
  gone: false,
};
const listed = { absence: null, isAnswered: false };
const answered = { absence: null, isAnswered: true };
const vanished = { absence: 'vanished', isAnswered: false } as const;
const abandoned = { absence: 'abandoned', isAnswered: false } as const;

describeTable(KNOWN_ENTRY, [
  [{ ...WAITS, row: 'missing', complete: false }, null],
  [{ ...WAITS, row: 'missing', complete: false, before: 'abandoned' }, null],
  [{ ...WAITS, row: 'missing', complete: false, before: 'vanished', gone: true }, null],
  [{ ...WAITS, row: 'missing', before: 'abandoned', gone: true }, null],
  [{ ...WAITS, row: 'missing', before: 'vanished', gone: true }, null],
  [{ ...WAITS, row: 'missing', before: 'abandoned' }, abandoned],
  [{ ...WAITS, row: 'missing' }, vanished],
  [{ ...WAITS, row: 'missing', before: 'vanished' }, vanished],

  [{ ...WAITS, row: 'abandoned', unchanged: true, before: 'abandoned', gone: true }, null],
  [{ ...WAITS, row: 'abandoned', unchanged: true, before: 'abandoned', gone: true, bridged: true }, null],
  [
    { ...WAITS, row: 'abandoned', bridged: true },
    { absence: 'abandoned', isAnswered: true },
  ],
  [{ ...WAITS, row: 'abandoned' }, abandoned],
  [{ ...WAITS, row: 'abandoned', complete: false }, abandoned],
  [{ ...WAITS, row: 'abandoned', unchanged: true, before: 'abandoned' }, abandoned],
  [{ ...WAITS, row: 'abandoned', before: 'abandoned', gone: true }, abandoned],
  [{ ...WAITS, row: 'abandoned', before: 'vanished', gone: true }, abandoned],

  [{ ...WAITS, row: 'answered' }, answered],
  [{ ...WAITS, row: 'answered', bridged: true }, answered],
  [{ ...WAITS, row: 'answered', before: 'vanished', gone: true }, answered],
  [WAITS, listed],
  [{ ...WAITS, complete: false }, listed],
  [{ ...WAITS, bridged: true }, listed],
  [{ ...WAITS, row: 'trying' }, listed],
  [{ ...WAITS, row: 'trying', bridged: true }, listed],
  [{ ...WAITS, row: 'unknown' }, listed],
  [{ ...WAITS, row: 'unknown', bridged: true }, listed],
  [{ ...WAITS, before: 'vanished', unchanged: true, gone: true }, listed],
  [{ ...WAITS, row: 'trying', before: 'vanished', unchanged: true, gone: true }, listed],
  [{ ...WAITS, row: 'answered', before: 'vanished', unchanged: true, gone: true }, answered],
  [{ ...WAITS, row: 'unknown', before: 'vanished', unchanged: true, gone: true }, listed],
]);

describeTable(ENTRY_ABSENCE, [
  [{ monitorSeen: false, monitorUnavailable: false }, 'waits'],
  [{ monitorSeen: true, monitorUnavailable: false }, 'counts'],
  [{ monitorSeen: false, monitorUnavailable: true }, 'counts'],
  [{ monitorSeen: true, monitorUnavailable: true }, 'counts'],
]);

describeTable(LEG_UNLISTED, [
  [{ unregistered: true, listsIdle: false, listedSince: false }, true],
  [{ unregistered: true, listsIdle: true, listedSince: true }, true],
  [{ unregistered: true, listsIdle: true, listedSince: false }, true],
  [{ unregistered: false, listsIdle: true, listedSince: false }, true],
  [{ unregistered: false, listsIdle: true, listedSince: true }, false],
  [{ unregistered: false, listsIdle: false, listedSince: false }, false],
]);

describe('one more answer without a part', () => {
  const facts = (seconds: number, given: Partial<CycleFacts> = {}) =>
    cycleAt(seconds, { monitor: null, monitorComplete: false, monitorSeenAt: null, ...given });
  const missingEntry = (before: Absence | null, kind: 'vanished' | 'abandoned', cycle: CycleFacts) =>
    entryAbsence(before, kind, { window: cycle.queue!, unlisted: false }, cycle);
  const first = missingEntry(null, 'vanished', facts(1));

  it('counts, and keeps the window in which the part went', () => {
    expect(first).toEqual({
      kind: 'vanished',
      polls: 1,
      lastPresent: T0,
      firstAbsent: T0 + 1_000,
      unlisted: false,
    });
    expect(missingEntry(first, 'abandoned', facts(2, { monitorSeenAt: T0 + 1_900 }))).toEqual({
      ...first,
      kind: 'abandoned',
      polls: 2,
    });
  });

  it('does not confirm that a queue entry is gone before the monitor has answered too, or cannot', () => {
    expect(missingEntry(first, 'vanished', facts(2)).polls).toBe(1);
    expect(missingEntry(first, 'vanished', facts(3, { monitorSeenAt: T0 + 2_000 })).polls).toBe(2);
    expect(missingEntry(first, 'vanished', facts(2, { monitorDown: true })).polls).toBe(2);
    expect(missingEntry(first, 'vanished', facts(11)).polls).toBe(2);
  });

  it('stops counting a leg that is confirmed as gone, as a state that does not change is not written', () => {
    let missing = legPart();
    for (let seconds = 1; seconds < 6; seconds++)
      missing = absentLeg(missing, window(seconds), false, DEFAULT_POLICY);
    expect(missing.absence).toEqual({ polls: 2, lastPresent: T0, firstAbsent: T0 + 1_000, unlisted: false });
  });
});
