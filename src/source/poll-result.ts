import type { Endpoint, Observation } from '../core/model/observation.js';

/** One request to a polled endpoint and what came of it. An observation of `failed` says why there is no answer. */
export interface PollResult {
  readonly endpoint: Endpoint;
  /** Stamped by the wall clock. */
  readonly observation: Observation;
  /** When it was sent, after any wait for a connection: by the monotonic clock. */
  readonly sentAt: number;
  /** Milliseconds from there to the whole answer, or to its failure. */
  readonly tookMs: number;
  /** HTTP; null when there was no complete answer. */
  readonly status: number | null;
  /** How long the upstream asks to be left alone, or null. */
  readonly retryAfterMs: number | null;
  /** Not sent, as the host is down for everybody: ask again after so long. Else null. */
  readonly heldBackMs: number | null;
}

/**
 * The one place that makes one.
 *
 * @param request what HTTP knows of it
 * @param endedAt by the monotonic clock
 */
export function pollResult(
  observation: Observation,
  request: Pick<PollResult, 'sentAt' | 'status'> & Partial<Pick<PollResult, 'retryAfterMs' | 'heldBackMs'>>,
  endedAt: number,
): PollResult {
  const { sentAt, status, retryAfterMs = null, heldBackMs = null } = request;
  const tookMs = endedAt - sentAt;
  return { endpoint: observation.endpoint, observation, sentAt, tookMs, status, retryAfterMs, heldBackMs };
}

/** Nothing was seen. */
export function hasFailed({ observation }: PollResult): boolean {
  return observation.outcome === 'failed';
}
