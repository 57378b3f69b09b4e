import type { Call, Leg, Party, Queue, Stay } from '../model/call.js';
import { type CallInMaking, copyOf } from '../model/call-copy.js';
import type { Placement } from './correlate.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { pendingAbsence, stayBegan } from '../parts/part.js';
import { newStay } from '../observe/observe-parts.js';

/** A call gets parts, or the same parts as they look now, and what they say of it: ids, numbers, queues, parties. */

/** The call with the placement's parts added. */
export function joinParts(call: Call, placement: Placement, cycle: CycleFacts): Call {
  return addParts(copyOf(call), placement, cycle);
}

/** The call with these parts instead of its own, and with what they say of it. */
export function withParts(call: Call, { legs, stay }: Pick<Call, 'legs' | 'stay'>, cycle: CycleFacts): Call {
  const changed = copyOf(call);
  changed.legs = legs;
  changed.stay = stay;
  return learnFromParts(changed, cycle);
}

/** Changes the call that is given. */
export function addParts(call: CallInMaking, { legs, stays }: Placement, cycle: CycleFacts): Call {
  call.legs = [...call.legs, ...legs.map(newLeg)];
  call.parties = legs.reduce(withParty, call.parties);
  call.customer ??= stays[0]?.customer ?? firstKnown(legs, (leg) => leg.customer);
  if (stays.length > 0) {
    // One queue entry at a time: a newer one means that the caller has moved on to another queue.
    const before = call.stay?.seen ?? null;
    const current = currentStay(stays, call.stay);
    const left = (before === null ? stays : [before, ...stays]).filter((stay) => stay !== current);
    if (current !== before) call.stay = newStay(current, cycle);
    // Whoever is in a queue rang the PBX, however it lists the telephones that ring for him.
    call.direction = 'inbound';
    call.queues = left.reduce<readonly Queue[]>(withQueue, call.queues);
    call.pastStays = [...call.pastStays, ...left.map(({ stayKey, rowKey }) => ({ stayKey, rowKey }))];
  }
  return learnFromParts(call, cycle);
}

/** What the parts say of their call: ids, numbers and queue that were not known before. */
function learnFromParts(call: CallInMaking, cycle: CycleFacts): Call {
  const { legs, stay } = call;
  call.upstreamIds = idsOf(call.upstreamIds, legs, stay);
  call.customer ??= stay?.seen.customer ?? firstKnown(legs, ({ seen }) => seen.customer);
  call.hotline ??= firstKnown(legs, ({ seen }) => seen.hotline);
  if (stay !== null) call.queues = withQueue(call.queues, stay.seen);
  call.pendingAbsence = pendingAbsence(call, cycle.policy);
  return call;
}

/** The same list where the parts name no new id. */
function idsOf(known: readonly string[], legs: Call['legs'], stay: Call['stay']): readonly string[] {
  let ids = known;
  const add = (id: string) => {
    if (!ids.includes(id)) ids = [...ids, id];
  };
  const entryId = stay?.seen.callId ?? null;
  if (entryId !== null) add(entryId);
  for (const { seen } of legs) add(seen.callId);
  return ids;
}

function newLeg(seen: ObservedLeg): Leg {
  return { seen, state: seen.signal === 'answered' ? 'answered' : 'ringing', absence: null };
}

function withParty(parties: readonly Party[], leg: ObservedLeg): readonly Party[] {
  if (parties.some((party) => party.extension === leg.extension)) return parties;
  const { extension, extensionId, agentName } = leg;
  return [...parties, { extension, extensionId, agentName, offers: 0, offerOpen: false, silent: null }];
}

/**
 * Of several stays of one caller, the live one that began last; an Abandoned one only where there is no other. An answer may
 * show an older one only now: it was partial before, or the row said nothing.
 *
 * @param stays at least one
 * @param known the call's own, which is not live while its row is missing
 */
export function currentStay(
  stays: readonly ObservedQueueEntry[],
  known: Stay | null = null,
): ObservedQueueEntry {
  const isThere = known !== null && known.absence === null;
  const live = stays.filter((stay) => stay.status !== 'abandoned');
  const candidates = isThere ? [known.seen, ...live] : live;
  const all = known === null ? stays : [...stays, known.seen];
  return (candidates.length > 0 ? candidates : all).reduce((last, stay) =>
    stayBegan(stay) > stayBegan(last) ? stay : last,
  );
}

/** The queues with the row's last: back in a queue it has been in before, it is the latest again. */
function withQueue(
  queues: readonly Queue[],
  { queueId: id, queueName: name }: ObservedQueueEntry,
): readonly Queue[] {
  const last = queues.at(-1);
  if (last?.id === id && last.name === name) return queues;
  return [...queues.filter((queue) => queue.id !== id), { id, name }];
}

function firstKnown<Part, Value>(legs: readonly Part[], value: (leg: Part) => Value | null): Value | null {
  for (const leg of legs) {
    const known = value(leg);
    if (known !== null) return known;
  }
  return null;
}
