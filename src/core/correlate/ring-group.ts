import type { Call } from '../model/call.js';
import type { ObservedLeg } from '../model/observation.js';
import { callerLikeness, customerKey, hotlineMatch } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { beganTogether, extentOf } from '../parts/part.js';
import { isEarlierOrAt, isJustSeen, whenGone } from '../parts/window.js';
import { RINGS_TOGETHER, type TogetherFacts } from './evidence-rules.js';
import { byCustomerOf, customerOf, type Group, hasRoom, isAlone, joinsCall, mergeInto } from './group.js';
import type { Weighed } from './weighing.js';

/** Joins legs that ring for one caller at the same time, without a queue, to the call that rings, or to one another. */
export function joinRingGroups(groups: readonly Group[], { index, cycle, weighing }: Weighed): void {
  const lone = groups.filter(
    (group) => isAlone(group) && group.entries.length === 0 && group.legs[0]?.seen.direction === 'inbound',
  );
  const byCustomer = byCustomerOf(lone);
  for (const group of lone) {
    if (!isAlone(group)) continue;
    const { seen } = group.legs[0]!;
    const calls = weighing
      .among(index.byCustomer(customerKey(seen.customer)))
      .filter((call) => isStillRinging(call, cycle) && RINGS_TOGETHER.decide(factsOfCall(seen, call, cycle)));
    if (calls.length === 1 && hasRoom(extentOf(calls[0]!), group)) joinsCall(group, calls[0]!, 'shown');
    if (calls.length > 0) continue;
    for (const other of weighing.among(byCustomer.get(customerOf(group))!)) {
      if (other === group || !isAlone(other) || !hasRoom(group.legs.length, other)) continue;
      if (RINGS_TOGETHER.decide(factsOfLegs(seen, other.legs[0]!.seen))) mergeInto(other, group, 'shown');
    }
  }
}

function factsOfCall(leg: ObservedLeg, call: Call, { monitor }: CycleFacts): TogetherFacts {
  const began = call.legs.map(({ seen }) => beganTogether(seen.startedAt, leg.startedAt));
  return {
    customers: callerLikeness(call.customer, leg.customer),
    hotlines: hotlineOf(call.hotline, leg.hotline),
    began: began.includes('together') ? 'together' : began.includes('unknown') ? 'unknown' : 'apart',
    atOnce: call.legs.some(({ firstSeen }) => monitor !== null && !isEarlierOrAt(firstSeen, monitor)),
    taken: call.direction !== 'inbound' || call.entry !== null || call.answeredAt !== null,
    stoppedHere: call.legs.some(({ seen, absence }) => seen.extension === leg.extension && absence !== null),
  };
}

function factsOfLegs(leg: ObservedLeg, other: ObservedLeg): TogetherFacts {
  return {
    customers: callerLikeness(leg.customer, other.customer),
    hotlines: hotlineOf(leg.hotline, other.hotline),
    began: beganTogether(leg.startedAt, other.startedAt),
    atOnce: true,
    taken: leg.signal === 'answered' && other.signal === 'answered',
    stoppedHere: false,
  };
}

/** A PBX that writes no hotline writes none for the whole group. */
function hotlineOf(a: ObservedLeg['hotline'], b: ObservedLeg['hotline']): TogetherFacts['hotlines'] {
  return a === null && b === null ? 'same' : a === null || b === null ? 'different' : hotlineMatch(a, b);
}

/** Whether a leg of the call is there, or has gone missing in this poll. */
function isStillRinging({ legs }: Call, { monitor }: CycleFacts): boolean {
  return legs.some(({ absence }) => absence === null || isJustSeen(whenGone(absence), monitor?.by ?? null));
}
