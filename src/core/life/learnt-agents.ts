import type { Call, Leg, QueueEntry } from '../model/call.js';
import { type Agents, agentNamesOf, type FoundAgent, withAgents } from '../parts/agents.js';

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

/** The answered queue entry of the call and the only leg that talks; null unless that is surely the entry's. */
export function surelyAnswered({
  entry,
  legs,
  connected,
  transfers,
}: Call): { readonly entry: QueueEntry; readonly leg: Leg } | null {
  if (transfers > 0 || connected === null || entry === null) return null;
  const talking = legs.filter(({ state, absence }) => state === 'answered' && absence === null);
  const isSure =
    entry.answered && entry.absence === null && talking.length === 1 && talking[0]!.joined === 'shown';
  return isSure && talking[0]!.seen.extension === connected.extension ? { entry, leg: talking[0]! } : null;
}
