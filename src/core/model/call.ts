import type {
  Direction,
  Endpoint,
  Instant,
  ObservedLeg,
  ObservedQueueEntry,
  PhoneNumber,
} from './observation.js';

/**
 * The domain's state: what must be known about a tenant to decide, at the next poll, what has changed.
 * It is plain readonly data and, apart from the maps and sets, JSON. The store keeps each map field by field.
 */

/** A part of a call that the latest complete observations of its endpoint no longer show. */
export interface Absence {
  /** Consecutive complete observations without it. */
  readonly polls: number;
  /** When the last observation with it was requested. */
  readonly lastPresent: Instant | null;
  /** When the first observation without it was received. */
  readonly firstAbsent: Instant;
  /** The extension is not listed at all, or is known not to be registered: the call may go on although it is missing. */
  readonly unlisted: boolean;
}

/** A leg of a live call. Its state changes only from `ringing` to `answered`. */
export interface Leg {
  readonly seen: ObservedLeg;
  readonly state: 'ringing' | 'answered';
  readonly absence: Absence | null;
}

/** The call's current queue entry. The call keeps it after its row is gone, until another entry replaces it. */
export interface QueueEntry {
  readonly seen: ObservedQueueEntry;
  readonly answered: boolean;
  /** Set while the row is Abandoned or missing; `kind` says which. */
  readonly absence: (Absence & { readonly kind: 'vanished' | 'abandoned' }) | null;
}

/** An extension that has or had a leg in the call. It can have one open offer at a time. */
export interface Participant {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  /** How often the call was offered here. */
  readonly offers: number;
  readonly offerOpen: boolean;
  /** Set while an open offer has no leg left and how it ended is not known yet: when its last leg went. */
  readonly ringingStopped: Pick<Absence, 'lastPresent' | 'firstAbsent'> | null;
}

/** The extension that is connected to the caller, as its leg named it. */
export type ConnectedParticipant = Pick<
  ObservedLeg,
  'extension' | 'extensionId' | 'agentName' | 'username' | 'userId'
>;

export type Certainty = 'upstream' | 'observed' | 'inferred';

/** How certain a time is: the last observation without the change, the first with it, and where the time comes from. */
export interface Observed {
  readonly earliest: Instant | null;
  readonly latest: Instant;
  readonly certainty: Certainty;
}

export type Outcome = 'answered' | 'abandoned' | 'no-answer' | 'unknown';
export type OfferOutcome = 'answered' | 'answered-elsewhere' | 'not-answered' | 'caller-left';

export interface Agent {
  readonly id: string | null;
  readonly name: string | null;
  readonly username: string | null;
  readonly extension: string | null;
}

export interface Queue {
  readonly id: string;
  readonly name: string;
}

/** A live call. */
export interface Call {
  readonly callId: string;
  readonly linkedCallIds: readonly string[];
  readonly upstreamIds: readonly string[];
  readonly direction: Direction;
  readonly customer: PhoneNumber | null;
  readonly hotline: PhoneNumber | null;
  /** Every queue that the caller has been in, in order; the last is the current or latest one. */
  readonly queues: readonly Queue[];
  readonly legs: readonly Leg[];
  readonly entry: QueueEntry | null;
  /** Queue entries that this call has left: rows of them that linger still belong to it. */
  readonly pastEntries: readonly Pick<ObservedQueueEntry, 'entryKey' | 'rowKey'>[];
  /** Every extension that has or had a leg in the call, in the order in which they first had one. */
  readonly participants: readonly Participant[];
  readonly startedAt: Instant;
  readonly startedCertainty: Certainty;
  readonly answeredAt: Instant | null;
  readonly answeredCertainty: Certainty | null;
  /** The participant who is connected to the caller, or was last; null until a poll showed an answered leg. */
  readonly connected: ConnectedParticipant | null;
  readonly transfers: number;
  readonly baseline: boolean;
  /** A part is missing, or a queue entry Abandoned, and the next complete observation must confirm it. */
  readonly pendingAbsence: boolean;
  /** How certain the time of the call's latest transition is. */
  readonly observed: Observed;
}

/** How long ended calls are remembered: longer than rows are known to linger (900 s by FusionPBX's default). */
export const ENDED_MEMORY_MS = 3_600_000;

/**
 * A call that has ended. It is remembered for a while so that a new call with one of its ids or rows can be linked to it.
 */
export interface EndedCall {
  readonly callId: string;
  readonly upstreamIds: readonly string[];
  /** The `entryKey` of each of its queue entries, which recognises a row that lingers. */
  readonly entries: readonly string[];
  /** The `rowKey` of each of its queue entries, which recognises a caller who resumes. */
  readonly rows: readonly string[];
  /** When the bridge ended it. */
  readonly endedAt: Instant;
  /**
   * Set on an unanswered inbound call that had legs and no queue entry: `numberKey` of the customer, and `call_time`. The
   * queue may show the entry of this caller later.
   */
  readonly legsOnly?: { readonly customer: string; readonly startedAt: Instant } | undefined;
}

/** `degraded`: the endpoint answers, but for a while no answer was complete. */
export type SourceStatus = 'unknown' | 'up' | 'degraded' | 'down';

export interface SourceState {
  readonly status: SourceStatus;
  /** Since when it is degraded or down; null in the other states. */
  readonly since: Instant | null;
  /** When the last complete observation was requested and when it was received. */
  readonly lastComplete: { readonly startedAt: Instant; readonly at: Instant } | null;
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly lastError: string | null;
  /** What is remembered since the last complete observation; null directly after one. */
  readonly incomplete: Incomplete | null;
}

/** Observations in a row of which none was complete. `parts/incomplete.ts` keeps it. */
export interface Incomplete {
  /** When the first of them was received. */
  readonly since: Instant;
  /** How many there are, up to SOURCE_DOWN_AFTER. */
  readonly polls: number;
  /** One of them was an answer: it had rows, or asked to wait. */
  readonly answered: boolean;
  /** Since when there are partial answers, without an outage in between; null where the last state was an outage. */
  readonly partialSince: Instant | null;
  /** The last partial answer; `whole`: it had every row, some of them unreadable. */
  readonly last: { readonly startedAt: Instant; readonly at: Instant; readonly whole: boolean } | null;
  /** The unreadable rows of that answer, by id, and when the first answer with each was received. */
  readonly unreadable: ReadonlyMap<string, Instant>;
  /** The keys of rows that a partial answer was the first to show, and when it was received. */
  readonly appeared: ReadonlyMap<string, Instant>;
  /** The keys of known parts that the partial answers do not show. */
  readonly missing: ReadonlyMap<string, Missing>;
}

/** When the last answer with the part was requested, and when the first one without it was received. */
export interface Missing {
  readonly lastPresent: Instant | null;
  readonly since: Instant;
}

/** Whether a watched extension is registered, by the PBX's latest answer. */
export interface Registration {
  readonly extension: string;
  /** Its uuid, if the request named it by that. */
  readonly extensionId: string | null;
  readonly registered: boolean;
  /** When an answer first said so. */
  readonly since: Instant;
  /** When the latest answer was requested and when it was received. */
  readonly checked: { readonly startedAt: Instant; readonly at: Instant };
}

/** By extension. */
export type Registrations = ReadonlyMap<string, Registration>;

export interface TenantState {
  readonly sources: Readonly<Record<Endpoint, SourceState>>;
  /** The live calls, by `callId`. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Calls that ended within `ENDED_MEMORY_MS`, by `callId`. */
  readonly ended: ReadonlyMap<string, EndedCall>;
  /**
   * The `entryKey` of each row that was Abandoned in the first poll that showed it and is not announced, while it
   * lingers: the caller left too long ago, or a call that had legs only has been announced for this caller already.
   */
  readonly ignoredEntries: ReadonlySet<string>;
  /** The monitor has listed extensions without a call, so it lists every extension that is registered. */
  readonly listsIdle: boolean;
  /** What is known of watched extensions. */
  readonly registrations: Registrations;
}

/**
 * The part of the state that most polls change without an event: when endpoints and watched extensions were last checked.
 */
export type Freshness = Pick<TenantState, 'sources' | 'registrations'>;

const UNKNOWN_SOURCE: SourceState = {
  status: 'unknown',
  since: null,
  lastComplete: null,
  failures: 0,
  failingSince: null,
  lastError: null,
  incomplete: null,
};

/** The state of a tenant before its first observation. */
export const EMPTY_STATE: TenantState = {
  sources: { monitor: UNKNOWN_SOURCE, queue: UNKNOWN_SOURCE },
  calls: new Map(),
  ended: new Map(),
  ignoredEntries: new Set(),
  listsIdle: false,
  registrations: new Map(),
};

/** The rules' settings, which an operator may choose; see `docs/configuration.md`. */
export interface Policy {
  /** How many consecutive complete observations without a part confirm that it is gone. */
  readonly absencePolls: number;
  /** How long ago a caller may have abandoned a queue entry for the first poll of a tenant to announce it. */
  readonly abandonedLookbackMs: number;
  /** How many failed polls in a row mean that an endpoint is down. */
  readonly sourceDownAfter: number;
}

export const DEFAULT_POLICY: Policy = { absencePolls: 2, abandonedLookbackMs: 60_000, sourceDownAfter: 3 };
