import type { Instant } from '../model/observation.js';

export const AGENT_STATES = ['ringing', 'talking', 'no-call', 'not-registered', 'not-watched'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** In which state an extension is, and since when: up to there its time has been counted. */
export interface AgentStanding {
  readonly extension: string;
  readonly agentName: string | null;
  readonly state: AgentState;
  /** When it came into the state. */
  readonly since: Instant;
  /** Up to when its time has been counted. */
  readonly counted: Instant;
}
