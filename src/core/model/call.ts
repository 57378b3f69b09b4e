import type {
  Direction,
  Endpoint,
  Instant,
  ObservedLeg,
  ObservedQueueEntry,
  PhoneNumber,
} from './observation.js';

/**
 * The domain's state: what must be known about a tenant to tell, at the next poll, what has changed.
 * Plain readonly data, JSON through and through but for the maps, which the store keeps field by field.
 */

/** A part of a call that the latest complete observations of its endpoint no longer show. */
export interface Absence {
  /** Consecutive complete observations without it. */
  readonly polls: number;
  /** When the last observation with it was asked for. */
  readonly lastPresent: Instant | null;
  /** When the first observation without it was there. */
  readonly firstAbsent: Instant;
  /** The extension is not even listed as idle, or is known not to be registered: the call may go on all the same. */
  readonly unlisted: boolean;
}

/** A leg that is part of a call that is alive. `ringing` only ever becomes `answered`. */
export interface Leg {
  readonly seen: ObservedLeg;
  readonly state: 'ringing' | 'answered';
  readonly absence: Absence | null;
}

/** The call's current stay in a queue. Kept after its row is gone, until another stay replaces it. */
export interface QueueEntry {
  readonly seen: ObservedQueueEntry;
  readonly answered: boolean;
  /** Set while the row says Abandoned or is missing; `kind` tells which. */
  readonly absence: (Absence & { readonly kind: 'vanished' | 'abandoned' }) | null;
}

/** An extension that has, or had, a part in the call. One offer may be open at it at a time. */
export interface Participant {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  /** How often the call was offered here. */
  readonly offers: number;
  readonly offerOpen: boolean;
  /** An open offer whose legs are all gone, while it is not clear yet how it ended: when they went. */
  readonly ringingStopped: Pick<Absence, 'lastPresent' | 'firstAbsent'> | null;
}

/** The extension that has the conversation, as its leg named it. */
export type ConnectedParticipant = Pick<
  ObservedLeg,
  'extension' | 'extensionId' | 'agentName' | 'username' | 'userId'
>;

export type Certainty = 'upstream' | 'observed' | 'inferred';

/** How sure a time is: the last observation without it, the first with it, and where the time comes from. */
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

/** A call that is alive. */
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
  /** Stays that this call has left (overflow): their lingering rows still belong to it. */
  readonly pastEntries: readonly Pick<ObservedQueueEntry, 'entryKey' | 'rowKey'>[];
  /** Every extension that has or had a part, in the order they came. */
  readonly participants: readonly Participant[];
  readonly startedAt: Instant;
  readonly startedCertainty: Certainty;
  readonly answeredAt: Instant | null;
  readonly answeredCertainty: Certainty | null;
  /** Who has the conversation, or had it last; null until a leg was seen answered. */
  readonly connected: ConnectedParticipant | null;
  readonly transfers: number;
  readonly baseline: boolean;
  /** A part is missing, or a queue entry Abandoned, and the next complete observation must confirm it. */
  readonly pendingAbsence: boolean;
  /** Of the call's latest transition. */
  readonly observed: Observed;
}

/** How long ended calls are remembered: longer than any row is known to linger (900 s by FusionPBX's default). */
export const ENDED_MEMORY_MS = 3_600_000;

/** A call that has ended, kept for a while so that its ids, when they come back, name it. */
export interface EndedCall {
  readonly callId: string;
  readonly upstreamIds: readonly string[];
  /** `entryKey` and `rowKey` of its queue entries: a lingering row is known by the first, a resume by the second. */
  readonly entries: readonly string[];
  readonly rows: readonly string[];
  /** When the bridge ended it. */
  readonly endedAt: Instant;
  /**
   * Of a caller who was known by telephones alone and reached nobody: `numberKey` of the customer, and `call_time`. The
   * queue's entry may turn up later.
   */
  readonly legsOnly?: { readonly customer: string; readonly startedAt: Instant } | undefined;
}

export type SourceStatus = 'unknown' | 'up' | 'down';

export interface SourceState {
  readonly status: SourceStatus;
  /** The last complete observation: when it was asked for, when it was there. */
  readonly lastComplete: { readonly startedAt: Instant; readonly at: Instant } | null;
  readonly failures: number;
  readonly failingSince: Instant | null;
  readonly lastError: string | null;
}

/** Whether a watched extension is registered, as the PBX said last. */
export interface Registration {
  readonly extension: string;
  /** Its uuid, where it was asked for by that. */
  readonly extensionId: string | null;
  readonly registered: boolean;
  /** When this was first seen to be so. */
  readonly since: Instant;
  /** The latest answer: when it was asked for, when it was there. */
  readonly checked: { readonly startedAt: Instant; readonly at: Instant };
}

/** By extension. */
export type Registrations = ReadonlyMap<string, Registration>;

export interface TenantState {
  readonly sources: Readonly<Record<Endpoint, SourceState>>;
  /** Calls that are alive, by `callId`. */
  readonly calls: ReadonlyMap<string, Call>;
  /** Calls that ended within `ENDED_MEMORY_MS`, by `callId`. */
  readonly ended: ReadonlyMap<string, EndedCall>;
  /**
   * Stays that were already Abandoned when first seen, and too long ago to announce or told by the telephones before;
   * while their rows linger.
   */
  readonly ignoredEntries: ReadonlySet<string>;
  /** The monitor has been seen to list extensions without a call, so it is driven by registrations. */
  readonly listsIdle: boolean;
  /** What is known of watched extensions. */
  readonly registrations: Registrations;
}

/** What passes without an event: how fresh the knowledge of the endpoints and of watched extensions is. */
export type Freshness = Pick<TenantState, 'sources' | 'registrations'>;

const UNKNOWN_SOURCE: SourceState = {
  status: 'unknown',
  lastComplete: null,
  failures: 0,
  failingSince: null,
  lastError: null,
};

/** The state of a tenant that nobody has observed yet. */
export const EMPTY_STATE: TenantState = {
  sources: { monitor: UNKNOWN_SOURCE, queue: UNKNOWN_SOURCE },
  calls: new Map(),
  ended: new Map(),
  ignoredEntries: new Set(),
  listsIdle: false,
  registrations: new Map(),
};

/** What the operator may choose about the rules; see `docs/configuration.md`. */
export interface Policy {
  /** Consecutive complete observations without a part before it is gone. */
  readonly absencePolls: number;
  /** How long ago a queue entry may have been abandoned to be announced at a first sight. */
  readonly abandonedLookbackMs: number;
  /** Failed polls in a row before an endpoint is down. */
  readonly sourceDownAfter: number;
}

export const DEFAULT_POLICY: Policy = { absencePolls: 2, abandonedLookbackMs: 60_000, sourceDownAfter: 3 };
