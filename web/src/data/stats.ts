/** What `GET /v1/stats/queues` and `GET /v1/stats/agents` answer with. docs/statistics.md says what each number means. */

/** Both are the number where it is known. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Mean {
  /** Null: of none it is known. */
  readonly ms: number | null;
  readonly known: number;
  readonly unknown: number;
}

export interface Interval {
  /** The day in the tenant's zone. */
  readonly day: string;
  readonly from: string;
  readonly to: string;
  readonly isOver: boolean;
  readonly unwatchedMs: { readonly monitor: number; readonly queue: number };
}

export interface QueueCounts {
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly flowedOut: number;
  readonly unknown: number;
  readonly waiting: number;
  readonly shortAbandons: number;
}

export interface QueueStats extends QueueCounts {
  readonly queue: { readonly id: string; readonly name: string | null };
  readonly abandonedShare: number | null;
  readonly serviceLevel: { readonly seconds: number; readonly inTime: Range; readonly share: Range | null };
  readonly speedOfAnswer: Mean;
  readonly talk: Mean;
}

export const AGENT_STATES = ['talking', 'ringing', 'no-call', 'not-registered', 'not-watched'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

export interface AgentStats {
  readonly agent: { readonly extension: string; readonly name: string | null };
  readonly answered: number;
  readonly placed: number;
  readonly talk: Mean;
  readonly talking: number;
  readonly notAnswered: number;
  readonly inState: Readonly<Record<AgentState, number>>;
}

export interface QueueInterval extends Interval {
  readonly queues: readonly QueueStats[];
}

export interface AgentInterval extends Interval {
  readonly agents: readonly AgentStats[];
}

export interface Stats<Each extends Interval> {
  readonly timeZone: string;
  readonly intervals: readonly Each[];
}
