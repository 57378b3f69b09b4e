import type { Endpoint, FailedObservation, Instant, Observation } from '../core/model/observation.js';

/** One poll of an endpoint, and its result. An observation of `failed` says why there is no answer. */
export interface PollResult {
  readonly endpoint: Endpoint;
  /** Stamped by the wall clock. */
  readonly observation: Observation;
  /** When it was sent, after any wait for a connection: by the monotonic clock. */
  readonly sentAt: number;
  /** Milliseconds from `sentAt` to the whole answer, or to its failure. */
  readonly tookMs: number;
  /** The HTTP status; null when there was no complete answer. */
  readonly status: number | null;
  /** The upstream's `Retry-After` in milliseconds, or null. */
  readonly retryAfterMs: number | null;
  /** How many requests it took: more than one where the list came in pages. */
  readonly requests: number;
  /** After how many milliseconds to ask again, where the request was not sent because the host is down. Else null. */
  readonly heldBackMs: number | null;
}

/**
 * The only function that makes a `PollResult`.
 *
 * @param request what the HTTP client reports of it
 * @param endedAt by the monotonic clock
 */
export function pollResult(
  observation: Observation,
  request: Pick<PollResult, 'sentAt' | 'status'> &
    Partial<Pick<PollResult, 'retryAfterMs' | 'heldBackMs' | 'requests'>>,
  endedAt: number,
): PollResult {
  const { sentAt, status, retryAfterMs = null, requests = 1, heldBackMs = null } = request;
  const tookMs = endedAt - sentAt;
  const { endpoint } = observation;
  return { endpoint, observation, sentAt, tookMs, status, retryAfterMs, requests, heldBackMs };
}

/** @param retryAfterMs the upstream's `Retry-After` in milliseconds, or null */
export function failed<Of extends Endpoint>(
  poll: { readonly endpoint: Of; readonly startedAt: Instant; readonly at: Instant },
  reason: string,
  retryAfterMs: number | null,
): FailedObservation & { readonly endpoint: Of } {
  const held = retryAfterMs === null ? {} : { heldUntil: poll.at + retryAfterMs };
  return { ...poll, outcome: 'failed', reason, ...held };
}

/** Whether the poll showed nothing. */
export function hasFailed({ observation }: PollResult): boolean {
  return observation.outcome === 'failed';
}
