import { POLL_INTERVAL_MS } from './variables.js';

/** The operator's settings for adaptive polling. */
export interface AdaptiveConfig {
  /** Null: derived from the tenant's own interval (`adaptiveBounds`). */
  readonly minIntervalMs: number | null;
  readonly maxIntervalMs: number | null;
  /** Per tenant; 0: no budget. */
  readonly budgetPerHour: number;
}

export interface AdaptiveBounds {
  readonly minIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly budgetPerHour: number;
}

/**
 * The bounds for a tenant whose fixed interval would be `intervalMs`. A bound that is set holds for every tenant. One
 * that is not set is derived from the tenant's interval, and adjusted where it would contradict the other.
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

/** Clamps to the range of all intervals. */
function clamped(ms: number): number {
  return Math.min(Math.max(Math.round(ms), POLL_INTERVAL_MS.min), POLL_INTERVAL_MS.max);
}

/** Factors of the interval: they cost about the requests of the fixed interval on a working day (docs/polling.md). */
const FASTEST = 1 / 4;
const SLOWEST = 2;
