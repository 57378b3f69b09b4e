import { type Call, type Leg, PBX_PRECISION_MS, type QueueEntry } from '../model/call.js';
import type { CallIndex } from '../index/call-index.js';
import { type Agents, agentNamesOf, type FoundAgent, withAgents } from '../parts/agents.js';
import { customerKey } from '../parts/customer.js';
import { belongsToEntry } from '../parts/part.js';
import { CLOCK_LIMIT_MS, onOurClock } from '../parts/pbx-clock.js';
import { isEarlierOrAt, isNear } from '../parts/window.js';

/** Learns from answered calls at which extension the agent is that a queue row names; null if there is nothing new. */
export function learntAgents(agents: Agents, calls: Iterable<Call | null>, known: Known): Agents | null {
  const found: FoundAgent[] = [];
  for (const call of calls) {
    const sure = call === null ? null : surelyAnswered(call, known);
    if (sure !== null)
      found.push({ names: agentNamesOf(sure.entry.seen), extension: sure.leg.seen.extension });
  }
  const learnt = withAgents(agents, found);
  return learnt === agents ? null : learnt;
}

export interface Known {
  readonly index: Pick<CallIndex, 'byCustomer'>;
  readonly skewMs: number | null;
}

/** Rows of one answer, by two clocks that are taken for one, and a time of whole seconds. */
const ANSWERS_WITHIN_MS = CLOCK_LIMIT_MS + PBX_PRECISION_MS;

/**
 * The answered queue entry of the call and the only leg that talks; null unless that is surely the entry's. One that began to talk
 * later than the caller was answered, or before that, is another caller's of the number, whom an agent without a leg did not
 * answer. So it may be where a leg that belongs to no entry began to talk to the number then.
 */
export function surelyAnswered(
  call: Call,
  { index, skewMs }: Known,
): { readonly entry: QueueEntry; readonly leg: Leg } | null {
  const { entry, legs, connected, transfers, answeredAt, customer } = call;
  if (transfers > 0 || connected === null || entry === null || answeredAt === null) return null;
  const talking = legs.filter(talks);
  const isSure =
    entry.answered && entry.absence === null && talking.length === 1 && talking[0]!.joined === 'shown';
  if (!isSure || isEarlierOrAt(answeredAt + ANSWERS_WITHIN_MS, talking[0]!.since)) return null;
  const { bridgedAt } = entry.seen;
  const answerOf = ({ since: { by } }: Leg) => ({ after: null, by });
  if (
    belongsToEntry(bridgedAt, entry.seen) &&
    !isNear(onOurClock(bridgedAt!, skewMs), answerOf(talking[0]!), ANSWERS_WITHIN_MS)
  )
    return null;
  if (talking[0]!.seen.extension !== connected.extension) return null;
  const isRival = (other: Call) =>
    other.callId !== call.callId &&
    other.entry === null &&
    other.direction === 'inbound' &&
    other.legs.some((leg) => talks(leg) && isNear(answeredAt, leg.since, ANSWERS_WITHIN_MS));
  if (index.byCustomer(customerKey(customer)).some(isRival)) return null;
  return { entry, leg: talking[0]! };
}

function talks({ state, absence }: Leg): boolean {
  return state === 'answered' && absence === null;
}
