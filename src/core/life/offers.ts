import type { Call, Leg, Observed, OfferOutcome, Party, Policy, Talker } from '../model/call.js';
import { lastAbsence } from './outcome-rules.js';
import { pendingAbsence } from '../parts/part.js';
import type { Ending } from './view.js';

/**
 * An offer is one extension's telephone ringing for a call, with however many legs: from `call-offered`, the moment for
 * a screen pop, to `call-offer-ended`, the moment to close it. Of a ringing that is over:
 *
 *   a leg of the extension was answered                                  answered
 *   the call is over and nobody answered it                              caller-left
 *   somebody else answered, and it fell silent with that or after        answered-elsewhere
 *   it rang on after the one who answered had gone, until the call over  caller-left
 *   the call goes on without an answer                                   not-answered
 *
 * While a flicker, or a hang-up that is not confirmed yet, leaves open which, nothing is said.
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

export function legsAt({ extension }: Party, legs: readonly Leg[]): readonly Leg[] {
  // Nearly every call has one leg: then the list of them will do.
  if (legs.length === 1 && legs[0]!.seen.extension === extension) return legs;
  return legs.filter((leg) => leg.seen.extension === extension);
}

export function talks(leg: Leg): boolean {
  return leg.state === 'answered';
}

/**
 * How the party's open offer ended, or null while it goes on or is in doubt.
 *
 * @param call the call without the legs that are gone
 * @param gone the legs that went in this cycle
 */
export function offerOutcome(
  party: Party,
  call: Call,
  gone: readonly Leg[],
  ending: Ending | null,
  policy: Policy,
): OfferOutcome | null {
  const legs = legsAt(party, call.legs);
  if (legs.some(talks) || legsAt(party, gone).some(talks)) return 'answered';
  if (ending !== null && ending.outcome !== 'answered') return 'caller-left';
  if (call.answeredAt !== null && legs.every(isMissing))
    return outcomeOfAnswered(party, call, gone, ending, policy);
  if (ending !== null) return 'answered-elsewhere';
  // While it is not clear whether the caller left, neither is why this telephone stopped.
  return legs.length > 0 || pendingAbsence(call, policy) ? null : 'not-answered';
}

/** When the telephone fell silent: the last of its legs to go. Null while one still rings, or was answered. */
export function silence(party: Party, legs: readonly Leg[]): Observed | null {
  const own = legsAt(party, legs);
  const absences = own.map((leg) => leg.absence).filter((absence) => absence !== null);
  const last = absences.length > 0 ? lastAbsence(absences) : party.silent;
  if (last === null || own.length > absences.length) return null;
  return { earliest: last.lastPresent, latest: last.firstAbsent, certainty: 'observed' };
}

function isMissing({ absence }: Leg): boolean {
  return absence !== null;
}

/** Why a telephone stopped ringing in a call that somebody has answered. */
function outcomeOfAnswered(
  party: Party,
  call: Call,
  gone: readonly Leg[],
  ending: Ending | null,
  policy: Policy,
): OfferOutcome | null {
  const { talker, stay } = call;
  const all = [...call.legs, ...gone];
  const own = silence(party, all);
  const isUnconfirmed = legsAt(party, call.legs).length > 0;
  if (talker === null) {
    if (isUnconfirmed && ending === null) return null;
    // Nobody was seen to talk: the queue's word for who did, and until when, is all there is.
    if (party.agentName !== null && stay?.seen.agentName === party.agentName) return 'answered';
  }
  const rangOn = talker === null ? rangOnAfterEntry(stay, own) : rangOnAfterTalker(talker, all, own);
  if (!rangOn) return 'answered-elsewhere';
  if (ending !== null) return 'caller-left';
  return isUnconfirmed || pendingAbsence(call, policy) ? null : 'not-answered';
}

/** It was seen to ring when the entry was gone, which the queue deletes as the one who answered rings off. */
function rangOnAfterEntry(stay: Call['stay'], silent: Observed | null): boolean {
  if (stay?.absence?.kind !== 'vanished' || silent === null || silent.earliest === null) return false;
  return silent.earliest >= stay.absence.firstAbsent;
}

/** It fell silent only after the one who talked had gone, if at all. */
function rangOnAfterTalker({ extension }: Talker, legs: readonly Leg[], silent: Observed | null): boolean {
  const talkers = legs.filter((leg) => leg.seen.extension === extension);
  if (!talkers.every(isMissing)) return false;
  if (silent === null || talkers.length === 0) return true;
  return silent.latest > lastAbsence(talkers.map((leg) => leg.absence)).firstAbsent;
}
