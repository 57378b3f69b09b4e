import type { Instant } from '../../core/model/observation.js';

/**
 * A tenant's requests per hour, as a token bucket: what quiet minutes leave over, busy ones may spend.
 *
 * Guarantee: in any hour, wherever it begins, no more than `perHour` requests are spent: what the bucket holds and what
 * flows into it in an hour are together that many. Pure arithmetic over instants in milliseconds.
 */
export class RequestBudget {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #at: Instant;

  /** @param perHour some hundred at least, as the configuration asks for */
  constructor(perHour: number, now: Instant) {
    this.#capacity = Math.max(perHour * BUCKET_SHARE, 2 * A_CYCLE);
    this.#perMs = (perHour - this.#capacity) / HOUR_MS;
    this.#tokens = this.#capacity;
    this.#at = now;
  }

  spend(now: Instant): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  /** When a cycle can be paid for: `now`, or later. */
  affordableAt(now: Instant): Instant {
    this.#refill(now);
    return now + Math.max(0, (A_CYCLE - this.#tokens) / this.#perMs);
  }

  /**
   * What an interval becomes as the bucket empties: itself while it is half full, then longer in proportion, so that what
   * matters more stays faster; at most `SLOWEST` times what the inflow alone would pay for, so that a bucket always
   * fills again before it is empty and a poll that confirms something need not wait.
   */
  stretched(intervalMs: number, now: Instant): number {
    this.#refill(now);
    const shortage = this.#capacity / 2 / Math.max(this.#tokens, 1);
    const slowest = (SLOWEST * A_CYCLE) / this.#perMs;
    return Math.max(intervalMs, Math.min(intervalMs * shortage, slowest));
  }

  #refill(now: Instant): void {
    // A clock that was set back takes nothing away.
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#capacity, this.#tokens + elapsed * this.#perMs);
    this.#at = now;
  }
}

const HOUR_MS = 3_600_000;
/** Both endpoints. */
const A_CYCLE = 2;
const SLOWEST = 2;
/** Six minutes' worth: a rush of calls is paid from it, and the rest of the hour is hardly poorer for it. */
const BUCKET_SHARE = 0.1;
