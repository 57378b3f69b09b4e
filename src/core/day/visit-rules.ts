import { RuleTable, YES_NO } from '../parts/rule-table.js';
import type { QueueVisit } from './story.js';

/** Decides how a caller's visit in a queue ended. */

export interface VisitFacts {
  readonly said: boolean;
  readonly answered: boolean;
  readonly overflowed: boolean;
  readonly left: boolean;
  readonly over: 'no' | 'abandoned' | 'otherwise';
  readonly row: 'listed' | 'vanished' | 'abandoned';
}

export const VISIT_ENDS = new RuleTable<VisitFacts, QueueVisit['how']>({
  title: 'How a visit in a queue ends',
  facts: {
    said: { heading: 'said', meaning: 'the row of the queue said Answered', values: YES_NO },
    answered: {
      heading: 'answered',
      meaning: 'the call was answered, or transferred to an agent, while the caller was in the queue',
      values: YES_NO,
    },
    overflowed: {
      heading: 'overflowed',
      meaning: 'the row was Abandoned, and a leg that began then or later talks',
      values: YES_NO,
    },
    left: {
      heading: 'left',
      meaning: 'the call has gone on without this entry: its caller is in another queue or in none',
      values: YES_NO,
    },
    over: {
      heading: 'call over',
      meaning: 'the call has ended; `abandoned` is its outcome',
      values: { no: 'no', abandoned: '`abandoned`', otherwise: 'otherwise' },
    },
    row: {
      heading: 'row',
      meaning: 'what the last queue answer showed of it',
      values: { listed: 'listed', vanished: 'vanished', abandoned: 'Abandoned' },
    },
  },
  outcome: { 'the visit': (how) => (how === null ? 'goes on' : how) },
  rows: [
    { when: { said: true }, then: 'answered', why: 'the queue says so' },
    {
      when: { overflowed: true },
      then: 'flowed-out',
      why: 'the queue had let the caller go before somebody answered',
    },
    { when: { left: true }, then: 'flowed-out', why: 'the caller is elsewhere, and no agent had answered' },
    { when: { answered: true }, then: 'answered', why: 'the caller was in this queue when it was answered' },
    { when: { over: 'no' }, then: null, why: 'the caller waits' },
    { when: { over: 'abandoned' }, then: 'abandoned', why: 'the call was' },
    {
      when: { row: 'abandoned' },
      then: 'abandoned',
      why: 'an earlier part of the call was answered; its caller then hung up in this queue',
    },
    { when: {}, then: 'unknown', why: 'the queue deletes a row without saying how it ended' },
  ],
  impossible: [
    { when: { overflowed: true, row: 'listed' }, why: 'its row is Abandoned' },
    { when: { overflowed: true, row: 'vanished' }, why: 'its row is Abandoned' },
    { when: { overflowed: true, answered: false }, why: 'the leg that talks answers the call' },
  ],
});
