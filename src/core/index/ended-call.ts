import type { Call, EndedCall, Leg } from '../model/call.js';
import type { Instant } from '../model/observation.js';
import { isPresent } from '../parts/connected-participant.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import { legName } from '../parts/last-leg.js';

/** What is remembered of a call that ended at `endedAt`, by our clock. */
export function endedCallOf(call: Call, endedAt: Instant): EndedCall {
  const entries = [...call.pastEntries, ...(call.entry === null ? [] : [call.entry.seen])];
  return {
    callId: call.callId,
    upstreamIds: call.upstreamIds,
    entries: entries.map((entry) => entry.entryKey),
    rows: entries.map((entry) => entry.rowKey),
    endedAt,
    lingering: unlessEmpty(call.legs.filter(isPresent).flatMap(namesOf)),
    lastLegs: unlessEmpty(call.lastLegs),
    legsOnly: legsOnlyOf(call),
  };
}

function namesOf({ seen }: Leg): readonly string[] {
  const name = legName(seen);
  return name === null ? [seen.key] : [seen.key, name];
}

/** As it is read back, so that a state that was read and one that was made are the same. */
function unlessEmpty<One>(list: readonly One[]): readonly One[] | undefined {
  return list.length === 0 ? undefined : list;
}

function legsOnlyOf(call: Call): EndedCall['legsOnly'] {
  const { direction, entry, pastEntries, answeredAt, pbxStartedAt } = call;
  const byQueue = entry !== null || pastEntries.length > 0;
  if (direction !== 'inbound' || answeredAt !== null || pbxStartedAt === null || byQueue) return undefined;
  const customer = customerKey(call.customer);
  return customer === WITHHELD ? undefined : { customer, startedAt: pbxStartedAt };
}
