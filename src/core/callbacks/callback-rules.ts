import type { CallView } from '../model/event.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';

/** Decides what the end of a customer's call, or a long enough part of it, means for the call that is owed. */

/** `talked`: a conversation that counts; `talked-briefly`: one that does not; `unanswered`: also where it is not known. */
export type CallEnd = 'abandoned' | 'abandoned-briefly' | 'talked' | 'talked-briefly' | 'unanswered';

export interface CallbackFacts {
  readonly open: boolean;
  readonly direction: 'inbound' | 'outbound';
  readonly end: CallEnd;
  readonly later: boolean;
}

export type CallbackStep = 'opens' | 'missed' | 'tried' | 'called-back' | 'reached-us' | null;

export const CALLBACK_STEPS = new RuleTable<CallbackFacts, CallbackStep>({
  title: 'What a call means for a call-back',
  facts: {
    open: { heading: 'open', meaning: 'a call-back of the customer is open', values: YES_NO },
    direction: {
      heading: 'direction',
      meaning: 'the direction of the call',
      values: { inbound: 'inbound', outbound: 'outbound' },
    },
    end: {
      heading: 'call',
      meaning:
        'how the call ended: `briefly` abandoned is certainly within `SHORT_ABANDON_MS`; a conversation counts from 10 s on, from 30 s where its answer was inferred, and is brief before that; what is not known is unanswered',
      values: {
        abandoned: 'abandoned',
        'abandoned-briefly': 'abandoned briefly',
        talked: 'a conversation',
        'talked-briefly': 'a brief conversation',
        unanswered: 'unanswered',
      },
    },
    later: {
      heading: 'later',
      meaning: 'the conversation began after the customer was missed last',
      values: YES_NO,
    },
  },
  outcome: { step: (step) => (step === null ? 'nothing' : `\`${step}\``) },
  rows: [
    {
      when: { direction: 'inbound', end: 'abandoned', open: false },
      then: 'opens',
      why: 'the customer hung up unheard',
    },
    { when: { direction: 'inbound', end: 'abandoned' }, then: 'missed', why: 'and has done so again' },
    { when: { open: false }, then: null, why: 'nothing is owed' },
    {
      when: { end: 'talked', later: true, direction: 'outbound' },
      then: 'called-back',
      why: 'the customer has been spoken to since',
    },
    { when: { end: 'talked', later: true }, then: 'reached-us', why: 'the customer got through' },
    {
      when: { end: 'talked-briefly', later: true },
      then: 'tried',
      why: 'so short it may have been a mailbox, or not the person whom the customer wanted',
    },
    { when: { direction: 'outbound', end: 'unanswered' }, then: 'tried', why: 'the customer did not answer' },
    {
      when: {},
      then: null,
      why: 'it says nothing of a conversation since: it was one of before, or the caller gave up at once',
    },
  ],
  impossible: [
    {
      when: { direction: 'outbound', end: 'abandoned' },
      why: 'only callers abandon',
    },
    { when: { direction: 'outbound', end: 'abandoned-briefly' }, why: 'only callers abandon' },
    { when: { end: 'abandoned', later: true }, why: 'without a conversation none began later' },
    { when: { end: 'abandoned-briefly', later: true }, why: 'without a conversation none began later' },
    { when: { end: 'unanswered', later: true }, why: 'without a conversation none began later' },
    { when: { open: false, later: true }, why: 'later than nothing' },
  ],
});

/** How long a conversation must have been to count. */
const TALK_MS = 10_000;
/** An answer that is inferred may be the agent's own: a click-to-call shows it before the customer answers. */
const TALK_AFTER_INFERRED_MS = 30_000;

export function talkThatCounts(answer: 'upstream' | 'observed' | 'inferred'): number {
  return answer === 'inferred' ? TALK_AFTER_INFERRED_MS : TALK_MS;
}

/** Whose calls concern call-backs. */
export function isOfCustomer({ direction }: Pick<CallView, 'direction'>): boolean {
  return direction !== 'local';
}
