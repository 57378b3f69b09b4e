import type { CallbackView } from '@pitel-event-bridge/client';

/** What the bridge answers about the desk, as far as the pages read it: `docs/statistics.md` and `docs/callbacks.md` say what each means. */

/** Not less than `least` and not more than `most`. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export interface Interval {
  readonly from: string;
  readonly to: string;
  readonly isOver: boolean;
  readonly unwatchedMs: { readonly monitor: number; readonly queue: number };
}

export interface QueueStats {
  readonly queue: { readonly id: string; readonly name: string | null };
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly waiting: number;
  readonly shortAbandons: number;
  readonly serviceLevel: { readonly seconds: number; readonly inTime: Range };
}

export interface AgentStats {
  readonly agent: { readonly extension: string; readonly name: string | null };
  readonly answered: number;
  readonly notAnswered: number;
  readonly now: { readonly state: StandingState; readonly since: string } | null;
}

export type StandingState = 'ringing' | 'talking' | 'no-call' | 'not-registered' | 'not-watched';

interface StatsAnswer<Stats extends object> {
  /** IANA name: the zone of the tenant. */
  readonly timeZone: string;
  readonly intervals: readonly (Interval & Stats)[];
}

export type QueueIntervals = StatsAnswer<{ readonly queues: readonly QueueStats[] }>;
export type AgentIntervals = StatsAnswer<{ readonly agents: readonly AgentStats[] }>;

export interface CallbacksAnswer {
  readonly callbacks: readonly CallbackView[];
  readonly total: number;
}
