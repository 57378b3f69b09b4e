/**
 * A token bucket: it holds up to `capacity` tokens, and `perMs` tokens flow in each millisecond.
 *
 * Guarantee: in any stretch of `ms` no more than `capacity + perMs * ms` tokens are taken by `tryTake`. `take` always
 * takes its tokens, and may leave a debt. Pure arithmetic over instants of a monotonic clock, in milliseconds.
 */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;

  /** Full at first. */
  constructor({ capacity, perMs }: { readonly capacity: number; readonly perMs: number }, now: number) {
    this.#capacity = capacity;
    this.#perMs = perMs;
    this.#tokens = capacity;
    this.#at = now;
  }

  /** The number of tokens; below 0: a debt. */
  level(now: number): number {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#tokens;
  }

  /** Takes a token if there is one, and returns whether it did. */
  tryTake(now: number): boolean {
    if (this.level(now) < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Takes so many tokens in any case. */
  take(now: number, tokens = 1): void {
    this.#tokens = this.level(now) - tokens;
  }

  /** When the bucket holds that many tokens: `now`, or later. */
  holdsAt(tokens: number, now: number): number {
    return now + Math.max(0, (tokens - this.level(now)) / this.#perMs);
  }
}
