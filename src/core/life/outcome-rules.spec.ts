import { describeTable } from '../../../test/support/rule-tables.js';
import { CALL_OUTCOMES, type OutcomeFacts } from './outcome-rules.js';

/** An inbound call that was not answered and has no part left. */
const RANG: OutcomeFacts = {
  cameBack: false,
  partLeft: false,
  answered: false,
  entry: 'none',
  inbound: true,
};

describeTable(CALL_OUTCOMES, [
  [{ ...RANG, partLeft: true }, null],
  [{ ...RANG, partLeft: true, answered: true }, null],
  [{ ...RANG, partLeft: true, entry: 'listed' }, null],
  [{ ...RANG, partLeft: true, entry: 'vanished' }, null],
  [{ ...RANG, partLeft: true, entry: 'abandoned' }, null],
  [{ ...RANG, partLeft: true, inbound: false }, null],

  [{ ...RANG, answered: true }, 'answered'],
  [{ ...RANG, answered: true, inbound: false }, 'answered'],
  [{ ...RANG, answered: true, entry: 'vanished' }, 'answered'],
  [{ ...RANG, answered: true, entry: 'abandoned' }, 'answered'],
  [{ ...RANG, answered: true, entry: 'listed', partLeft: true, cameBack: true }, 'answered'],

  [{ ...RANG, cameBack: true, entry: 'vanished' }, 'abandoned'],
  [{ ...RANG, cameBack: true, entry: 'vanished', partLeft: true }, 'abandoned'],
  [{ ...RANG, cameBack: true, entry: 'listed', partLeft: true }, 'abandoned'],

  [{ ...RANG, entry: 'listed' }, 'unknown'],
  [{ ...RANG, entry: 'listed', answered: true }, 'answered'],
  [{ ...RANG, entry: 'vanished' }, 'unknown'],
  [{ ...RANG, entry: 'abandoned' }, 'abandoned'],
  [{ ...RANG, entry: 'abandoned', inbound: false }, 'abandoned'],
  [RANG, 'abandoned'],
  [{ ...RANG, inbound: false }, 'no-answer'],
]);
