import { describeTable } from '../../../test/support/rule-tables.js';
import { VISIT_ENDS, type VisitFacts } from './visit-rules.js';

const WAITS: VisitFacts = {
  said: false,
  answered: false,
  overflowed: false,
  left: false,
  over: 'no',
  row: 'listed',
};

describeTable(VISIT_ENDS, [
  [WAITS, null],
  [{ ...WAITS, row: 'vanished' }, null],
  [{ ...WAITS, row: 'abandoned' }, null],

  [{ ...WAITS, said: true }, 'answered'],
  [{ ...WAITS, said: true, left: true }, 'answered'],
  [{ ...WAITS, said: true, over: 'abandoned', row: 'abandoned' }, 'answered'],
  [{ ...WAITS, said: true, answered: true, overflowed: true, row: 'abandoned' }, 'answered'],
  [{ ...WAITS, answered: true }, 'answered'],
  [{ ...WAITS, answered: true, row: 'abandoned' }, 'answered'],
  [{ ...WAITS, answered: true, over: 'otherwise', row: 'vanished' }, 'answered'],

  [{ ...WAITS, answered: true, overflowed: true, row: 'abandoned' }, 'flowed-out'],
  [{ ...WAITS, left: true }, 'flowed-out'],
  [{ ...WAITS, left: true, answered: true }, 'flowed-out'],
  [{ ...WAITS, left: true, over: 'abandoned' }, 'flowed-out'],
  [{ ...WAITS, left: true, over: 'otherwise', row: 'abandoned' }, 'flowed-out'],

  [{ ...WAITS, over: 'abandoned' }, 'abandoned'],
  [{ ...WAITS, over: 'abandoned', row: 'vanished' }, 'abandoned'],
  [{ ...WAITS, over: 'otherwise', row: 'abandoned' }, 'abandoned'],

  [{ ...WAITS, over: 'otherwise' }, 'unknown'],
  [{ ...WAITS, over: 'otherwise', row: 'vanished' }, 'unknown'],
]);
