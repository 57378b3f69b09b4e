import type { Call, Leg } from '../model/call.js';
import { copyOf } from '../model/call-copy.js';
import type { CallIndex } from '../index/call-index.js';
import { isPresent } from '../parts/connected-participant.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { isLegGone } from '../parts/part.js';
import { isBefore, whenGone, type Window } from '../parts/window.js';
import { withParticipant } from './call-parts.js';
import { CONSULTATION, type ConsultationFacts } from './consultation-rules.js';

/**
 * Resolves the consultation of a call whose connected participant has gone. Null where the call has none.
 *
 * @param current the calls as this cycle has changed them
 * @param others the calls of which a leg is missing in this cycle
 */
export function resolveConsultation(
  call: Call,
  current: Calls,
  others: Iterable<Call>,
  cycle: CycleFacts,
): Resolution | null {
  const left = whenConnectedWent(call, cycle);
  if (left === null) return null;
  const { went, isConfirmed } = left;
  if (call.consultation !== null && call.legs.some(isPresent)) return goesOn(call);
  const consultation =
    call.consultation === null
      ? consultationOf(call, went, current, cycle)
      : current.get(call.consultation.callId);
  const leg = consultation === undefined ? undefined : consultedLeg(call, consultation, cycle);
  if (consultation === undefined || leg === undefined) return call.consultation === null ? null : OVER;

  const facts = factsOf(call, consultation, leg, went, others, cycle);
  const decided = CONSULTATION.decide(facts);
  // The transferor's two rows may go one after the other: that of the consultation is dropped when it is confirmed as gone.
  if (!isConfirmed && (facts.transferor !== 'gone' || decided === 'is over')) return null;
  switch (decided) {
    case 'holds':
      return {
        isOver: false,
        changed: call.consultation === null ? [held(call, consultation, went)] : [],
        moved: null,
        undecided: facts.consulted === 'talks' && facts.transferor === 'rings' ? consultation.callId : null,
        went,
      };
    case 'is over':
      return OVER;
    case 'joins':
      return {
        isOver: false,
        changed: [
          withLeg(call, leg, facts.showsCustomer && call.consultation === null),
          withoutLeg(consultation, leg),
        ],
        moved: { callId: consultation.callId, extension: leg.seen.extension },
        undecided: null,
        went,
      };
  }
}

export interface Resolution {
  /** The caller had gone when the connected participant's leg did. */
  readonly isOver: boolean;
  /** The call that is held or goes on, and the consultation if its leg moves. */
  readonly changed: readonly Call[];
  /** The consultation and the extension of the leg that moves from it to the caller's call. */
  readonly moved: { readonly callId: string; readonly extension: string } | null;
  /** The consultation, if its consulted leg talks, and the next poll shows with whom. */
  readonly undecided: string | null;
  /** When the connected participant's leg went. Null where another part of the call shows where the caller is. */
  readonly went: Window | null;
}

const OVER: Resolution = { isOver: true, changed: [], moved: null, undecided: null, went: null };

/** A leg of its own shows where the caller is: the PBX may give the consulted leg the id of the caller's call as they connect. */
function goesOn(call: Call): Resolution {
  const copy = copyOf(call);
  copy.consultation = null;
  return { isOver: false, changed: [copy], moved: null, undecided: null, went: null };
}

/** Live calls, as far as this cycle has changed them already; none that begins in it. */
export interface Calls extends Pick<CallIndex, 'localAt'> {
  get(callId: string): Call | undefined;
}

/** The window in which the connected participant's leg went, and whether that is confirmed; null while it or another is there. */
function whenConnectedWent(
  call: Call,
  cycle: CycleFacts,
): { readonly went: Window; readonly isConfirmed: boolean } | null {
  const { connected, consultation, legs, answeredAt, direction } = call;
  if (answeredAt === null || connected === null || direction === 'local') return null;
  if (consultation !== null) return { went: consultation.went, isConfirmed: true };
  const own = legs.filter(({ seen }) => seen.extension === connected.extension);
  const [leg] = own;
  if (leg === undefined || legs.some(isPresent)) return null;
  return { went: whenGone(leg.absence!), isConfirmed: own.every((one) => isLegGone(one, call, cycle)) };
}

/** The only local call that the connected participant placed while the caller's leg was there, and whose other leg is left. */
function consultationOf(call: Call, went: Window, current: Calls, cycle: CycleFacts): Call | undefined {
  const { extension } = call.connected!;
  const found = current
    .localAt(extension)
    .flatMap(({ callId }) => current.get(callId) ?? [])
    .filter((other) => wasPlacedDuring(call, other, went) && consultedLeg(call, other, cycle) !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

/**
 * Whether a poll showed the connected participant placing the other call before one missed the caller's leg, and none before one
 * showed that leg: else it talks to a colleague next, or did before.
 */
function wasPlacedDuring({ connected, legs }: Call, { legs: others }: Call, went: Window): boolean {
  const isOwn = ({ seen }: Leg) => seen.extension === connected!.extension;
  const since = Math.min(...legs.filter(isOwn).map(({ firstSeen }) => firstSeen));
  return others.some(
    (leg) =>
      isOwn(leg) && leg.seen.role === 'caller' && isBefore(leg.firstSeen, went) && leg.firstSeen >= since,
  );
}

/** Its row may have turned into one of the customer; what it was when it began does not matter. */
function consultedLeg({ connected }: Call, consultation: Call, cycle: CycleFacts): Leg | undefined {
  return consultation.legs.find(
    (leg) => leg.seen.extension !== connected!.extension && !isLegGone(leg, consultation, cycle),
  );
}

function factsOf(
  call: Call,
  consultation: Call,
  consulted: Leg,
  went: Window,
  others: Iterable<Call>,
  cycle: CycleFacts,
): ConsultationFacts {
  const { extension } = call.connected!;
  const own = consultation.legs.filter(({ seen }) => seen.extension === extension);
  const isRival = (other: Call) =>
    other.callId !== call.callId &&
    other.direction !== 'local' &&
    other.connected?.extension === extension &&
    other.legs.some(({ seen, absence }) => seen.extension === extension && absence?.firstAbsent === went.by);
  const customer = customerKey(consulted.seen.customer);
  return {
    alone: ![...others].some(isRival),
    transferor: own.some(isPresent)
      ? own.every(isRingingOrMissing)
        ? 'rings'
        : 'there'
      : own.some((leg) => !isLegGone(leg, consultation, cycle))
        ? 'missing'
        : 'gone',
    consulted: !isPresent(consulted) ? 'missing' : consulted.state === 'answered' ? 'talks' : 'rings',
    showsCustomer: customer !== WITHHELD && customer === customerKey(call.customer),
  };
}

function isRingingOrMissing({ seen, state, absence }: Leg): boolean {
  return absence !== null || (state === 'ringing' && seen.signal === 'ringing');
}

function held(call: Call, { callId }: Call, went: Window): Call {
  const copy = copyOf(call);
  copy.consultation = { callId, went };
  return copy;
}

/** Where the other extension still rang as the connected participant went, nothing shows who heard it ring. */
function withLeg(call: Call, leg: Leg, isShown: boolean): Call {
  const copy = copyOf(call);
  const { seen, state, firstSeen, since, waited, absence } = leg;
  copy.legs = [
    ...call.legs,
    { seen, state, joined: isShown ? 'shown' : 'inferred', firstSeen, since, waited, absence },
  ];
  copy.participants = withParticipant(call.participants, seen, copy.legs);
  copy.consultation = null;
  return copy;
}

function withoutLeg(consultation: Call, { seen }: Leg): Call {
  const copy = copyOf(consultation);
  copy.legs = consultation.legs.filter((leg) => leg.seen.key !== seen.key);
  return copy;
}
