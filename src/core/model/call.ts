import type {
  Direction,
  DirectionMeaning,
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

/**
 * How a leg came into its call: `shown` by an id, a queue's row or a number; `inferred` from when and where it began, so
 * that it may be another call's; `listens`: a third extension that came in on a conversation (listen, whisper, barge).
 */
export type Joined = 'shown' | 'inferred' | 'listens';

/** A leg of a live call. Its state changes only from `ringing` to `answered`. */
export interface Leg {
  readonly seen: ObservedLeg;
  readonly state: 'ringing' | 'answered';
  readonly joined: Joined;
  /** When an answer first showed the leg, in any state. */
  readonly firstSeen: Instant;
  /** The window in which it came into its state; of one that rings, in which it began to ring. */
  readonly since: Bracket;
  /** A poll showed RING_WAIT: the customer of a click-to-call had not answered then. */
  readonly waited: boolean;
  readonly absence: Absence | null;
}

/** The ends of a window of time: later than `after`, and not later than `by`. `parts/window.ts` compares them. */
export interface Bracket {
  readonly after: Instant | null;
  readonly by: Instant;
}

/** The call's current queue entry. The call keeps it after its row is gone, until another entry replaces it. */
export interface QueueEntry {
  readonly seen: ObservedQueueEntry;
  readonly answered: boolean;
  /** A leg that the queue rang for this entry was seen; `unnamed`: while its row named no agent, as in a ring-all queue. */
  readonly rang: 'no' | 'named' | 'unnamed';
  /** The window in which the agent on the row lost the leg, or was named without one; `parts/staleness.ts`. */
  readonly quiet: Bracket | null;
  /** When the row changed last. */
  readonly changedAt: Instant;
  /** Set while the row is Abandoned or missing; `kind` says which. */
  readonly absence: (Absence & { readonly kind: 'vanished' | 'abandoned' }) | null;
}

/** An extension that has or had a leg in the call. It can have one open offer at a time. */
export interface Participant {
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  readonly username: string | null;
  readonly userId: string | null;
  /** How often the call was offered here. */
  readonly offers: number;
  readonly offerOpen: boolean;
  /** Another extension answered while this offer was open: it is that which ended it, however long the row remains. */
  readonly elsewhere: boolean;
  /** Set while an open offer has no leg left and how it ended is not known yet: when its last leg went. */
  readonly ringingStopped: Pick<Absence, 'lastPresent' | 'firstAbsent'> | null;
}

/** The extension that is connected to the caller, as its leg named it. */
export type ConnectedParticipant = Pick<
  ObservedLeg,
  'extension' | 'extensionId' | 'agentName' | 'username' | 'userId'
>;

export type Certainty = 'upstream' | 'observed' | 'inferred';

/** The PBX cuts its times to whole seconds. */
export const PBX_PRECISION_MS = 1_000;

/**
 * How certain a time is: the last observation without the change, the first with it, and where the time comes from. With
 * `upstream` the window is the second that the PBX names.
 */
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
  /** The same by the PBX's clock; null if the PBX gave no time. */
  readonly pbxStartedAt: Instant | null;
  readonly answeredAt: Instant | null;
  readonly answeredCertainty: Certainty | null;
  /** The participant who is connected to the caller, or was last; null until a poll showed an answered leg. */
  readonly connected: ConnectedParticipant | null;
  /**
   * Set while the call has no part left, but rings at an extension that the connected participant had consulted and left
   * the caller to: the local call of that consultation, and the window in which the connected participant went.
   */
  readonly consultation: { readonly callId: string; readonly went: Bracket } | null;
  readonly transfers: number;
  /** The legs that went last. */
  readonly lastLegs: readonly LastLeg[];
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
  /** `ObservedLeg.key` and `legName` of the legs that were still there: they belong to nothing else. */
  readonly lingering?: readonly string[] | undefined;
  /** Its last legs, by which the PBX shows them again for a moment under another id when the connection ends. */
  readonly lastLegs?: readonly LastLeg[] | undefined;
  /**
   * Set on an unanswered inbound call that had legs and no queue entry: `numberKey` of the customer, and `call_time`. The
   * queue may show the entry of this caller later.
   */
  readonly legsOnly?: { readonly customer: string; readonly startedAt: Instant } | undefined;
}

/** What identifies a leg beside its id. */
export interface LastLeg {
  readonly extension: string;
  /** `customerKey` of its customer. */
  readonly customer: string;
  readonly startedAt: Instant;
  /** When the first observation without it was received. */
  readonly goneAt: Instant;
}

/**
 * A leg that belongs to no call yet: without a state, if the PBX has created it and its device does not ring yet; else the next
 * answer shows whether a call goes on with it.
 */
export interface CreatedLeg {
  /** As the latest answer that has it shows it. */
  readonly seen: ObservedLeg;
  /** The window in which it appeared. */
  readonly since: Bracket;
  /** How many observations have shown it that would show all that began with it. */
  readonly polls: number;
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
  /** What its latest rows say about the PBX's clock, oldest first: see `parts/pbx-clock.ts`. */
  readonly clock: readonly ClockSample[];
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
  /** When the last of them that had every row, some of them unreadable, was requested. */
  readonly lastWhole: Instant | null;
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

/** A row's time by the PBX's clock, and the polls between which the row appeared, by the bridge's. */
export interface ClockSample {
  readonly pbx: Instant;
  /** When the last poll without it was sent. Null unless that poll and the first one with it were complete and in a row. */
  readonly after: Instant | null;
  /** When the first answer with it was received. */
  readonly by: Instant;
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
   * The `key` of each row that is not announced while it lingers: it was Abandoned in the first poll that showed it, and the
   * caller left too long ago, or a call that had legs only has been announced for this caller already; or its call has ended
   * because the row had gone stale.
   */
  readonly ignoredEntries: ReadonlySet<string>;
  /** The monitor has listed extensions without a call, so it lists every extension that is registered. */
  readonly listsIdle: boolean;
  /** By `ObservedLeg.key`. */
  readonly created: ReadonlyMap<string, CreatedLeg>;
  /** The extension of an agent by the name or uuid that queue rows use for it, as learnt from answered entries. */
  readonly agents: ReadonlyMap<string, string>;
  /** By which hotlines callers came to a queue, as learnt from answered entries: `customerKey`s by `queueId`. */
  readonly hotlines: ReadonlyMap<string, readonly string[]>;
  /** What is known of watched extensions. */
  readonly registrations: Registrations;
  readonly direction: RowDirection;
}

/** Whose direction the word in the tenant's monitor rows is, and how that is known. */
export interface RowDirection {
  readonly meaning: DirectionMeaning;
  /** `assumed`: nothing has shown it yet, and the word is taken as the call's. */
  readonly source: 'configured' | 'learnt' | 'assumed';
  /** The legs, by key, that were known when the meaning became another one, or the hotline was shown: they keep the direction they were read with. */
  readonly earlierLegs: readonly string[];
  /**
   * By the leg's direction, a leg towards an extension has shown the hotline as its destination. One that shows the extension
   * itself there is then a click-to-call's.
   */
  readonly showsHotline: boolean;
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
  clock: [],
};

export const ASSUMED_DIRECTION: RowDirection = {
  meaning: 'call',
  source: 'assumed',
  earlierLegs: [],
  showsHotline: false,
};

/** The state of a tenant before its first observation. */
export const EMPTY_STATE: TenantState = {
  sources: { monitor: UNKNOWN_SOURCE, queue: UNKNOWN_SOURCE },
  calls: new Map(),
  ended: new Map(),
  ignoredEntries: new Set(),
  listsIdle: false,
  created: new Map(),
  agents: new Map(),
  hotlines: new Map(),
  registrations: new Map(),
  direction: ASSUMED_DIRECTION,
};

/** The rules' settings, which an operator may choose; see `docs/configuration.md`. */
export interface Policy {
  /** How many consecutive complete observations without a part confirm that it is gone. */
  readonly absencePolls: number;
  /** How long ago a caller may have abandoned a queue entry for the first poll of a tenant to announce it. */
  readonly abandonedLookbackMs: number;
  /** How many failed polls in a row mean that an endpoint is down. */
  readonly sourceDownAfter: number;
  /** How far the monitor may be behind its own PBX. */
  readonly monitorLagMs: number;
  /** How long the call of an extension that is not listed any more is held: a softphone that reconnects comes back. */
  readonly unlistedHoldMs: number;
  /** After how long a queue entry whose row is stale ends. */
  readonly staleEntryMs: number;
  /** Whose direction the word in a monitor row is; `auto`: the bridge finds out. */
  readonly direction: DirectionSetting;
}

export const DIRECTION_SETTINGS = ['auto', 'call', 'leg'] as const;
export type DirectionSetting = (typeof DIRECTION_SETTINGS)[number];

export const DEFAULT_POLICY: Policy = {
  absencePolls: 2,
  abandonedLookbackMs: 60_000,
  sourceDownAfter: 3,
  monitorLagMs: 300,
  unlistedHoldMs: 10_000,
  staleEntryMs: 900_000,
  direction: 'auto',
};
