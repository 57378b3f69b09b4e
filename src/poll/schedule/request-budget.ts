import { TokenBucket } from '../../base/token-bucket.js';

/**
 * Bounds a tenant's requests per hour with a token bucket, so that busy minutes may use what quiet ones have saved.
 *
 * Guarantee: in any 60 minutes, no more than `perHour` requests are spent, since the bucket's capacity and its inflow
 * of an hour add up to `perHour`; a cycle that takes more requests than the one before may spend that many more. Pure arithmetic over instants of the monotonic clock, in milliseconds.
 */
export class RequestBudget {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #bucket: TokenBucket;
  /** How many requests a cycle takes. */
  #cycle = BOTH_ENDPOINTS;

  /** @param perHour a few hundred at least, which the configuration enforces */
  constructor(perHour: number, now: number) {
    this.#capacity = Math.max(perHour * BUCKET_SHARE, 2 * BOTH_ENDPOINTS);
    this.#perMs = (perHour - this.#capacity) / HOUR_MS;
    this.#bucket = new TokenBucket({ capacity: this.#capacity, perMs: this.#perMs }, now);
  }

  spend(now: number, requests = 1): void {
    this.#bucket.take(now, requests);
  }

  /** A cycle takes more requests where lists come in pages. */
  cycleTakes(requests: number): void {
    this.#cycle = Math.min(Math.max(requests, BOTH_ENDPOINTS), this.#capacity);
  }

  /** When the bucket holds enough for a cycle: `now`, or later. */
  affordableAt(now: number): number {
    return this.#bucket.holdsAt(this.#cycle, now);
  }

  /**
   * Lengthens an interval as the bucket empties. It is unchanged while the bucket is at least half full, then grows in
   * proportion, so that urgent polls remain faster than others. It is at most `SLOWEST` times the interval that the
   * inflow alone would allow: then the bucket refills before it is empty, and a confirming poll need not wait.
   */
  stretched(intervalMs: number, now: number): number {
    const shortage = this.#capacity / 2 / Math.max(this.#bucket.level(now), 1);
    const slowest = (SLOWEST * this.#cycle) / this.#perMs;
    return Math.max(intervalMs, Math.min(intervalMs * shortage, slowest));
  }
}

const HOUR_MS = 3_600_000;
const BOTH_ENDPOINTS = 2;
const SLOWEST = 2;
/** Six minutes' worth: enough for a rush of calls, and little of what the rest of the hour needs. */
const BUCKET_SHARE = 0.1;
