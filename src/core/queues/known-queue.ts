import type { Bracket } from '../model/call.js';
import type { ThresholdRule } from '../model/event.js';
import type { Instant } from '../model/observation.js';

/** A queue that has had callers, and which of its rules hold. */
export interface KnownQueue {
  readonly id: string;
  readonly name: string;
  /** When a caller was last seen in it, to the hour. */
  readonly lastAt: Instant;
  readonly crossed: readonly CrossedThreshold[];
}

export interface CrossedThreshold {
  readonly rule: ThresholdRule;
  readonly limit: number;
  readonly since: Instant;
  /**
   * Null while it certainly holds, and once it does not. While it may hold: when the last answer was requested by which it
   * certainly did.
   */
  readonly heldAt: Instant | null;
  /** Null while it holds. Else the window in which it ceased to: it is cleared when that has lasted. */
  readonly calm: Bracket | null;
}

/** A rule of the tenant. `queue`: its id or name in any spelling (`nameForm`); null: every queue. */
export interface Threshold {
  readonly queue: string | null;
  readonly rule: ThresholdRule;
  /** Callers, or whole seconds. */
  readonly limit: number;
}

/** A queue without a caller for so long is forgotten. */
export const QUEUE_KEPT_MS = 30 * 86_400_000;
/** More than the largest tenant has; a queue that is over is not watched, and the one that was idle for longest gives way first. */
export const QUEUES_MAX = 1_000;
