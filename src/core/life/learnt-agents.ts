import type { Call } from '../model/call.js';
import { type Agents, agentNamesOf, withAgent } from '../parts/agents.js';

/** Learns from answered calls at which extension the agent is that a queue row names; null if there is nothing new. */
export function learntAgents(agents: Agents, calls: Iterable<Call | null>): Agents | null {
  let learnt = agents;
  for (const call of calls) {
    if (call === null || call.transfers > 0 || call.connected === null || call.entry === null) continue;
    const { seen, answered, absence } = call.entry;
    const talking = call.legs.filter((leg) => leg.state === 'answered' && leg.absence === null);
    const isSure = answered && absence === null && talking.length === 1 && talking[0]!.joined === 'shown';
    if (isSure && talking[0]!.seen.extension === call.connected.extension)
      learnt = withAgent(learnt, agentNamesOf(seen), call.connected.extension);
  }
  return learnt === agents ? null : learnt;
}
