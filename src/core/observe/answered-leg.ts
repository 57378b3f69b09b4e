import type { CallIndex } from '../index/call-index.js';
import type { Call, Leg } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { customerKey, hotlineMatch, isWrittenAlike, mayBeInbound } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { legName } from '../parts/last-leg.js';
import { isCertainlyWithin } from '../parts/window.js';

/** No customer hangs up, calls again and is answered in so short a time; the monitor's lag is included. */
const REDIAL_MS = 2_500;

/**
 * A PBX that gives the legs of a connection one id (`call_uuid`) shows a leg under another id as it is answered: that of the
 * caller, which the queue's answer may not have shown yet, and which another call may have had before. It is the same leg all
 * the same: at its extension, of its customer, with its `call_time`. Where the PBX moves that time as it connects the leg, it is so
 * if the two polls are so close that there can have been no other call.
 *
 * Returns the only call that has the leg ringing, and whose leg the answer misses. A leg that talked before is no such leg: what
 * shows it under another id is its phantom (`last-leg.ts`).
 */
export function ringAnsweredBy(
  row: ObservedLeg,
  rows: ReadonlyMap<string, ObservedLeg>,
  index: Pick<CallIndex, 'byCustomer' | 'byUpstreamId'>,
  cycle: Pick<CycleFacts, 'monitor'>,
): Call | null {
  if (row.signal !== 'answered' || !mayBeInbound(row)) return null;
  const isOne = ({ seen, state, absence }: Leg) =>
    state === 'ringing' && absence === null && !rows.has(seen.key) && mayBeOne(seen, row, cycle);
  const found = index.byCustomer(customerKey(row.customer)).filter(({ legs }) => legs.some(isOne));
  const [call] = found;
  if (call === undefined || found.length > 1) return null;
  const named = index.byUpstreamId(row.callId);
  if (named === undefined || named === call) return call;
  // A queue may have rung it for another caller than was assumed: the id says for which, and this caller waits on. Nor would a call
  // that was taken for an outbound one end as abandoned.
  return call.entry === null && call.direction === 'inbound' ? call : null;
}

function mayBeOne(rang: ObservedLeg, talks: ObservedLeg, { monitor }: Pick<CycleFacts, 'monitor'>): boolean {
  if (rang.extension !== talks.extension || !isWrittenAlike(rang.customer, talks.customer)) return false;
  if (hotlineMatch(rang.hotline, talks.hotline) === 'different') return false;
  if (legName(rang) !== null && legName(rang) === legName(talks)) return true;
  const isEarlier = rang.startedAt !== null && talks.startedAt !== null && talks.startedAt < rang.startedAt;
  return !isEarlier && monitor !== null && isCertainlyWithin(monitor, monitor, REDIAL_MS);
}
