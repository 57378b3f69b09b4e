import { describeTable } from '../../../test/support/rule-tables.js';
import { ALIKE, type AlikeFacts } from './alike-rules.js';

/** The agent talks, one of the two is Answered, and it is not the one to whom the leg was given. */
const OTHER_ANSWERED: AlikeFacts = {
  talks: true,
  own: 'waits',
  rangBefore: false,
  other: 'answered',
  asked: false,
};
const BOTH_WAIT: AlikeFacts = { ...OTHER_ANSWERED, other: 'waits' };
const RINGS_AGAIN: AlikeFacts = { ...BOTH_WAIT, talks: false, own: 'left', rangBefore: true };

describeTable(ALIKE, [
  [OTHER_ANSWERED, 'moves'],
  [{ ...OTHER_ANSWERED, asked: true }, 'moves'],
  [{ ...OTHER_ANSWERED, own: 'left' }, 'moves'],
  [{ ...OTHER_ANSWERED, own: 'answered' }, 'keeps'],
  [{ ...OTHER_ANSWERED, talks: false }, 'keeps'],

  [BOTH_WAIT, 'awaits'],
  [{ ...BOTH_WAIT, asked: true }, 'keeps'],
  [{ ...BOTH_WAIT, talks: false }, 'keeps'],
  [{ ...BOTH_WAIT, own: 'answered' }, 'keeps'],
  [{ ...BOTH_WAIT, own: 'left' }, 'keeps'],

  [RINGS_AGAIN, 'moves'],
  [{ ...RINGS_AGAIN, asked: true }, 'moves'],
  [{ ...RINGS_AGAIN, talks: true }, 'moves'],
  // What overflows rings extensions beside the queue's agents.
  [{ ...RINGS_AGAIN, rangBefore: false }, 'keeps'],
  [{ ...RINGS_AGAIN, own: 'waits' }, 'keeps'],
  [{ ...RINGS_AGAIN, own: 'answered' }, 'keeps'],
  [{ ...RINGS_AGAIN, other: 'answered' }, 'keeps'],
]);
