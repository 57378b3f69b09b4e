/**
 * What one poll of one endpoint said, in the domain's words.
 *
 * Guarantees: a failed poll carries no rows, so it cannot be taken for an empty one; rows are already
 * deduplicated (the strongest state of a repeated leg wins) and free of sentinels, zone-less times and idle
 * extensions. Not guaranteed: that two endpoints were looked at at the same instant.
 */

/** One polled upstream address of a tenant. */
export type Endpoint = 'monitor' | 'queue';
export const ENDPOINTS: readonly Endpoint[] = ['monitor', 'queue'];

export type Direction = 'inbound' | 'outbound' | 'local';

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** A telephone number: always as the PBX wrote it, in the other forms only where they are certain. */
export interface PhoneNumber {
  readonly raw: string;
  /** E.164 with `+`, or null for hotlines, extensions, `anonymous` and whatever libphonenumber doubts. */
  readonly e164: string | null;
  readonly national: string | null;
}

/**
 * What a row's `call_state` says. `unclear` (DOWN, empty, null, a word nobody has seen) says that the leg is there
 * and nothing more: it keeps a known leg alive, never moves it backwards and never begins a call.
 */
export type LegSignal = 'ringing' | 'answered' | 'unclear';

/** One extension's part in a call, as a row of `/v3/monitor` shows it. */
export interface ObservedLeg {
  /** Identity of the leg: `<extension>|<upstream call_id>`. */
  readonly key: string;
  readonly callId: string;
  readonly extension: string;
  readonly extensionId: string | null;
  readonly agentName: string | null;
  readonly username: string | null;
  readonly userId: string | null;
  readonly signal: LegSignal;
  readonly direction: Direction;
  /** Whether the call rings at this extension (`callee`) or the extension placed it (`caller`). */
  readonly role: 'caller' | 'callee';
  readonly customer: PhoneNumber | null;
  readonly hotline: PhoneNumber | null;
  /** Local calls: the other extension, as this row names it. */
  readonly peer: string | null;
  /** `call_time` read in the tenant's zone, null where it is missing or a sentinel. Never an identity. */
  readonly startedAt: Instant | null;
}

export type QueueStatus = 'waiting' | 'trying' | 'answered' | 'abandoned' | 'unknown';

/** One caller's stay in a queue, as a row of `/v3/monitor/callcenter/queue` shows it. */
export interface ObservedQueueEntry {
  /** Identity of the row: `<queue uuid>|<mobile>|<joined instant>`. A resume keeps it. */
  readonly rowKey: string;
  /** Identity of the stay: the row and its `rejoined_time`, so that a resumed caller is a new stay. */
  readonly entryKey: string;
  readonly queueId: string;
  readonly queueName: string;
  readonly agentId: string | null;
  readonly agentName: string | null;
  readonly customer: PhoneNumber | null;
  readonly status: QueueStatus;
  readonly joinedAt: Instant;
  readonly rejoinedAt: Instant | null;
  readonly bridgedAt: Instant | null;
  readonly abandonedAt: Instant | null;
  /** `call_uuid`: an alias, null once the PBX has emptied it. */
  readonly callId: string | null;
  /** Names the call where the PBX gives no id: a digest of the row's identity, the same on every sighting. */
  readonly fallbackId: string;
}

interface Poll {
  readonly endpoint: Endpoint;
  /** When the request was sent: what happened later may be missing from the answer. */
  readonly startedAt: Instant;
  /** When the answer was there: what it shows had happened by now. */
  readonly at: Instant;
}

/** `complete`: the rows are all there is. `partial`: additions and changes count, absences do not. */
interface Answer<Row> extends Poll {
  readonly outcome: 'complete' | 'partial';
  /** Rows by their key. The same `Map` object as the last answer's means: not a row has changed. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Why it is only partial, in one line without secrets or customer data; null when complete. */
  readonly reason: string | null;
}

interface Failure extends Poll {
  readonly outcome: 'failed';
  readonly reason: string;
}

export interface MonitorAnswer extends Answer<ObservedLeg> {
  readonly endpoint: 'monitor';
  /**
   * Extensions that the answer lists without a call. An extension that is neither here nor in a leg is not
   * registered, as far as a registration-driven list can tell.
   */
  readonly idleExtensions: ReadonlySet<string>;
}

/** Rows by `entryKey`. */
export interface QueueAnswer extends Answer<ObservedQueueEntry> {
  readonly endpoint: 'queue';
}

export type MonitorObservation = MonitorAnswer | (Failure & { readonly endpoint: 'monitor' });
export type QueueObservation = QueueAnswer | (Failure & { readonly endpoint: 'queue' });
export type Observation = MonitorObservation | QueueObservation;

/** What the PBX says about one extension, asked for by `id`: its number or uuid. */
export type RegistrationAnswer = {
  readonly id: string;
  /** When the question was sent, and when the answer was there. */
  readonly startedAt: Instant;
  readonly at: Instant;
} & (
  | { readonly outcome: 'found'; readonly extension: string; readonly registered: boolean }
  | { readonly outcome: 'not-found' }
);

/** What one poll cycle saw. An endpoint that was not asked (it is backing off) is absent. */
export interface Observations {
  readonly monitor?: MonitorObservation;
  readonly queue?: QueueObservation;
  /** Of watched extensions, in the order they came in since the last cycle. */
  readonly registrations?: readonly RegistrationAnswer[];
}
