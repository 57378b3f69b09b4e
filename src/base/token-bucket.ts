/**
 * A token bucket: `capacity` at once, and `perMs` flow in, up to `capacity` again.
 *
 * Guarantee: in any stretch of `ms` no more than `capacity + perMs * ms` tokens are taken by `tryTake`. `take` takes also
 * what is not there, and leaves a debt. Pure arithmetic over instants of a monotonic clock, in milliseconds.
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

  /** How many there are; below 0: a debt. */
  level(now: number): number {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#tokens;
  }

  /** One, where there is one. */
  tryTake(now: number): boolean {
    if (this.level(now) < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** One, in any case. */
  take(now: number): void {
    this.#tokens = this.level(now) - 1;
  }

  /** When there are so many: `now`, or later. */
  holdsAt(tokens: number, now: number): number {
    return now + Math.max(0, (tokens - this.level(now)) / this.#perMs);
  }
}
