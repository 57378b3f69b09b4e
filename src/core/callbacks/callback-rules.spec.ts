import { describeTable } from '../../../test/support/rule-tables.js';
import { CALLBACK_STEPS, type CallbackFacts, talkThatCounts } from './callback-rules.js';

const MISSED: CallbackFacts = { open: false, direction: 'inbound', end: 'abandoned', later: false };
const OPEN: CallbackFacts = { ...MISSED, open: true };
const OUT: CallbackFacts = { ...OPEN, direction: 'outbound' };

describeTable(CALLBACK_STEPS, [
  [MISSED, 'opens'],
  [OPEN, 'missed'],
  [{ ...MISSED, end: 'abandoned-briefly' }, null],
  [{ ...OPEN, end: 'abandoned-briefly' }, null],
  [{ ...MISSED, end: 'talked' }, null],
  [{ ...MISSED, end: 'talked-briefly' }, null],
  [{ ...MISSED, end: 'unanswered' }, null],
  [{ ...OUT, open: false, end: 'talked' }, null],
  [{ ...OUT, open: false, end: 'talked-briefly' }, null],
  [{ ...OUT, open: false, end: 'unanswered' }, null],
  [{ ...OUT, end: 'talked', later: true }, 'called-back'],
  [{ ...OPEN, end: 'talked', later: true }, 'reached-us'],
  [{ ...OUT, end: 'talked' }, null],
  [{ ...OPEN, end: 'talked' }, null],
  [{ ...OUT, end: 'talked-briefly', later: true }, 'tried'],
  [{ ...OPEN, end: 'talked-briefly', later: true }, 'tried'],
  [{ ...OUT, end: 'talked-briefly' }, null],
  [{ ...OPEN, end: 'talked-briefly' }, null],
  [{ ...OUT, end: 'unanswered' }, 'tried'],
  [{ ...OPEN, end: 'unanswered' }, null],
]);

describe('a conversation', () => {
  it('counts from 10 s on, and from 30 s where its answer was only inferred', () => {
    expect(['upstream', 'observed', 'inferred'].map((of) => talkThatCounts(of as 'observed'))).toEqual([
      10_000, 10_000, 30_000,
    ]);
  });
});
