import { describe, expect, it } from '@jest/globals';
import { entry, leg, legPart } from '../../../test/support/history.js';
import {
  absentSince,
  at,
  callOf,
  connectedAt,
  cycleAt,
  entryPart,
  participant,
} from '../../../test/support/parts.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import { CALL_ENDS, type EndFacts, endingOf } from './ending-rules.js';

const UNANSWERED: EndFacts = {
  cameBack: false,
  answered: false,
  answeredSince: false,
  entry: 'none',
  timeGiven: false,
  monitorSeen: false,
  lastLegs: 'listed',
  doubtful: false,
  left: false,
  doubted: false,
};
const ANSWERED: EndFacts = { ...UNANSWERED, answered: true };
const BACK: EndFacts = { ...UNANSWERED, cameBack: true, entry: 'listed' };
const ABANDONED: EndFacts = { ...UNANSWERED, entry: 'abandoned', monitorSeen: true, lastLegs: 'none' };

describeTable(CALL_ENDS, [
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'abandoned', timeGiven: true },
    { at: 'answer', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'abandoned' },
    { at: 'answer', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true },
    { at: 'answer', within: 'poll', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, answeredSince: true, entry: 'vanished', timeGiven: true },
    { at: 'answer', within: 'poll', certainty: 'inferred' },
  ],

  [
    { ...BACK, entry: 'abandoned', timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...BACK, entry: 'abandoned', timeGiven: true, answered: true, lastLegs: 'unlisted' },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...BACK, entry: 'abandoned' },
    { at: 'seen', within: 'entry', certainty: 'observed' },
  ],
  [
    { ...BACK, entry: 'abandoned', answered: true },
    { at: 'seen', within: 'entry', certainty: 'observed' },
  ],
  [
    { ...BACK, timeGiven: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [
    { ...BACK, timeGiven: true, entry: 'vanished', answered: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [BACK, { at: 'return', within: 'poll', certainty: 'inferred' }],
  [
    { ...BACK, entry: 'vanished' },
    { at: 'return', within: 'poll', certainty: 'inferred' },
  ],
  [
    { ...BACK, answered: true, lastLegs: 'unlisted' },
    { at: 'return', within: 'poll', certainty: 'inferred' },
  ],

  [
    { ...ANSWERED, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', lastLegs: 'none' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', lastLegs: 'none', monitorSeen: true, timeGiven: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [ANSWERED, { at: 'seen', within: 'parts', certainty: 'observed' }],
  [
    { ...ANSWERED, entry: 'vanished' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', lastLegs: 'none' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', doubtful: true },
    { at: 'seen', within: 'talk', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', timeGiven: true },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],

  [
    { ...ABANDONED, monitorSeen: false, timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...ABANDONED, monitorSeen: false },
    { at: 'seen', within: 'entry', certainty: 'inferred' },
  ],
  [
    { ...ABANDONED, timeGiven: true },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [
    { ...ABANDONED, timeGiven: true, lastLegs: 'unlisted' },
    { at: 'pbx', within: 'entry', certainty: 'upstream' },
  ],
  [ABANDONED, { at: 'seen', within: 'entry', certainty: 'observed' }],
  [
    { ...ABANDONED, entry: 'vanished', doubtful: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...BACK, entry: 'vanished', doubtful: true, timeGiven: true },
    { at: 'pbx', within: 'poll', certainty: 'upstream' },
  ],
  [
    { ...ABANDONED, entry: 'vanished' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...UNANSWERED, entry: 'vanished', timeGiven: true, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'observed' },
  ],
  [
    { ...UNANSWERED, entry: 'listed', lastLegs: 'none' },
    { at: 'quiet', within: 'quiet', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'listed', lastLegs: 'none' },
    { at: 'quiet', within: 'quiet', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, lastLegs: 'unlisted', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, lastLegs: 'none', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'listed', lastLegs: 'none', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', lastLegs: 'listed', left: true },
    { at: 'seen', within: 'connected', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'vanished', doubted: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [
    { ...ANSWERED, entry: 'abandoned', monitorSeen: true, doubted: true },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
  [UNANSWERED, { at: 'seen', within: 'parts', certainty: 'inferred' }],
  [
    { ...UNANSWERED, lastLegs: 'unlisted' },
    { at: 'seen', within: 'parts', certainty: 'inferred' },
  ],
]);

describe('the end of a call whose caller came back after an answer', () => {
  const seen = entry({ status: 'trying' });
  const call = callOf({ entry: entryPart({ seen }), answeredAt: at(10), answeredCertainty: 'observed' });
  const certaintyOf = (leftAt: number, skewMs: number | null) => {
    const returnRow = entry({ rejoinedAt: at(leftAt + 1), abandonedAt: at(leftAt) });
    const end = endingOf({ call, gone: [], returnRow, isLeft: false }, cycleAt(20, { skewMs }));
    return end!.observed.certainty;
  };

  it('is inferred if the answer is later than the time at which the caller left', () => {
    expect([9.999, 10].map((seconds) => certaintyOf(seconds, 0))).toEqual(['inferred', 'upstream']);
  });

  it('is judged by that time on the bridge’s clock', () => {
    expect([65, 75].map((seconds) => certaintyOf(seconds, 60_000))).toEqual(['inferred', 'observed']);
  });
});

describe('the end of a talking leg whose extension is not listed any more', () => {
  const certaintyOf = (entryGone: number | null) => {
    const absence = entryGone === null ? null : ({ kind: 'vanished', ...absentSince(entryGone, 2) } as const);
    const talked = legPart({ state: 'answered', absence: absentSince(10, 2, true) });
    const own = entryPart({ seen: entry({ status: 'answered' }), answered: true, absence });
    const call = callOf({
      answeredAt: at(1),
      connected: connectedAt('107'),
      entry: absence === null ? null : own,
    });
    return endingOf({ call, gone: [talked], returnRow: null, isLeft: false }, cycleAt(20))!.observed
      .certainty;
  };

  it('is inferred, unless the queue deleted the entry with the leg', () => {
    expect(certaintyOf(null)).toBe('inferred');
    expect([10, 11].map(certaintyOf)).toEqual(['observed', 'observed']);
  });

  it('is inferred if the entry had gone before, as at a transfer', () => {
    expect([9, 5].map(certaintyOf)).toEqual(['inferred', 'inferred']);
  });
});

describe('the end of a call whose leg talked, and whose row never said Answered', () => {
  const certaintyOf = (
    kind: 'vanished' | 'abandoned',
    firstSeen: number,
    { rungBefore = '107', startedAt = null as number | null } = {},
  ) => {
    const seen = leg({ startedAt });
    const talked = legPart({
      seen,
      state: 'answered',
      firstSeen: at(firstSeen),
      absence: absentSince(12, 2),
    });
    const row = entry({ status: 'trying', abandonedAt: kind === 'abandoned' ? at(8) : null });
    const own = entryPart({ seen: row, absence: { kind, ...absentSince(10, 2) } });
    const participants = [participant('107'), participant(rungBefore)];
    const call = callOf({ answeredAt: at(11), connected: connectedAt('107'), entry: own, participants });
    return endingOf({ call, gone: [talked], returnRow: null, isLeft: false }, cycleAt(20))!.observed
      .certainty;
  };

  it('is inferred, unless the queue had let the caller go when the first poll showed the leg', () => {
    expect([9, 10, 11].map((first) => certaintyOf('abandoned', first))).toEqual([
      'inferred',
      'observed',
      'observed',
    ]);
  });

  it('is inferred too if the leg began no later than in the second in which the caller left, and the same poll shows both', () => {
    const began = (seconds: number, firstSeen: number) =>
      certaintyOf('abandoned', firstSeen, { startedAt: at(seconds) });
    expect([7, 8, 9].map((seconds) => began(seconds, 10))).toEqual(['inferred', 'inferred', 'observed']);
    expect(began(8, 11)).toBe('observed');
  });

  it('is inferred too if the row is deleted in the first poll that shows the leg, and none had rung before', () => {
    expect([9, 10, 11].map((first) => certaintyOf('vanished', first))).toEqual([
      'inferred',
      'inferred',
      'observed',
    ]);
    expect(certaintyOf('vanished', 10, { rungBefore: '108' })).toBe('observed');
  });
});
