import type { Clock, Stop } from './clock.js';

/**
 * A machine's clock, put right by what another clock says. Only the wall clock is corrected: the monotonic clock, and
 * timers, which run by it, need not be right.
 */
export class CorrectedClock implements Clock {
  readonly #clock: Clock;
  /** What `now` adds to the machine's clock, in milliseconds. */
  correctionMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly now = (): number => this.#clock.now() + this.correctionMs;
  readonly monotonic = (): number => this.#clock.monotonic();

  every(ms: number, task: () => void): Stop {
    return this.#clock.every(ms, task);
  }

  after(ms: number, task: () => void): Stop {
    return this.#clock.after(ms, task);
  }
}
