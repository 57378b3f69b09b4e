import { type Call, type LastLeg, type Leg, PBX_PRECISION_MS } from '../model/call.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { isConnected, isPresent } from '../parts/connected-participant.js';
import {
  callerLikeness,
  customerKey,
  hotlineMatch,
  type Likeness,
  mayBeInbound,
  WITHHELD,
} from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { belongsToEntry } from '../parts/part.js';
import { onOurClock } from '../parts/pbx-clock.js';
import { isInGap, isJustSeen, isNear, whenGone, type Window } from '../parts/window.js';
import { CONTINUES, type Continues, type ContinuesFacts } from './evidence-rules.js';
import type { Weighed } from './weighing.js';

/** Which leg continues a call that has just lost a part. */

/** How long before or after the old part went the new leg may have begun. */
const NEAR_MS = 2_000;

/** Finds the call that the leg continues; null if there is none, or more than one. */
export function callContinuedBy(leg: ObservedLeg, weighed: Weighed): Call | null {
  return only(callsFor(leg, 'joins', weighed));
}

/** Whether the next answer may show that a leg which this one is the first to show continues a call. */
export function mayContinue(leg: ObservedLeg, weighed: Weighed): boolean {
  return callsFor(leg, 'waits', weighed).length > 0;
}

/**
 * The call of a withheld customer that the leg would continue, were it not at an extension which that call has had: the caller
 * was sent there again, or calls again. Null if there is none, or more than one.
 */
export function callOfRedial(leg: ObservedLeg, { index, cycle, weighing }: Weighed): Call | null {
  if (customerKey(leg.customer) !== WITHHELD) return null;
  const calls = weighing.among(index.byCustomer(WITHHELD)).filter((call) => {
    const facts = continuesFacts(leg, call, cycle);
    return facts.visited && CONTINUES.decide({ ...facts, visited: false }) === 'joins';
  });
  return only(calls);
}

function only(calls: readonly Call[]): Call | null {
  return calls.length === 1 ? calls[0]! : null;
}

function callsFor(leg: ObservedLeg, found: Continues, { index, cycle, weighing }: Weighed): readonly Call[] {
  return weighing
    .among(index.byCustomer(customerKey(leg.customer)))
    .filter((call) => CONTINUES.decide(continuesFacts(leg, call, cycle)) === found);
}

/**
 * Finds the call whose caller one queue let go into another, where that row is Abandoned already and its id emptied: the caller
 * joined in that second. Null if there is none, or more than one.
 */
export function callLetInto(entry: ObservedQueueEntry, { index, cycle, weighing }: Weighed): Call | null {
  const customer = customerKey(entry.customer);
  if (entry.status !== 'abandoned' || entry.callId !== null || customer === WITHHELD) return null;
  return only(weighing.among(index.byCustomer(customer)).filter((call) => letInto(call, entry, cycle)));
}

function letInto({ entry: left }: Call, entry: ObservedQueueEntry, { skewMs }: CycleFacts): boolean {
  if (left === null || left.absence === null || left.seen.queueId === entry.queueId) return false;
  const { absence, seen } = left;
  if (absence.kind === 'vanished')
    return isNear(onOurClock(entry.joinedAt, skewMs), whenGone(absence), PBX_PRECISION_MS);
  if (!belongsToEntry(seen.abandonedAt, seen)) return false;
  return Math.abs(entry.joinedAt - seen.abandonedAt!) <= PBX_PRECISION_MS;
}

function continuesFacts(leg: ObservedLeg, call: Call, cycle: CycleFacts): ContinuesFacts {
  const { hotline, participants, entry } = call;
  const customers = likenessOf(call, leg);
  // The number that an extension called from is none that the customer called; but one who is withheld has no other.
  const isOurs = call.direction === 'outbound' && customers !== 'withheld';
  return {
    outbound: !mayBeInbound(leg),
    customers,
    calling: call.direction === 'outbound' && call.answeredAt === null,
    hotlines: isOurs
      ? 'same'
      : cameOtherwise(call, leg, cycle)
        ? 'different'
        : hotlineMatch(hotline, leg.hotline),
    visited: participants.some(({ extension }) => extension === leg.extension),
    rings: entry !== null && entry.absence === null && !entry.answered,
    connected: isConnected(call) && !hasJustParted(call, cycle),
    letGo: beganAsLetGo(leg, call),
    lost: lostPart(leg, call, cycle),
  };
}

/** One caller withholds the number in one way in all rows: another way is another caller's. */
function likenessOf({ customer, legs }: Call, leg: ObservedLeg): Likeness {
  const known = [customer, ...legs.map(({ seen }) => seen.customer)].map((one) =>
    callerLikeness(one, leg.customer),
  );
  return known.includes('withheld') ? 'withheld' : known[0]!;
}

/** Whether the queue has just deleted the row of a conversation: it does so before the rows of its legs go. */
function hasJustParted({ entry }: Call, { queue }: CycleFacts): boolean {
  if (entry === null || !entry.answered || entry.absence?.kind !== 'vanished') return false;
  return isJustSeen(whenGone(entry.absence), queue?.by ?? null);
}

/** Whether no caller is known to come to the queues of a caller who only waited in them by the number that the leg shows, but by others. */
function cameOtherwise({ hotline, queues }: Call, leg: ObservedLeg, { leadsTo }: CycleFacts): boolean {
  if (hotline !== null || queues.length === 0) return false;
  return queues.every(({ id }) => leadsTo(id, leg.hotline) === 'different');
}

/** Both times are of the PBX's clock, and cut to a second. */
function beganAsLetGo({ startedAt }: ObservedLeg, { entry }: Call): ContinuesFacts['letGo'] {
  if (entry?.absence?.kind !== 'abandoned' || startedAt === null) return 'unknown';
  const { abandonedAt } = entry.seen;
  if (!belongsToEntry(abandonedAt, entry.seen)) return 'unknown';
  return Math.abs(startedAt - abandonedAt!) <= PBX_PRECISION_MS ? 'then' : 'another time';
}

function lostPart(leg: ObservedLeg, call: Call, cycle: CycleFacts): ContinuesFacts['lost'] {
  const startedAt = leg.startedAt === null ? null : onOurClock(leg.startedAt, cycle.skewMs);
  const absences = [...lostLegs(call).map(({ absence }) => absence), call.entry?.absence ?? null];
  const all = absences.filter((absence) => absence !== null).map(whenGone);
  const isNow = (window: Window) =>
    isJustSeen(window, cycle.monitor?.by ?? null) || isJustSeen(window, cycle.queue?.by ?? null);
  const isAbout = (window: Window) => startedAt !== null && isNear(startedAt, window, NEAR_MS);
  const windows = all.filter((window) => window.after !== null && !isInGap(window));
  if (windows.some(isNow)) return 'in this poll';
  const dropped = droppedLegs(call).map(({ goneAt }): Window => ({ after: goneAt, by: goneAt }));
  if ([...windows, ...dropped].some(isAbout)) return 'shortly before';
  if (all.some((window) => isNow(window) || isAbout(window))) return 'in a gap';
  const isBegun =
    leg.signal === 'answered' || startedAt === null || isNear(startedAt, cycle.monitor!, NEAR_MS);
  return isBegun && lostLegs(call).some(isPresent) ? 'not yet' : 'no';
}

/** The legs whose loss lets the caller go on: those of the connected participant while there are any, else any leg. */
function lostLegs({ connected, legs }: Call): readonly Leg[] {
  const own = legs.filter(({ seen }) => seen.extension === connected?.extension);
  return own.length > 0 ? own : legs;
}

/** The same of those that are confirmed as gone, where the queue was not asked since: it deletes the row with such a leg. */
function droppedLegs({ connected, legs, lastLegs }: Call): readonly LastLeg[] {
  return legs.length > 0 ? [] : lastLegs.filter(({ extension }) => extension === connected?.extension);
}
