/**
 * What one poll of one endpoint showed, in the domain's words.
 *
 * Guarantees: a failed poll carries no rows, so it cannot be taken for an empty one; rows are already
 * deduplicated (the strongest state of a repeated leg wins) and free of sentinels, zone-less times and idle
 * extensions. Not guaranteed: that the answers of two endpoints show the same instant.
 */

/** One polled upstream address of a tenant. */
export type Endpoint = 'monitor' | 'queue';
export const ENDPOINTS: readonly Endpoint[] = ['monitor', 'queue'];

export type Direction = 'inbound' | 'outbound' | 'local';

/**
 * Whose direction the word in a monitor row is: the call's, or that of the extension's own leg, which the PBX places
 * (`outbound`) for an inbound call.
 */
export type DirectionMeaning = 'call' | 'leg';

/** Milliseconds since the Unix epoch. */
export type Instant = number;

/** A phone number as the PBX wrote it, and in the other forms where they are certain. */
export interface PhoneNumber {
  readonly raw: string;
  /** E.164 with `+`; null for hotlines, extensions, `anonymous` and numbers that libphonenumber does not find valid. */
  readonly e164: string | null;
  readonly national: string | null;
}

/**
 * What a row's `call_state` says. `unclear` (DOWN, empty, null, an unknown word) says only that the leg exists: it keeps
 * a known leg alive, never takes it from answered back to ringing, and never begins a call.
 */
export type LegSignal = 'ringing' | 'answered' | 'unclear';

/** A leg as a row of `/v3/monitor` shows it. */
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
  /** In a local call, the other extension, as this row names it. */
  readonly peer: string | null;
  /** The feature code that the extension dialled (`**106`, `*8`), where `destination` is one: it is no number of a participant. */
  readonly dialled: string | null;
  /** `call_state` says RING_WAIT: the extension placed the call by a click, has answered, and the customer's side rings. */
  readonly ringWait: boolean;
  /** An inbound row that shows the extension itself as its customer, as some views of a pick-up do. */
  readonly ownCustomer: boolean;
  /** `call_time` read in the tenant's zone, null where it is missing or a sentinel. Never an identity. */
  readonly startedAt: Instant | null;
  /**
   * How the row reads if its direction is the leg's and not the call's, where that makes a difference. `observe/direction.ts`
   * takes one of the two readings; nothing else of the core looks at this, and it is not stored.
   */
  readonly asLeg?: LegsReading;
}

export interface LegsReading {
  readonly leg: ObservedLeg;
  /** Whether the row's destination is the extension itself, the customer, or neither. */
  readonly destination: 'own' | 'customer' | 'other';
  /** The row shows the extension itself as the caller, and the two lines of an outbound call beside it. */
  readonly placed: boolean;
}

export type QueueStatus = 'waiting' | 'trying' | 'answered' | 'abandoned' | 'unknown';

/** The names under which a row shows whose an extension is. */
export type ExtensionOwner = Pick<ObservedLeg, 'extensionId' | 'agentName' | 'username' | 'userId'>;

/** A queue entry as a row of `/v3/monitor/callcenter/queue` shows it. */
export interface ObservedQueueEntry {
  /**
   * Identity of the row in its answer: `entryKey`, and `call_uuid` or, without one, `abandoned_time`. It keeps callers
   * apart who joined with one number in one second. It changes when the PBX empties `call_uuid`.
   */
  readonly key: string;
  /** Identity of the caller's place: `<queue uuid>|<mobile>|<joined instant>`. A resume keeps it. */
  readonly rowKey: string;
  /** Identity of the entry: the row and its `rejoined_time`, so that a caller who resumes has a new entry. */
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
  /** The id of the call if the PBX gives none: a digest of the row's identity, the same in every poll. */
  readonly fallbackId: string;
}

interface Poll {
  readonly endpoint: Endpoint;
  /** When the request was sent. The answer may lack what happened after that. */
  readonly startedAt: Instant;
  /** When the answer was received. What it shows had happened by then. */
  readonly at: Instant;
}

/** `complete`: the answer has every row. `partial`: it may lack rows, so what it does not show may still be there. */
interface Answer<Row> extends Poll {
  readonly outcome: 'complete' | 'partial';
  /** Rows by their key. It is the same `Map` object as in the last answer if no row has changed. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Why the answer is partial, in one line without secrets or customer data; null if it is complete. */
  readonly reason: string | null;
  /**
   * The rows that could not be read, by ids that depend on their bytes alone. Given only where the answer is partial for
   * nothing else: what it does not show can then only be one of these.
   */
  readonly unreadable?: ReadonlySet<string>;
  /**
   * How many rows were left out, as the answer shows more than a tenant may have (`observe/row-bounds.ts`). They are rows of
   * no known part, and may appear later.
   */
  readonly leftOut?: number;
}

export interface FailedObservation extends Poll {
  readonly outcome: 'failed';
  readonly reason: string;
  /** Given where the PBX has answered that it wants to be left alone until then (`Retry-After`). */
  readonly heldUntil?: Instant;
}

export interface MonitorAnswer extends Answer<ObservedLeg> {
  readonly endpoint: 'monitor';
  /**
   * Extensions that the answer lists without a call, and whose they are. If the PBX lists those at all, an extension that is
   * neither here nor in a leg is not registered.
   */
  readonly idleExtensions: ReadonlyMap<string, ExtensionOwner>;
}

/** Rows by `key`, in the PBX's order. */
export interface QueueAnswer extends Answer<ObservedQueueEntry> {
  readonly endpoint: 'queue';
}

export type MonitorObservation = MonitorAnswer | (FailedObservation & { readonly endpoint: 'monitor' });
export type QueueObservation = QueueAnswer | (FailedObservation & { readonly endpoint: 'queue' });
export type Observation = MonitorObservation | QueueObservation;

/** The answer that was observed; null where the endpoint was not polled, or the poll failed. */
export function answerOf<Of extends Observation>(
  observation: Of | undefined,
): Exclude<Of, FailedObservation> | null {
  if (observation === undefined || observation.outcome === 'failed') return null;
  return observation as Exclude<Of, FailedObservation>;
}

/** The PBX's answer about the registration of one extension, which the request names by `id`: its number or uuid. */
export type RegistrationAnswer = {
  readonly id: string;
  /** When the request was sent, and when the answer was received. */
  readonly startedAt: Instant;
  readonly at: Instant;
} & (
  | { readonly outcome: 'found'; readonly extension: string; readonly registered: boolean }
  | { readonly outcome: 'not-found' }
);

/** What one poll cycle showed. An endpoint that was not polled (it is backing off) is absent. */
export interface Observations {
  readonly monitor?: MonitorObservation;
  readonly queue?: QueueObservation;
  /** Answers about watched extensions, in the order in which they were received since the last cycle. */
  readonly registrations?: readonly RegistrationAnswer[];
}
