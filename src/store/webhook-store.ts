import type { Position } from '../core/model/position.js';

/**
 * Keeps how far each webhook endpoint has got in its tenant's log. It has two implementations, `RedisWebhookStore` and
 * `MemoryWebhookStore`; `webhook-store.contract.ts` checks both.
 *
 * Guarantees:
 * - Only the holder of the newest fencing token of a tenant's webhooks saves progress. That token is not the one of polling.
 * - A save is all or nothing, and may be repeated: the same dead letter is not kept twice.
 * - A Redis without memory left takes claims and saves, and refuses attempts and wishes to resume.
 * - Attempts and dead letters are kept to a bounded number, the newest, and hold no personal data.
 * - What is stored of one endpoint and cannot be read stops no other.
 *
 * Not guaranteed: that a save survives when Redis loses its memory. An endpoint then goes on from an older progress, which
 * repeats deliveries, or from none. After a fail-over that lost a claim, the owner before it may save until the next claim;
 * the one whose claim was lost cannot, so that never two can.
 *
 * Every call rejects as `Store` does: with a `TypeError` for a name that is none, a `StoreUnavailableError` while there is
 * no connection, a `StoreClosedError` after `close`, and with whatever Redis answers. A rejected save may have been carried
 * out, or may yet be.
 */
export interface WebhookStore {
  /** Takes the tenant's webhooks over: a token greater than every older one, which makes those invalid, and what is known of its endpoints. */
  claim(tenant: string): Promise<WebhookClaim>;

  /** What is known of the tenant's endpoints, without claiming; those that cannot be read are left out. */
  progress(tenant: string): Promise<ReadonlyMap<string, EndpointProgress>>;

  /** Saves what has changed. False when the token is no longer the newest: stop. */
  save(tenant: string, fence: number, changed: WebhookSave): Promise<boolean>;

  /** Asks the owner to resume a paused or disabled endpoint: it finds that in `resumeAsked`. */
  askToResume(tenant: string, endpoint: string): Promise<void>;

  /** Which endpoints somebody has asked to resume since they were last saved as active or failing. */
  resumeAsked(tenant: string): Promise<ReadonlySet<string>>;

  /** Adds attempts to the endpoint's list, which keeps the newest `ATTEMPTS_KEPT`. Needs no token: a test or a replay is anybody's. */
  addAttempts(tenant: string, endpoint: string, attempts: readonly StoredAttempt[]): Promise<void>;

  /** Newest first. */
  attempts(tenant: string, endpoint: string): Promise<readonly StoredAttempt[]>;

  /** Newest first: what was given up, and why. */
  deadLetters(tenant: string, endpoint: string): Promise<readonly DeadLetter[]>;

  /** Later calls reject. */
  close(): void;
}

export const ATTEMPTS_KEPT = 200;
export const DEAD_LETTERS_KEPT = 1_000;

export interface WebhookClaim {
  readonly fence: number;
  readonly endpoints: ReadonlyMap<string, EndpointProgress>;
  /**
   * Endpoints whose progress is stored and cannot be read: they are not new. A save of one replaces what cannot be read.
   */
  readonly unreadable: readonly string[];
}

export interface WebhookSave {
  readonly endpoints: ReadonlyMap<string, EndpointProgress>;
  /** Appended in the same step as the progress that leaves them behind. */
  readonly dead: ReadonlyMap<string, readonly DeadLetter[]>;
  /** Endpoints that are no longer configured: all that is kept of them goes. */
  readonly removed: readonly string[];
}

/**
 * How far an endpoint has got. Every event up to `through` is delivered, not for this endpoint, given up, or in `open`;
 * so a hand-over repeats only what was in flight.
 */
export interface EndpointProgress {
  readonly through: Position;
  /** Events up to `through` that are still owed, by ascending sequence; at most `OPEN_MAX`. */
  readonly open: readonly OpenEvent[];
  /** A gap that was not reported to the endpoint yet. */
  readonly gap: WebhookGap | null;
  readonly state: WebhookState;
  /** By the store's clock, epoch milliseconds: since when every try has failed; null while it works. */
  readonly failingSince: number | null;
  /** Whether `webhook-failing` was emitted for that. */
  readonly isAnnounced: boolean;
  /** Redacted, one line. */
  readonly lastError: string | null;
  readonly lastDeliveredAt: number | null;
  /** Counted since the endpoint exists. */
  readonly counts: { readonly delivered: number; readonly expired: number; readonly dead: number };
}

/** Bounds what a receiver that refuses single events can make the bridge remember. */
export const OPEN_MAX = 1_000;

export interface OpenEvent {
  readonly sequence: number;
  /** Failures that were the event's own, not the endpoint's. */
  readonly tries: number;
  /** Epoch milliseconds. */
  readonly nextAt: number;
}

export interface WebhookGap {
  readonly from: string;
  readonly to: string;
  /** Null where it cannot be known. */
  readonly count: number | null;
  readonly reason: string;
}

/** `failing` for 5 minutes of failures; `paused` after 72 hours of them; `disabled` by 410. The last two end with a resume. */
export type WebhookState = (typeof WEBHOOK_STATES)[number];
export const WEBHOOK_STATES = ['active', 'failing', 'paused', 'disabled'] as const;

/** Whether the endpoint gets nothing until it is resumed. */
export function isHalted(state: WebhookState): boolean {
  return state === 'paused' || state === 'disabled';
}

/**
 * Where an endpoint begins that has begun before its tenant had a log: with the log, whatever that holds by the time that an
 * owner reads it. It is stored as any position is, since another owner may be the one that reads it.
 */
export const BEFORE_THE_LOG: Position = { epoch: '', sequence: 0 };

export function isBeforeTheLog({ epoch }: Position): boolean {
  return epoch === BEFORE_THE_LOG.epoch;
}

/** Of an endpoint that has got nothing yet. */
export function newProgress(through: Position): EndpointProgress {
  return {
    through,
    open: [],
    gap: null,
    state: 'active',
    failingSince: null,
    isAnnounced: false,
    lastError: null,
    lastDeliveredAt: null,
    counts: { delivered: 0, expired: 0, dead: 0 },
  };
}

export interface StoredAttempt {
  readonly at: number;
  /** The event's cursor; null for a test and a gap. */
  readonly cursor: string | null;
  /** `webhook-id`. */
  readonly id: string;
  readonly kind: 'event' | 'gap' | 'test' | 'replay';
  readonly outcome: 'delivered' | 'endpoint-failed' | 'event-failed';
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  readonly tookMs: number;
  /** Redacted, one line; null when it was delivered. */
  readonly error: string | null;
}

/** No copy of the event. */
export interface DeadLetter {
  readonly cursor: string;
  /** `expired`: too old before it could be delivered; `refused`: refused until it was too old. */
  readonly reason: 'expired' | 'refused';
  readonly tries: number;
  readonly at: number;
}
