import type {
  Call,
  Leg,
  OfferOutcome,
  Participant,
  Policy,
  QueueEntry,
  ConnectedParticipant,
} from '../model/call.js';
import { pendingAbsence } from '../parts/part.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';
import { isAfter, isSeenLater, lastOf, whenGone, type Window } from '../parts/window.js';

/**
 * An offer is one extension ringing for a call, with however many legs: from `call-offered`, the moment for a screen pop, to
 * `call-offer-ended`, the moment to close it.
 */

/** Callers' own legs and outbound ones do not ring for anybody. */
export function isOffered({ seen, state }: Leg): boolean {
  return (
    state === 'ringing' &&
    seen.signal === 'ringing' &&
    seen.role === 'callee' &&
    seen.direction !== 'outbound'
  );
}

export function legsAt({ extension }: Participant, legs: readonly Leg[]): readonly Leg[] {
  // Nearly every call has one leg: then the list of them will do.
  if (legs.length === 1 && legs[0]!.seen.extension === extension) return legs;
  return legs.filter((leg) => leg.seen.extension === extension);
}

export function isAnswered(leg: Leg): boolean {
  return leg.state === 'answered';
}

export interface OfferFacts {
  readonly ringsAgain: boolean;
  readonly answeredHere: boolean;
  readonly over: boolean;
  readonly answered: boolean;
  readonly legs: 'ringing' | 'missing' | 'gone';
  readonly pending: boolean;
  readonly connectedKnown: boolean;
  readonly named: boolean;
  readonly rangOn: boolean;
}

/** How an offer ended; `isDeduced`: no poll saw it, so that its time is inferred. Null while it goes on, or is ambiguous. */
export type OfferEnd = { readonly outcome: OfferOutcome; readonly isInferred: boolean } | null;

export const OFFER_ENDS = new RuleTable<OfferFacts, OfferEnd>({
  title: 'How an offer ends',
  facts: {
    ringsAgain: {
      heading: 'rings again',
      meaning: 'the extension rings with a new leg, its earlier ones are missing or gone',
      values: YES_NO,
    },
    answeredHere: {
      heading: 'answered here',
      meaning: 'a leg of the extension was answered',
      values: YES_NO,
    },
    over: { heading: 'call over', meaning: 'the call has ended', values: YES_NO },
    answered: {
      heading: 'call answered',
      meaning: 'the call was answered, at whatever extension',
      values: YES_NO,
    },
    legs: {
      heading: 'its legs',
      meaning: 'the legs of the extension in this call. `missing`: not confirmed as gone',
      values: { ringing: 'there', missing: '`missing`', gone: 'gone' },
    },
    pending: {
      heading: 'part missing',
      meaning: 'some part of the call is missing and not confirmed as gone',
      values: YES_NO,
    },
    connectedKnown: {
      heading: 'participant known',
      meaning:
        'a poll has shown a leg of the call that talks; without one, only the queue says that it was answered',
      values: YES_NO,
    },
    named: { heading: 'named', meaning: 'the queue entry names the agent of this extension', values: YES_NO },
    rangOn: {
      heading: 'rang on',
      meaning:
        'it rang on after the connected participant had gone or, where none is known, after the queue entry had',
      values: YES_NO,
    },
  },
  outcome: {
    outcome: (end) => (end === null ? 'none yet' : `\`${end.outcome}\``),
    certainty: (end) => (end === null ? '' : end.isInferred ? '`inferred`' : 'as its legs were seen'),
  },
  rows: [
    {
      when: { ringsAgain: true },
      then: { outcome: 'not-answered', isInferred: false },
      why: 'an extension rings for one offer at a time: the next one begins',
    },
    {
      when: { answeredHere: true },
      then: { outcome: 'answered', isInferred: false },
      why: 'however the call went on',
    },
    {
      when: { over: true, answered: false },
      then: { outcome: 'caller-left', isInferred: false },
      why: 'it rang until the caller left',
    },
    { when: { over: false, legs: 'ringing' }, then: null, why: 'it still rings' },
    {
      when: { over: true, legs: 'ringing' },
      then: { outcome: 'answered-elsewhere', isInferred: false },
      why: 'the caller is back as another call, which the leg now rings for',
    },
    {
      when: { over: false, legs: 'missing', connectedKnown: false },
      then: null,
      why: 'the leg may come back, or come back answered',
    },
    {
      when: { answered: true, connectedKnown: false, named: true },
      then: { outcome: 'answered', isInferred: true },
      why: 'no poll saw who talks, but the queue names the agent',
    },
    {
      when: { answered: true, rangOn: false },
      then: { outcome: 'answered-elsewhere', isInferred: false },
      why: 'it stopped ringing as somebody else answered, or after that',
    },
    {
      when: { over: true },
      then: { outcome: 'caller-left', isInferred: false },
      why: 'it rang until the call was over',
    },
    {
      when: { pending: true },
      then: null,
      why: 'the caller may have left: then that is why it stopped ringing',
    },
    {
      when: {},
      then: { outcome: 'not-answered', isInferred: false },
      why: 'the call goes on without an answer here',
    },
  ],
  impossible: [
    { when: { ringsAgain: true, answeredHere: true }, why: 'an answer had ended the offer' },
    { when: { ringsAgain: true, over: true }, why: 'a call that gets a leg goes on' },
    { when: { ringsAgain: true, legs: 'missing' }, why: 'the new leg is there' },
    { when: { ringsAgain: true, legs: 'gone' }, why: 'the new leg is there' },
    { when: { answeredHere: true, answered: false }, why: 'an answer here answers the call' },
    { when: { connectedKnown: true, answered: false }, why: 'a leg that talks answers the call' },
    { when: { legs: 'missing', pending: false }, why: 'that leg is such a part' },
    { when: { rangOn: true, answered: false }, why: 'there is no connected participant' },
    { when: { rangOn: true, legs: 'ringing' }, why: 'it still rings' },
  ],
});

/**
 * @param call the call without the legs that are gone
 * @param gone the legs that went in this cycle
 */
export function offerFacts(
  participant: Participant,
  call: Call,
  gone: readonly Leg[],
  over: boolean,
  policy: Policy,
): OfferFacts {
  const { entry, connected } = call;
  const own = legsAt(participant, call.legs);
  const answered = call.answeredAt !== null;
  const legs = own.length === 0 ? 'gone' : own.every(isMissing) ? 'missing' : 'ringing';
  return {
    ringsAgain: false,
    answeredHere: own.some(isAnswered) || legsAt(participant, gone).some(isAnswered),
    over,
    answered,
    legs,
    pending: pendingAbsence(call, policy),
    connectedKnown: connected !== null,
    named: participant.agentName !== null && entry?.seen.agentName === participant.agentName,
    rangOn: answered && legs !== 'ringing' && rangOn(participant, call, gone),
  };
}

/** When the extension stopped ringing: the last of its legs to go. Null while one still rings, or was answered. */
export function whenRingingStopped(participant: Participant, legs: readonly Leg[]): Window | null {
  const own = legsAt(participant, legs);
  if (own.length === 0)
    return participant.ringingStopped === null ? null : whenGone(participant.ringingStopped);
  return own.every(isMissing) ? lastOf(own.map(absenceOf)) : null;
}

function isMissing({ absence }: Leg): boolean {
  return absence !== null;
}

function absenceOf({ absence }: Leg): Window {
  return whenGone(absence!);
}

function rangOn(participant: Participant, { connected, entry, legs }: Call, gone: readonly Leg[]): boolean {
  const all = [...legs, ...gone];
  const own = whenRingingStopped(participant, all);
  return connected === null ? rangOnAfterEntry(entry, own) : rangOnAfterConnected(connected, all, own);
}

/** It was seen to ring when the entry was gone, which the queue deletes as the agent who answered rings off. */
function rangOnAfterEntry(entry: QueueEntry | null, stopped: Window | null): boolean {
  return stopped !== null && entry?.absence?.kind === 'vanished' && isAfter(stopped, whenGone(entry.absence));
}

/** It stopped ringing only after the leg that talked had gone, if at all. */
function rangOnAfterConnected(
  { extension }: ConnectedParticipant,
  legs: readonly Leg[],
  stopped: Window | null,
): boolean {
  const connectedLegs = legs.filter((leg) => leg.seen.extension === extension);
  if (!connectedLegs.every(isMissing)) return false;
  if (stopped === null || connectedLegs.length === 0) return true;
  return isSeenLater(stopped, lastOf(connectedLegs.map(absenceOf)));
}
