import type { ResetReason } from '../deliver/log/resumption.js';
import type { DeadLetter, StoredAttempt, WebhookState } from '../store/webhook-store.js';
import type { Result } from './sender.js';

/** What people can see and do of a tenant's webhooks; HTTP, the page and the command all use it, on any replica. */
export interface WebhooksControl {
  list(tenant: string): Promise<readonly WebhookView[]>;

  /** Rejects with a `NoSuchEndpointError` for an id that is not configured; so do the others. */
  attempts(tenant: string, id: string): Promise<readonly StoredAttempt[]>;

  deadLetters(tenant: string, id: string): Promise<readonly DeadLetter[]>;

  /**
   * Sends a `webhook-test` and says what came of it. Touches neither breaker nor position. Tests and replays of an endpoint
   * take turns, one request at a time; of one whose signal has aborted before its turn nothing is sent.
   */
  test(tenant: string, id: string, signal: AbortSignal): Promise<Result>;

  /**
   * Sends events of the log again, in order, with their own ids, at the endpoint's rate; from a cursor or instant on, or one only.
   * Touches neither breaker nor position. Ends at the first event that the endpoint refuses, and where the signal aborts.
   * Rejects with an `UnusableCursorError` where the log does not hold what is asked for.
   */
  replay(tenant: string, id: string, what: ReplayOf, signal: AbortSignal): Promise<Replayed>;

  /** Resumes an endpoint that is paused or disabled; of another it changes nothing. */
  resume(tenant: string, id: string): Promise<void>;
}

export type ReplayOf =
  | { readonly since: number }
  | { readonly after: string }
  /** The event's cursor. */
  | { readonly only: string };

export interface Replayed {
  readonly delivered: number;
  /** The last one's; null where nothing was sent. */
  readonly last: Result | null;
  /** Where a replay that ended early can go on. */
  readonly cursor: string | null;
}

/** As `GET /v1/webhooks` shows it. */
export interface WebhookView {
  readonly id: string;
  /** Scheme, host and port; a path or query only as `/…`. */
  readonly url: string;
  readonly state: WebhookState;
  /** Null before the first event. */
  readonly cursor: string | null;
  readonly lagEvents: number;
  readonly lagMs: number;
  readonly lastError: string | null;
  readonly lastDeliveredAt: string | null;
}

export class NoSuchEndpointError extends Error {
  override readonly name = 'NoSuchEndpointError';
}

/** `after` or `only` of a replay is no position of the log any more. */
export class UnusableCursorError extends Error {
  override readonly name = 'UnusableCursorError';

  constructor(readonly reason: ResetReason) {
    super(`the cursor cannot be used: ${reason}`);
  }
}
