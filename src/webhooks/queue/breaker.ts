import { waitForProbe } from './schedule.js';

/** Requests in flight at one endpoint. */
export const IN_FLIGHT_MAX = 8;
/** So many requests must be answered before the endpoint gets one more at once, after an outage. */
const RAMP_STEP = 4;

/**
 * Keeps requests from an endpoint that fails:
 *
 *     closed ─ its fault ─→ open ─ a wait, as it says or 1 s, 5 s, then 30 s ─→ probing: one request ─ answered ─→ closed
 *                            ↑_________________________ its fault _____________________|
 *
 * Closed after an outage it lets one request through, and one more at once for every few that are answered. Requests that
 * were begun before the last change do not change it again: their failures are one failure with it, of which the longest wait
 * that the endpoint asks for counts, and their answers end no wait. Times are of the monotonic clock.
 */
export class Breaker {
  #failures = 0;
  #opensAt: number | null = null;
  #generation = 0;
  #allowed = IN_FLIGHT_MAX;
  #answered = 0;

  /** As if an outage had just begun: the first request is a probe, and may be sent at once. */
  static probing(now: number): Breaker {
    const breaker = new Breaker();
    breaker.#opensAt = now;
    breaker.#allowed = 1;
    return breaker;
  }

  /** Grows with each change: what was begun under an older one says nothing new of the endpoint. */
  get generation(): number {
    return this.#generation;
  }

  get isOpen(): boolean {
    return this.#opensAt !== null;
  }

  /** Whether one more request may be sent while so many are in flight. */
  admits(inFlight: number, now: number): boolean {
    if (this.#opensAt === null) return inFlight < this.#allowed;
    return inFlight === 0 && now >= this.#opensAt;
  }

  /** When a probe may be sent; null while the endpoint is well. */
  get probeAt(): number | null {
    return this.#opensAt;
  }

  /** @param retryAfterMs as the endpoint asks; obeyed also where it is shorter than our own wait */
  failed(generation: number, retryAfterMs: number | null, now: number): void {
    if (generation === this.#generation) {
      this.#generation += 1;
      this.#failures += 1;
      this.#opensAt = now + (retryAfterMs ?? waitForProbe(this.#failures));
    } else if (retryAfterMs !== null && this.#opensAt !== null) {
      this.#opensAt = Math.max(this.#opensAt, now + retryAfterMs);
    }
    this.#allowed = 1;
    this.#answered = 0;
  }

  /** The endpoint answered, whatever it said of the event. */
  answered(generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#opensAt !== null) {
      this.#opensAt = null;
      this.#generation += 1;
      this.#answered = 0;
      this.#failures = 0;
      return;
    }
    this.#failures = 0;
    if (this.#allowed === IN_FLIGHT_MAX) return;
    this.#answered += 1;
    if (this.#answered % RAMP_STEP === 0) this.#allowed += 1;
  }

  /** Somebody says that the endpoint works again: the next request is a probe, and may be sent at once. */
  retry(now: number): void {
    this.#generation += 1;
    this.#failures = 0;
    this.#opensAt = now;
    this.#allowed = 1;
    this.#answered = 0;
  }
}
