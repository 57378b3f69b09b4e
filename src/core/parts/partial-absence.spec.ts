import { describeTable } from '../../../test/support/rule-tables.js';
import { type LackFacts, PART_LACKS } from './partial-absence.js';

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
