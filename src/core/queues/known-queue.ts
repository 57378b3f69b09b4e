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
  /** Rules that are not crossed and may hold; absent: none. */
  readonly doubted?: readonly DoubtedThreshold[];
}

/** What is to come of it is said by the answer that shows its callers for certain, and may have been so ever since `after`. */
export interface DoubtedThreshold {
  readonly rule: ThresholdRule;
  readonly limit: number;
  /** When the last answer was requested by which it certainly did not hold; null: it is not known. */
  readonly after: Instant | null;
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

/** The same queue where nothing changes. */
export function withRules(
  known: KnownQueue,
  crossed: readonly CrossedThreshold[],
  doubted: readonly DoubtedThreshold[],
): KnownQueue {
  if (isSame(known.crossed, crossed) && isSame(known.doubted ?? [], doubted)) return known;
  const { id, name, lastAt } = known;
  return { id, name, lastAt, crossed, ...(doubted.length > 0 && { doubted }) };
}

function isSame<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((item, nth) => item === other[nth]);
}

/** A queue without a caller for so long is forgotten. */
export const QUEUE_KEPT_MS = 30 * 86_400_000;
/** More than the largest tenant has; a queue that is over is not watched, and the one that was idle for longest gives way first. */
export const QUEUES_MAX = 1_000;
