import { describe, expect, it } from '@jest/globals';
import { at, monitorAnswer } from '../../../test/support/parts.js';
import { describeTable } from '../../../test/support/rule-tables.js';
import type { Incomplete } from '../model/call.js';
import { lackOf, type LackFacts, PART_LACKS } from './partial-absence.js';

const LEG: LackFacts = {
  mayHide: true,
  kind: 'leg',
  idle: false,
  partial: 'shortly',
  missing: 'shortly',
};
const IDLE: LackFacts = { ...LEG, idle: true };
const ENTRY: LackFacts = { ...LEG, kind: 'entry' };
const LONG = { partial: 'long', missing: 'long' } as const;
const VERY_LONG = { partial: 'long', missing: 'very long' } as const;

describeTable(PART_LACKS, [
  [{ ...LEG, mayHide: false }, 'absent'],
  [{ ...ENTRY, mayHide: false }, 'absent'],
  [{ ...IDLE, ...LONG, mayHide: false }, 'absent'],

  [LEG, 'nothing'],
  [{ ...LEG, ...LONG }, 'nothing'],
  [{ ...LEG, ...VERY_LONG }, 'doubtful'],
  [IDLE, 'nothing'],
  [{ ...IDLE, partial: 'long' }, 'doubtful'],
  [{ ...IDLE, ...LONG }, 'doubtful'],

  [ENTRY, 'nothing'],
  [{ ...ENTRY, partial: 'long' }, 'nothing'],
  [{ ...ENTRY, ...LONG }, 'doubtful'],
  [{ ...ENTRY, ...VERY_LONG }, 'doubtful'],
]);

describe('a part that a partial answer lacks', () => {
  const entry = { key: 'entry', extension: null };
  const leg = { key: '107|leg-1', extension: '107' };
  const answer = {
    ...monitorAnswer([], ['107'], 1_000),
    outcome: 'partial' as const,
    unreadable: new Set(['row']),
  };
  /** Partial since second 10, with a row that cannot be read since then, and both parts missing since second 12. */
  const run: Incomplete = {
    since: at(10),
    polls: 9,
    answered: true,
    partialSince: at(10),
    last: { startedAt: at(999), at: at(1_000), whole: true },
    lastWhole: at(999),
    unreadable: new Map([['row', at(10)]]),
    appeared: new Map(),
    missing: new Map([entry, leg].map(({ key }) => [key, { lastPresent: at(11), since: at(12) }])),
  };
  const lack = (part: typeof entry | typeof leg, given: Partial<Incomplete>) =>
    lackOf(part, answer, { ...run, ...given });

  it('has been missing for as long as partial answers have come without an outage', () => {
    const since = (part: typeof entry | typeof leg, seconds: number) =>
      lack(part, { partialSince: at(1_000 - seconds) });
    expect([59.999, 60].map((seconds) => since(entry, seconds))).toEqual(['nothing', 'doubtful']);
    expect([59.999, 60].map((seconds) => since(leg, seconds))).toEqual(['nothing', 'doubtful']);
    expect(lack(entry, { partialSince: null })).toBe('nothing');
    const busy = { ...leg, extension: '108' };
    expect([899.999, 900].map((seconds) => since(busy, seconds))).toEqual(['nothing', 'doubtful']);
  });

  it('is absent if every unreadable row was there in an answer before the first one with the part', () => {
    const appeared = (seconds: number) =>
      lack(entry, { appeared: new Map([['entry', at(seconds)]]), partialSince: at(990) });
    expect([10, 10.001].map(appeared)).toEqual(['nothing', 'absent']);
    expect(lack(entry, { unreadable: new Map() })).toBe('absent');
  });
});
