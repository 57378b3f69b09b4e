import type { DeskRules } from '../desk-rules.js';
import type { SourceState } from '../model/call.js';
import type { Endpoint, Instant } from '../model/observation.js';
import type { AgentStanding, AgentState } from './agent-standing.js';
import type { CallStory } from './story.js';
import type { TalliedDay } from './tallied-day.js';

/**
 * The numbers of a day, as those see them who read them: `docs/statistics.md` defines each. `queue-numbers.ts` and
 * `agent-numbers.ts` compute them.
 *
 * Guarantees: what is not known is a range, or is counted beside the number, or the number is null; it is never guessed and never
 * zero. Calls and agents of this moment count with what they have come to so far.
 */

/** What was stored, and what of this moment is in no table yet. All of it should be read at about one moment. */
export interface DayData {
  /** The tables of `Calendar.daysBetween(from, to)`, in any order. */
  readonly days: readonly TalliedDay[];
  /** Null: nothing is known of the present, such as of a tenant that is not polled any more. */
  readonly live: LiveData | null;
}

export interface LiveData {
  /** Until when it counts: the present. */
  readonly at: Instant;
  readonly stories: Iterable<CallStory>;
  readonly agents: Iterable<AgentStanding>;
  readonly sources: Readonly<Record<Endpoint, Pick<SourceState, 'status' | 'lastComplete'>>>;
}

export const INTERVALS = ['quarter', 'hour', 'day'] as const;
/** Quarters and hours are counted from the day's first instant, in time that passed. */
export type IntervalKind = (typeof INTERVALS)[number];

export interface NumbersQuery {
  /** Intervals that end after `from` and begin before `to`. */
  readonly from: Instant;
  readonly to: Instant;
  readonly by: IntervalKind;
}

export interface Interval {
  /** `YYYY-MM-DD` in the tenant's zone. */
  readonly day: string;
  readonly from: Instant;
  /** The first instant after it. */
  readonly to: Instant;
}

/** Not less than `least` and not more than `most`; both are the number where it is known. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** What of the desk's rules counts. */
export type NumbersRules = Pick<DeskRules, 'timeZone' | 'serviceLevels' | 'shortAbandonMs'>;

/** A mean of what is known, and of how many that is and is not known. */
export interface Mean {
  /** Milliseconds; null: of none it is known. */
  readonly ms: number | null;
  readonly known: number;
  readonly unknown: number;
}

/** One queue in one interval of arrival. Intervals in which no caller came have no numbers. */
export interface QueueNumbers extends Interval {
  /** `name`: as it was last called that day; null: it is not known. */
  readonly queue: { readonly id: string; readonly name: string | null };
  /** Entries into the queue: the sum of the five after it. */
  readonly offered: number;
  readonly answered: number;
  /** All of them, also the short ones. */
  readonly abandoned: number;
  /** On to another queue or elsewhere, without an answer. */
  readonly flowedOut: number;
  /** How the entry ended is not known. */
  readonly unknown: number;
  /** Callers who wait now. */
  readonly waiting: number;
  /** Of those abandoned: certainly shorter than the tenant's limit. */
  readonly shortAbandons: number;
  /** (abandoned − short) ÷ (answered + abandoned − short), 0 to 1; null: of none. */
  readonly abandonedShare: number | null;
  readonly serviceLevel: ServiceLevel;
  /** Mean wait of those answered. */
  readonly speedOfAnswer: Mean;
  /** Mean talk, hold included, once a call, of calls that have ended. */
  readonly talk: Mean;
}

interface ServiceLevel {
  /** Within so many seconds an answer is in time. */
  readonly seconds: number;
  /** How many answers were. */
  readonly inTime: Range;
  /** In time ÷ (answered + abandoned − short), 0 to 1; null: of none. */
  readonly share: Range | null;
}

/** One extension in one interval, by the time at which each thing happened. Only of hours and days. */
export interface AgentNumbers extends Interval {
  /** `name`: of the agent who was last there that day; null: it is not known. */
  readonly agent: { readonly extension: string; readonly name: string | null };
  /** Conversations that came to the extension, and that it began itself. */
  readonly answered: number;
  readonly placed: number;
  /** Mean talk of both, hold included; of those that have ended. */
  readonly talk: Mean;
  /** Conversations that go on now. */
  readonly talking: number;
  /** Offers that ended `not-answered`. */
  readonly notAnswered: number;
  /** Milliseconds in each state. Time that is in none of them is not known. */
  readonly inState: Readonly<Record<AgentState, number>>;
  /** The state that the extension is in; null: the interval is over, or nothing is known of the present. */
  readonly now: Pick<AgentStanding, 'state' | 'since'> | null;
}

/** How long a source was not watched in an interval that has begun. */
export interface UnwatchedNumbers extends Interval {
  /** Milliseconds, of those that have passed. */
  readonly unwatchedMs: Readonly<Record<Endpoint, number>>;
}

/** What `DayNumbers` computes. */
export interface NumbersOfDays {
  /** The days whose tables a query needs. */
  daysOf(query: NumbersQuery): readonly string[];
  /** The intervals of a query that have begun, in order. */
  intervalsOf(query: NumbersQuery, now: Instant): readonly Interval[];
  /** By interval, then by queue id. */
  queues(data: DayData, query: NumbersQuery): readonly QueueNumbers[];
  /** By interval, then by extension. @throws RangeError for quarters: agents are counted by the hour */
  agents(data: DayData, query: NumbersQuery): readonly AgentNumbers[];
  /** Of every interval that has begun by `now`; a time of which nothing is stored was not watched. */
  unwatched(data: DayData, query: NumbersQuery, now: Instant): readonly UnwatchedNumbers[];
}
