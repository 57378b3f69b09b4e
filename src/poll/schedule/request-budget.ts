import { TokenBucket } from '../../base/token-bucket.js';

/**
 * A tenant's requests per hour, as a token bucket: what quiet minutes leave over, busy ones may spend.
 *
 * Guarantee: in any hour, wherever it begins, no more than `perHour` requests are spent: what the bucket holds and what
 * flows into it in an hour are together that many. Pure arithmetic over instants of the monotonic clock, in milliseconds.
 */
export class RequestBudget {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #bucket: TokenBucket;

  /** @param perHour some hundred at least, as the configuration asks for */
  constructor(perHour: number, now: number) {
    this.#capacity = Math.max(perHour * BUCKET_SHARE, 2 * A_CYCLE);
    this.#perMs = (perHour - this.#capacity) / HOUR_MS;
    this.#bucket = new TokenBucket({ capacity: this.#capacity, perMs: this.#perMs }, now);
  }

  spend(now: number): void {
    this.#bucket.take(now);
  }

  /** When a cycle can be paid for: `now`, or later. */
  affordableAt(now: number): number {
    return this.#bucket.holdsAt(A_CYCLE, now);
  }

  /**
   * What an interval becomes as the bucket empties: itself while it is half full, then longer in proportion, so that what
   * matters more stays faster; at most `SLOWEST` times what the inflow alone would pay for, so that a bucket always
   * fills again before it is empty and a poll that confirms something need not wait.
   */
  stretched(intervalMs: number, now: number): number {
    const shortage = this.#capacity / 2 / Math.max(this.#bucket.level(now), 1);
    const slowest = (SLOWEST * A_CYCLE) / this.#perMs;
    return Math.max(intervalMs, Math.min(intervalMs * shortage, slowest));
  }
}

const HOUR_MS = 3_600_000;
/** Both endpoints. */
const A_CYCLE = 2;
const SLOWEST = 2;
/** Six minutes' worth: a rush of calls is paid from it, and the rest of the hour is hardly poorer for it. */
const BUCKET_SHARE = 0.1;
