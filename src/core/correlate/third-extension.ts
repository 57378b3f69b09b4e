import type { Call, Joined, Participant } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { isConnected } from '../parts/connected-participant.js';
import { hotlineMatch } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { isStale } from '../parts/staleness.js';
import { isJustSeen, whenGone } from '../parts/window.js';
import type { Weighed } from './weighing.js';

/**
 * A leg that talks in the first poll that shows it, and never rang: the extension picked another's call up, or listens in on a conversation.
 * `answering`: the calls of which a new leg talks in this poll, by its extension.
 *
 *   the leg                                                        joins
 *   dialled a code that ends in an extension that rings, or whose   the call that rings there, `inferred`
 *   ringing has stopped
 *   dialled a code that ends in an extension that talks, or that    that call, as a listener
 *   talked last in a conversation that goes on
 *   dialled a code without an extension                             the only call of which a ring stopped in this poll
 *   is inbound and shows itself as the customer                     the only call of its hotline of which a ring did
 *
 * A pick-up under the customer's own number is a continuation.
 */
export function thirdExtension(
  leg: ObservedLeg,
  { index, cycle, weighing, answering }: Weighed & { readonly answering: ReadonlyMap<string, Call> },
): { readonly call: Call; readonly joined: Joined } | null {
  if (leg.signal !== 'answered' || (leg.dialled === null && !leg.ownCustomer)) return null;
  const { dialled } = leg;
  const calls = weighing
    .inAll([...index.calls.values()])
    .filter(({ direction }) => direction !== 'local' || dialled !== null);
  if (dialled !== null) {
    const rung = only(
      calls,
      (call) => isUnanswered(call) && ringsAt(call, (extension) => isTarget(dialled, extension)),
    );
    if (rung !== null) return { call: rung, joined: 'inferred' };
    const heard = heardAt((extension) => isTarget(dialled, extension), calls, answering, cycle);
    if (heard !== null) return { call: heard, joined: 'listens' };
    if (hasTarget(dialled)) return null;
  }
  const vanished = only(
    calls,
    (call) =>
      isUnanswered(call) &&
      (dialled !== null || hotlineMatch(call.hotline, leg.hotline) === 'same') &&
      lostRing(call, leg, cycle),
  );
  return vanished === null ? null : { call: vanished, joined: 'inferred' };
}

/**
 * Whether the next answer may show that a leg which this one is the first to show picked a ring up: the row of the ring lives on
 * for a moment beside it.
 */
export function mayPickUp(leg: ObservedLeg, { index, weighing }: Weighed): boolean {
  const { dialled, ownCustomer, signal, extension, hotline } = leg;
  if (signal !== 'answered' || (dialled === null ? !ownCustomer : hasTarget(dialled))) return false;
  return weighing
    .inAll([...index.calls.values()])
    .some(
      (call) =>
        isUnanswered(call) &&
        (dialled !== null ||
          (call.direction !== 'local' && hotlineMatch(call.hotline, hotline) === 'same')) &&
        ringsAt(call, (other) => other !== extension),
    );
}

/**
 * The call that is listened to at the extension: one that talks there or, if none does, that talks there in this very poll or was
 * there last. Its leg may have gone just now, or be hidden with the registration of its device; but a row that has
 * gone stale is no conversation.
 */
function heardAt(
  isIt: (extension: string | undefined) => boolean,
  calls: readonly Call[],
  answering: ReadonlyMap<string, Call>,
  cycle: CycleFacts,
): Call | null {
  const last = calls.filter(({ connected, answeredAt }) => answeredAt !== null && isIt(connected?.extension));
  const talking = last.filter(isConnected);
  if (talking.length > 0) return only(talking, () => true);
  for (const [extension, call] of answering) if (isIt(extension)) return call;
  return only(last, ({ entry }) => entry === null || !isStale(entry, cycle));
}

/** A code has at most two digits of its own before the extension that it aims at: `**106`, `*33106`. */
function isTarget(dialled: string, extension: string | undefined): boolean {
  if (extension === undefined || !dialled.endsWith(extension)) return false;
  return /^\*+\d{0,2}$/.test(dialled.slice(0, -extension.length));
}

/** A code of at most two digits aims at no extension: `*8`, `**`. */
function hasTarget(dialled: string): boolean {
  return !/^\*+\d{0,2}#?$/.test(dialled);
}

/** Nor does a leg talk since this poll, whose ring was the call's. */
function isUnanswered(call: Call): boolean {
  return call.answeredAt === null && !isConnected(call);
}

function ringsAt({ participants, legs }: Call, isIt: (extension: string) => boolean): boolean {
  return participants.some(
    ({ extension, offerOpen }: Participant) =>
      offerOpen && isIt(extension) && legs.some(({ seen }) => seen.extension === extension),
  );
}

/**
 * A ring that goes with its queue entry was answered, or its caller left; one whose caller waits again was rejected. No extension
 * picks its own ring up by a code.
 */
function lostRing({ participants, legs, entry }: Call, leg: ObservedLeg, { monitor }: CycleFacts): boolean {
  if (entry !== null && (entry.absence !== null || entry.seen.status === 'waiting')) return false;
  return participants.some(({ extension, offerOpen }) => {
    const own = legs.filter(({ seen }) => seen.extension === extension);
    if (!offerOpen || own.length === 0 || extension === leg.extension) return false;
    return own.every(({ absence }) => absence !== null && isJustSeen(whenGone(absence), monitor?.by ?? null));
  });
}

function only(calls: readonly Call[], is: (call: Call) => boolean): Call | null {
  const found = calls.filter(is);
  return found.length === 1 ? found[0]! : null;
}
