import type {
  Call,
  Leg,
  OfferOutcome,
  Participant,
  QueueEntry,
  ConnectedParticipant,
} from '../model/call.js';
import { agentNamesOf, isNamed as isNamedAs } from '../parts/agents.js';
import { awaitsQueue, type CycleFacts } from '../parts/cycle-facts.js';
import { pendingAbsence } from '../parts/part.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';
import { isAfter, lastOf, outlasts, whenGone, type Window } from '../parts/window.js';

/**
 * An offer is one ringing of one extension for a call, with one leg or more. It lasts from `call-offered`, when a client
 * opens the customer's page, to `call-offer-ended`, when it closes that page.
 */

/** Whether the leg is an offer: it rings, and it is neither the caller's own nor outbound. */
export function isOffered({ seen, state }: Leg): boolean {
  return (
    state === 'ringing' &&
    seen.signal === 'ringing' &&
    seen.role === 'callee' &&
    seen.direction !== 'outbound'
  );
}

/** Whether the leg does not ring yet. One that shows an unknown word after it has rung looks the same. */
export function isCreated({ seen, state }: Leg): boolean {
  return state === 'ringing' && seen.signal === 'unclear';
}

export function legsAt({ extension }: Participant, legs: readonly Leg[]): readonly Leg[] {
  // Nearly every call has one leg: then its list is returned as it is.
  if (legs.length === 1 && legs[0]!.seen.extension === extension) return legs;
  return legs.filter((leg) => leg.seen.extension === extension);
}

/** The legs of the extension's open offer. Where a ringing has stopped, one that does not ring yet is of the next one. */
function offeredLegs(participant: Participant, legs: readonly Leg[]): readonly Leg[] {
  const own = legsAt(participant, legs);
  return participant.ringingStopped === null ? own : own.filter((leg) => !isCreated(leg));
}

function isAnswered(leg: Leg): boolean {
  return leg.state === 'answered';
}

/** Whether the leg talks. One that talked and is missing may be over, and the extension may ring again. */
export function talks(leg: Leg): boolean {
  return isAnswered(leg) && !isMissing(leg);
}

export interface OfferFacts {
  readonly ringsAgain: boolean;
  readonly moved: boolean;
  readonly answeredHere: boolean;
  readonly over: boolean;
  readonly answered: boolean;
  readonly legs: 'ringing' | 'missing' | 'gone';
  readonly pending: boolean;
  readonly connectedKnown: boolean;
  readonly named: boolean;
  readonly deduced: boolean;
  readonly keptRinging: boolean;
}

/**
 * How an offer ended. `isInferred`: no poll showed the end. Null while the offer goes on, or while its end is ambiguous.
 */
export type OfferEnd = { readonly outcome: OfferOutcome; readonly isInferred: boolean } | null;

export const OFFER_ENDS = new RuleTable<OfferFacts, OfferEnd>({
  title: 'How an offer ends',
  facts: {
    ringsAgain: {
      heading: 'rings again',
      meaning: 'the extension rings with a new leg, and its earlier legs are missing or gone',
      values: YES_NO,
    },
    moved: {
      heading: 'moved on',
      meaning:
        'the call is a consultation, and the leg of the extension talks on with the customer who was transferred',
      values: YES_NO,
    },
    answeredHere: {
      heading: 'answered here',
      meaning: 'a leg of the extension was answered; not one that is missing while another rings',
      values: YES_NO,
    },
    over: {
      heading: 'call over',
      meaning:
        'the call has ended; or nothing is left of it but the row of its queue entry, which is Answered, although the agent has gone: the queue deletes it then, if at all',
      values: YES_NO,
    },
    answered: {
      heading: 'call answered',
      meaning: 'the call was answered, at any extension',
      values: YES_NO,
    },
    legs: {
      heading: 'its legs',
      meaning: 'the legs of the extension in this call. `missing`: not confirmed as gone',
      values: { ringing: 'there', missing: '`missing`', gone: 'gone' },
    },
    pending: {
      heading: 'part missing',
      meaning:
        'some part of the call is missing and not confirmed as gone; or the queue entry is listed, and the queue was not asked again since the extension stopped ringing, for 10 s at most; or another leg talks, and the next poll shows with whom',
      values: YES_NO,
    },
    connectedKnown: {
      heading: 'connected known',
      meaning:
        'a poll has shown an answered leg of the call, and the extension is not the connected participant’s, who was called again; without one, only the queue says that the call was answered',
      values: YES_NO,
    },
    named: {
      heading: 'named',
      meaning: 'the queue entry names the agent of this extension, or no other extension can have answered',
      values: YES_NO,
    },
    deduced: {
      heading: 'deduced',
      meaning: 'no poll showed the answer; it follows from what came after it',
      values: YES_NO,
    },
    keptRinging: {
      heading: 'kept ringing',
      meaning:
        'it began to ring after the answer, and still rang when the connected participant had gone or, if none is known, when the queue entry had gone',
      values: YES_NO,
    },
  },
  outcome: {
    outcome: (end) => (end === null ? 'none yet' : `\`${end.outcome}\``),
    certainty: (end) =>
      end === null
        ? ''
        : end.isInferred
          ? '`inferred`'
          : '`observed`, or `inferred` while the monitor is unavailable',
  },
  rows: [
    {
      when: { ringsAgain: true },
      then: { outcome: 'not-answered', isInferred: false },
      why: 'an extension has one offer at a time, and the next one begins',
    },
    {
      when: { moved: true, answeredHere: false },
      then: { outcome: 'answered', isInferred: true },
      why: 'it answered, but not the call that rang',
    },
    {
      when: { answeredHere: true },
      then: { outcome: 'answered', isInferred: false },
      why: 'what the call did after that does not matter',
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
      why: 'the caller is back as another call, and the leg rings for that call now',
    },
    {
      when: { over: false, legs: 'missing', connectedKnown: false },
      then: null,
      why: 'the leg may come back, or come back answered',
    },
    {
      when: { deduced: true, named: true },
      then: { outcome: 'answered', isInferred: true },
      why: 'only this extension can have answered',
    },
    {
      when: { deduced: true },
      then: { outcome: 'answered-elsewhere', isInferred: true },
      why: 'another extension answered, or one of those that rang: no poll shows which',
    },
    {
      when: { answered: true, connectedKnown: false, named: true },
      then: { outcome: 'answered', isInferred: true },
      why: 'no poll showed who is connected, but the queue names the agent',
    },
    {
      when: { answered: true, keptRinging: false },
      then: { outcome: 'answered-elsewhere', isInferred: false },
      why: 'it stopped ringing when another extension answered, or after that',
    },
    {
      when: { over: true },
      then: { outcome: 'caller-left', isInferred: false },
      why: 'it rang until the call was over',
    },
    {
      when: { pending: true },
      then: null,
      why: 'the caller may have left, which would be why it stopped ringing',
    },
    {
      when: {},
      then: { outcome: 'not-answered', isInferred: false },
      why: 'the call goes on without an answer here',
    },
  ],
  impossible: [
    { when: { ringsAgain: true, answeredHere: true }, why: 'the answer ended the offer' },
    { when: { ringsAgain: true, over: true }, why: 'a call with a new leg goes on' },
    { when: { ringsAgain: true, legs: 'missing' }, why: 'the new leg is there' },
    { when: { ringsAgain: true, legs: 'gone' }, why: 'the new leg is there' },
    { when: { moved: true, legs: 'ringing' }, why: 'the leg has left the call' },
    { when: { moved: true, legs: 'missing' }, why: 'the leg has left the call' },
    { when: { moved: true, deduced: true }, why: 'a call with a queue entry is no consultation' },
    { when: { answeredHere: true, answered: false }, why: 'an answer here answers the call' },
    { when: { connectedKnown: true, answered: false }, why: 'an answered leg answers the call' },
    {
      when: { legs: 'missing', pending: false, answeredHere: false },
      why: 'that leg is such a part of the call, unless it talked and is held',
    },
    { when: { keptRinging: true, answered: false }, why: 'there is no connected participant' },
    { when: { keptRinging: true, legs: 'ringing' }, why: 'it still rings' },
    { when: { deduced: true, answered: false }, why: 'there is no answer' },
    { when: { deduced: true, answeredHere: true }, why: 'a poll showed that answer' },
    { when: { deduced: true, keptRinging: true }, why: 'all legs had stopped ringing' },
    { when: { deduced: true, legs: 'ringing' }, why: 'all legs had stopped ringing' },
    { when: { deduced: true, legs: 'missing' }, why: 'all legs had stopped ringing' },
  ],
});

/** What a cycle knows of a call beside its state. */
export interface OfferCycle {
  /** The legs that went in this cycle. */
  readonly gone: readonly Leg[];
  readonly over: boolean;
  /** The answer was deduced in this cycle. */
  readonly isDeduced: boolean;
  /** The extension whose leg has moved on from this call, a consultation. */
  readonly movedFrom: string | null;
  /** A leg of the call talks, and the next poll shows with whom. */
  readonly isUndecided: boolean;
  readonly facts: CycleFacts;
}

/** @param call the call without the legs that are gone */
export function offerFacts(
  participant: Participant,
  call: Call,
  { gone, over, isDeduced, movedFrom, isUndecided, facts }: OfferCycle,
): OfferFacts {
  const { entry, connected } = call;
  const own = offeredLegs(participant, call.legs);
  const answered = call.answeredAt !== null;
  const legs = own.length === 0 ? 'gone' : own.every(isMissing) ? 'missing' : 'ringing';
  return {
    ringsAgain: false,
    moved: movedFrom === participant.extension,
    // A leg that is answered after its caller has left answers nothing.
    answeredHere: answered && ringingNow(own, legsAt(participant, gone)).some(isAnswered),
    over: over || (answered && legs === 'gone' && isOnlyRowLeft(call, gone)),
    answered,
    legs,
    pending: isUndecided || pendingAbsence(call, facts.policy) || mayHaveLeft(participant, call, gone, facts),
    connectedKnown: connected !== null && connected.extension !== participant.extension,
    named: isDeduced
      ? connected?.extension === participant.extension
      : connected?.extension !== participant.extension && isNamed(participant, entry, facts),
    deduced: isDeduced,
    keptRinging:
      answered &&
      !isDeduced &&
      !participant.elsewhere &&
      legs !== 'ringing' &&
      keptRinging(participant, call, gone),
  };
}

/** Whether all that is left is the row of the queue, whose agent had gone before these legs went. */
function isOnlyRowLeft({ legs, entry, connected }: Call, gone: readonly Leg[]): boolean {
  if (legs.length > 0 || entry === null || entry.absence !== null || !entry.answered) return false;
  return connected !== null && !gone.some(({ seen }) => seen.extension === connected.extension);
}

/** The legs of an offer: where one is there, a missing one at the same extension is of an earlier talk. */
function ringingNow(own: readonly Leg[], gone: readonly Leg[]): readonly Leg[] {
  const present = own.filter((leg) => !isMissing(leg));
  return present.length > 0 ? present : [...own, ...gone];
}

/** Whether the ringing stopped, and the queue has not said since then that the caller is still there. */
function mayHaveLeft(
  participant: Participant,
  { entry, legs }: Call,
  gone: readonly Leg[],
  facts: CycleFacts,
): boolean {
  if (entry === null || entry.absence !== null) return false;
  const stopped = whenRingingStopped(participant, [...legs, ...gone]);
  return stopped !== null && awaitsQueue(facts, entry.seen.key, stopped);
}

/**
 * Whether the queue names this participant's agent: by a name of the extension's, which two endpoints may encode differently, or by
 * one of which it is known at which extension it is.
 */
function isNamed(participant: Participant, entry: QueueEntry | null, { extensionOf }: CycleFacts): boolean {
  const names = entry === null ? [] : agentNamesOf(entry.seen);
  return isNamedAs(participant, names) || extensionOf(names) === participant.extension;
}

/** The window in which the last leg of the extension went. Null while one of its legs is there. */
export function whenRingingStopped(participant: Participant, legs: readonly Leg[]): Window | null {
  const own = offeredLegs(participant, legs);
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

function keptRinging(
  participant: Participant,
  { connected, entry, legs }: Call,
  gone: readonly Leg[],
): boolean {
  const all = [...legs, ...gone];
  const own = whenRingingStopped(participant, all);
  // Its talk was over before it was called again.
  if (connected?.extension === participant.extension) return true;
  const isNext = ({ seen, state, joined }: Leg) =>
    state === 'answered' && joined !== 'listens' && seen.extension !== connected?.extension;
  if (connected !== null && all.some(isNext)) return false;
  return connected === null
    ? keptRingingAfterEntry(entry, own)
    : keptRingingAfterConnected(connected, all, own);
}

/** Whether it still rang when the entry had gone. The queue deletes an entry when the agent who answered hangs up. */
function keptRingingAfterEntry(entry: QueueEntry | null, stopped: Window | null): boolean {
  return stopped !== null && entry?.absence?.kind === 'vanished' && isAfter(stopped, whenGone(entry.absence));
}

/** Whether it still rang when the connected participant's legs had gone. */
function keptRingingAfterConnected(
  { extension }: ConnectedParticipant,
  legs: readonly Leg[],
  stopped: Window | null,
): boolean {
  const connectedLegs = legs.filter((leg) => leg.seen.extension === extension);
  if (!connectedLegs.every(isMissing)) return false;
  if (stopped === null || connectedLegs.length === 0) return true;
  return outlasts(stopped, lastOf(connectedLegs.map(absenceOf)));
}
