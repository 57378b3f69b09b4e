import { type Call, type Leg, PBX_PRECISION_MS, type QueueEntry } from '../model/call.js';
import { type Agents, agentNamesOf, type FoundAgent, withAgents } from '../parts/agents.js';
import { CLOCK_LIMIT_MS } from '../parts/pbx-clock.js';
import { isEarlierOrAt } from '../parts/window.js';

/** Learns from answered calls at which extension the agent is that a queue row names; null if there is nothing new. */
export function learntAgents(agents: Agents, calls: Iterable<Call | null>): Agents | null {
  const found: FoundAgent[] = [];
  for (const call of calls) {
    const sure = call === null ? null : surelyAnswered(call);
    if (sure !== null)
      found.push({ names: agentNamesOf(sure.entry.seen), extension: sure.leg.seen.extension });
  }
  const learnt = withAgents(agents, found);
  return learnt === agents ? null : learnt;
}

/** Rows of one answer, by two clocks that are taken for one, and a time of whole seconds. */
const ANSWERS_WITHIN_MS = CLOCK_LIMIT_MS + PBX_PRECISION_MS;

/**
 * The answered queue entry of the call and the only leg that talks; null unless that is surely the entry's. One that began to talk
 * later than the caller was answered is another caller's of the number, whom an agent without a leg did not answer.
 */
export function surelyAnswered({
  entry,
  legs,
  connected,
  transfers,
  answeredAt,
}: Call): { readonly entry: QueueEntry; readonly leg: Leg } | null {
  if (transfers > 0 || connected === null || entry === null || answeredAt === null) return null;
  const talking = legs.filter(({ state, absence }) => state === 'answered' && absence === null);
  const isSure =
    entry.answered && entry.absence === null && talking.length === 1 && talking[0]!.joined === 'shown';
  if (!isSure || isEarlierOrAt(answeredAt + ANSWERS_WITHIN_MS, talking[0]!.since)) return null;
  return talking[0]!.seen.extension === connected.extension ? { entry, leg: talking[0]! } : null;
}
