import type { Call, Outcome } from '../model/call.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { isAfterCallerLeft } from '../parts/overflow.js';
import { isGone } from '../parts/part.js';
import { isOverdue } from '../parts/staleness.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';

/** Decides whether a call has ended, and with which outcome. */

/** The state of the call's current queue entry: `listed` while its row is there and not Abandoned. */
export type EntryState = 'none' | 'listed' | 'vanished' | 'abandoned';

export const ENTRY_WORDS: Readonly<Record<EntryState, string>> = {
  none: 'none',
  listed: 'listed',
  vanished: 'vanished',
  abandoned: 'Abandoned',
};

export interface OutcomeFacts {
  readonly cameBack: boolean;
  readonly partLeft: boolean;
  readonly answered: boolean;
  readonly entry: EntryState;
  readonly inbound: boolean;
}

export const CALL_OUTCOMES = new RuleTable<OutcomeFacts, Outcome | null>({
  title: 'How a call ends',
  facts: {
    cameBack: {
      heading: 'came back',
      meaning:
        'the caller is back on the same row of the queue, as another call, before a poll showed the end of this one',
      values: YES_NO,
    },
    partLeft: {
      heading: 'part left',
      meaning:
        'a leg or the queue entry is there, or is missing and not confirmed as gone, or a consultation holds the call open. A row that has been stale for long is no part, nor is a leg of the queue when its caller has gone',
      values: YES_NO,
    },
    answered: { heading: 'answered', meaning: 'the call was answered', values: YES_NO },
    entry: {
      heading: 'queue entry',
      meaning: 'what the last queue answer showed of it',
      values: ENTRY_WORDS,
    },
    inbound: { heading: 'inbound', meaning: 'the direction of the call', values: YES_NO },
  },
  outcome: { outcome: (outcome) => (outcome === null ? 'the call goes on' : `\`${outcome}\``) },
  rows: [
    {
      when: { cameBack: false, partLeft: true },
      then: null,
      why: 'further polls must confirm first that a missing part is gone',
    },
    {
      when: { answered: true },
      then: 'answered',
      why: 'a conversation took place; who ended it is not known',
    },
    { when: { cameBack: true }, then: 'abandoned', why: 'to come back, the caller must have left' },
    {
      when: { entry: 'listed' },
      then: 'unknown',
      why: 'only the row is left, and it says nothing',
    },
    {
      when: { entry: 'vanished' },
      then: 'unknown',
      why: 'the queue deletes a row without saying whether its caller was answered',
    },
    { when: { entry: 'abandoned' }, then: 'abandoned', why: 'the queue says so' },
    {
      when: { entry: 'none', inbound: true },
      then: 'abandoned',
      why: 'the extensions stopped ringing without an answer',
    },
    { when: {}, then: 'no-answer', why: 'an outbound or a local call' },
  ],
  impossible: [
    { when: { cameBack: true, entry: 'none' }, why: 'a caller comes back to the row of the queue entry' },
  ],
});

export function outcomeFacts(
  call: Call,
  { cameBack, isLeft }: { readonly cameBack: boolean; readonly isLeft: boolean },
  cycle: CycleFacts,
): OutcomeFacts {
  const { answeredAt, direction } = call;
  return {
    cameBack,
    partLeft: isPartLeft(call, isLeft, cycle),
    answered: answeredAt !== null,
    entry: entryState(call),
    inbound: direction === 'inbound',
  };
}

function isPartLeft(call: Call, isLeft: boolean, cycle: CycleFacts): boolean {
  const { legs, entry, consultation } = call;
  if (consultation !== null) return !isLeft;
  if (legs.some((leg) => !isAfterCallerLeft(leg, call))) return true;
  return entry !== null && !isGone(entry, cycle.policy) && !isOverdue(call, cycle);
}

export function entryState({ entry }: Call): EntryState {
  return entry === null ? 'none' : (entry.absence?.kind ?? 'listed');
}
