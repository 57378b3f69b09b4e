import type { PollInstants } from './judge-polls.js';
import type { Report } from './judge-report.js';
import type { CallTruth, TruthEvent } from './truth.js';

/**
 * The input of the judge of numbers. The shapes are declared here again, from `docs/statistics.md`, on purpose: the judge shares no
 * type with the bridge.
 */
export interface NumbersCase {
  readonly truth: readonly CallTruth[];
  /** Every event of the PBX: which extensions were registered. */
  readonly log: readonly TruthEvent[];
  readonly polls: PollInstants;
  readonly calls: Report;
  /** By the quarter of an hour. */
  readonly queues: readonly QueueRow[];
  /** By the hour. */
  readonly agents: readonly AgentRow[];
  /** By the quarter; every one that has begun. */
  readonly unwatched: readonly UnwatchedRow[];
  /** `callId`s of the history, in any order. */
  readonly history: readonly string[];
  /** The present, up to which live calls and agents count. */
  readonly until: number;
  readonly shortAbandonMs: number;
  /** Within how many seconds an answer is in time. */
  readonly seconds: number;
  /** How often each endpoint is asked while it answers. */
  readonly paceMs: Readonly<Record<'monitor' | 'queue', number>>;
  readonly listsIdle?: boolean;
  /** So many polls in a row may have been lost with a bridge that was killed, all but one; nothing is demanded of states then. */
  readonly sightingsToDemand?: number;
}

export interface Numbers {
  readonly queues: readonly QueueRow[];
  readonly agents: readonly AgentRow[];
  readonly unwatched: readonly UnwatchedRow[];
  readonly history: readonly string[];
}

export interface Mean {
  readonly ms: number | null;
  readonly known: number;
  readonly unknown: number;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface QueueRow extends Interval {
  readonly queue: { readonly id: string };
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly flowedOut: number;
  readonly unknown: number;
  readonly waiting: number;
  readonly shortAbandons: number;
  readonly abandonedShare: number | null;
  readonly serviceLevel: {
    readonly seconds: number;
    readonly inTime: Range;
    readonly share: Range | null;
  };
  readonly speedOfAnswer: Mean;
  readonly talk: Mean;
}

export interface AgentRow extends Interval {
  readonly agent: { readonly extension: string };
  readonly answered: number;
  readonly placed: number;
  readonly talk: Mean;
  readonly talking: number;
  readonly notAnswered: number;
  readonly inState: Readonly<Record<string, number>>;
}

export interface UnwatchedRow extends Interval {
  readonly unwatchedMs: Readonly<Record<'monitor' | 'queue', number>>;
}
