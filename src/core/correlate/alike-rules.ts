import { RuleTable, YES_NO } from '../parts/rule-table.js';

/**
 * Two callers of one number, or who withhold it alike, in a queue: a leg that may be rung for either was given to the one who joined
 * first. What the queue says of them afterwards shows whose it was.
 */

export interface AlikeFacts {
  readonly talks: boolean;
  readonly own: 'waits' | 'answered' | 'left';
  readonly rangBefore: boolean;
  readonly other: 'waits' | 'answered';
  readonly asked: boolean;
}

export type Alike = 'keeps' | 'moves' | 'awaits';

export const ALIKE = new RuleTable<AlikeFacts, Alike>({
  title: 'Whose a leg is that may be rung for two callers alike',
  facts: {
    talks: { heading: 'talks', meaning: 'the leg was answered', values: YES_NO },
    own: {
      heading: 'its caller',
      meaning:
        'what the queue shows of the caller whose leg it was taken for. Answered: or it deleted the row, or named an agent in a queue that rings all. `left`: Abandoned, and the leg began after that',
      values: { waits: 'none of these', answered: 'Answered', left: '`left`' },
    },
    rangBefore: {
      heading: 'rang before',
      meaning: 'the extension had rung for its caller before that leg',
      values: YES_NO,
    },
    other: {
      heading: 'other caller',
      meaning:
        'what the queue shows of another one for whom the leg may be rung. Answered: since the leg was, and with no leg of its own that talks',
      values: { waits: 'Trying', answered: 'Answered' },
    },
    asked: {
      heading: 'queue asked',
      meaning: 'the queue was asked half a second after the leg was answered, or will not answer soon',
      values: YES_NO,
    },
  },
  outcome: {
    'the leg': (outcome) =>
      ({ keeps: 'is its caller’s', moves: 'is the other caller’s', awaits: 'answers no caller yet' })[
        outcome
      ],
  },
  rows: [
    { when: { own: 'answered' }, then: 'keeps', why: 'the queue says so' },
    {
      when: { talks: true, other: 'answered' },
      then: 'moves',
      why: 'the queue says which of them was answered',
    },
    {
      when: { own: 'left', rangBefore: true, other: 'waits' },
      then: 'moves',
      why: 'the queue rings its agents again, and one of the two waits there',
    },
    {
      when: { talks: true, own: 'waits', asked: false },
      then: 'awaits',
      why: 'the queue will say which of them was answered',
    },
    { when: {}, then: 'keeps', why: 'who joined first is rung for first' },
  ],
  impossible: [],
});
