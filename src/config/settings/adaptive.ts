import { POLL_INTERVAL_MS } from './variables.js';

/** Polling that adapts, as the operator wants it. */
export interface AdaptiveConfig {
  /** Null: as the tenant's own interval says, see `adaptiveBounds`. */
  readonly minIntervalMs: number | null;
  readonly maxIntervalMs: number | null;
  /** Of each tenant; 0: none. */
  readonly budgetPerHour: number;
}

export interface AdaptiveBounds {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly budgetPerHour: number;
}

/**
 * The bounds for a tenant that is asked every `intervalMs`. What is set counts for every tenant; what is not follows
 * the tenant's interval, so that one number still says how fast, and gives way to what is set.
 */
export function adaptiveBounds(
  { minIntervalMs: min, maxIntervalMs: max, budgetPerHour }: AdaptiveConfig,
  intervalMs: number,
): AdaptiveBounds {
  return {
    minIntervalMs: min ?? Math.min(clamped(intervalMs * FASTEST), max ?? Infinity),
    maxIntervalMs: max ?? Math.max(clamped(intervalMs * SLOWEST), min ?? 0),
    budgetPerHour,
  };
}

/** To what an interval may be at all. */
function clamped(ms: number): number {
  return Math.min(Math.max(Math.round(ms), POLL_INTERVAL_MS.min), POLL_INTERVAL_MS.max);
}

/** Of the interval: about the requests of the fixed interval on a working day (docs/polling.md). */
const FASTEST = 1 / 4;
const SLOWEST = 2;
