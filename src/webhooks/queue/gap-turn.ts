import { waitAfterRefusal } from './schedule.js';

/** A gap that the endpoint itself refuses so often is given up: a receiver that does not know it may not stop everything. */
const GAP_TRIES = 3;

/** When the gap that is to be announced to an endpoint is sent: one request at a time. Times are epoch milliseconds. */
export class GapTurn {
  #tries = 0;
  #nextAt = 0;
  #isInFlight = false;

  isDue(now: number): boolean {
    return !this.#isInFlight && this.#nextAt <= now;
  }

  /** Infinity while its answer is awaited. */
  get nextAt(): number {
    return this.#isInFlight ? Infinity : this.#nextAt;
  }

  sent(): void {
    this.#isInFlight = true;
  }

  settled(): void {
    this.#isInFlight = false;
  }

  /** The endpoint answered and did not take it. Returns whether it is given up. */
  refused(now: number, random: () => number): boolean {
    this.#tries += 1;
    this.#nextAt = now + waitAfterRefusal(this.#tries, random);
    return this.#tries >= GAP_TRIES;
  }

  retry(now: number): void {
    this.#nextAt = Math.min(this.#nextAt, now);
  }

  /** The next one begins afresh. */
  over(): void {
    this.#tries = 0;
    this.#nextAt = 0;
  }
}
