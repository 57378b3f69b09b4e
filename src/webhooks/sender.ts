import type { WebhookEndpoint } from '../config/webhooks/webhook-endpoint.js';

/** A request as it is sent at every try; only timestamp and signature are of the try. */
export interface Outgoing {
  /** `webhook-id`: `evt_` and a hash of the event's id. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Of the template; null: the endpoint's. */
  readonly url: string | null;
  /** Without the signature's. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends one request once. Never rejects. */
export interface Sender {
  send(endpoint: WebhookEndpoint, outgoing: Outgoing, signal: AbortSignal): Promise<Result>;
}

/** What came of a try. */
export interface Result {
  readonly verdict: Verdict;
  readonly status: number | null;
  readonly tookMs: number;
  /** Redacted, one line, of at most 1 KiB of the answer; null when it was delivered. */
  readonly error: string | null;
}

/**
 * `delivered`: a 2xx in time. `endpoint-failed`: connection, TLS, time-out, 429, 502 to 504; `retryAfterMs` as the answer
 * says. `event-failed`: any other answer, redirects too. `gone`: 410. `refused`: an address that may not be asked; it
 * fails as the endpoint does.
 */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'endpoint-failed'; readonly retryAfterMs: number | null }
  | { readonly kind: 'event-failed' }
  | { readonly kind: 'gone' };
