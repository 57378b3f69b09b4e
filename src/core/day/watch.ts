import type { SourceState, TenantState } from '../model/call.js';
import type { Endpoint, Instant } from '../model/observation.js';

/**
 * Which time an endpoint was watched: between two complete answers in a row, unless it was degraded or down between them
 * (`observe/sources.ts`), or no replica polled it.
 */
export class Watch {
  readonly #endpoint: Endpoint;
  /** Whether this owner has seen a complete answer. */
  #polls = false;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
  }

  /** The step from the last complete answer to one of this poll; null if this poll has none. */
  step(before: TenantState['sources'], after: TenantState['sources']): WatchStep | null {
    const [last, now] = [before[this.#endpoint], after[this.#endpoint].lastComplete];
    if (now === null || now === last.lastComplete) return null;
    const from = last.lastComplete?.at ?? null;
    const limitMs = this.#polls ? LONGEST_INTERVAL_MS : UNWATCHED_AFTER_MS;
    this.#polls = true;
    if (from === null) return { from, to: now.at, isWatched: false };
    // The clock was set back: how long it was is not known, and that time has been counted.
    if (from > now.at) return { from: now.at, to: now.at, isWatched: true };
    return { from, to: now.at, isWatched: isUp(last) && now.at - from < limitMs };
  }
}

export interface WatchStep {
  /** Null: there was no complete answer before. */
  readonly from: Instant | null;
  readonly to: Instant;
  readonly isWatched: boolean;
}

/**
 * Since when the endpoint is not watched now, at `now`; null if it is. Also where the bridge that polls is gone: then nothing
 * else says so.
 */
export function unwatchedSince(
  source: Pick<SourceState, 'status' | 'lastComplete'>,
  now: Instant,
): Instant | null {
  const last = source.lastComplete?.at ?? null;
  if (last === null) return -Infinity;
  return isUp(source) && now - last < LONGEST_INTERVAL_MS ? null : Math.min(last, now);
}

function isUp({ status }: Pick<SourceState, 'status'>): boolean {
  return status !== 'degraded' && status !== 'down';
}

/**
 * As long as an endpoint may lack complete answers before it is degraded. Longer than an owner that takes over finds between its
 * first answer and the last one that the store has noted, which is up to 5 s old.
 */
const UNWATCHED_AFTER_MS = 10_000;
/** An owner polls once a minute at least; twice that without an answer or a failure, and it was not running. */
const LONGEST_INTERVAL_MS = 120_000;
