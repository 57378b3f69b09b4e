import type { Clock } from './clock.js';

/**
 * Ends what is not over after a time that is the same for all: for thousands of requests a second, of which hardly one is late.
 *
 * One timer serves all of them. It is set for the one that began first, and where that is over by then, for the first that is
 * left; it is not taken back, so that beginning and ending cost no timer each. `passed` is called for each once, never
 * early, and not after `end`.
 */
export class SharedTimeout<Of> {
  readonly #ms: number;
  readonly #passed: (one: Of) => void;
  readonly #clock: Pick<Clock, 'after' | 'monotonic'>;
  /** When each ends, the first one first. */
  readonly #ends = new Map<Of, number>();
  #isSet = false;

  constructor(ms: number, passed: (one: Of) => void, clock: Pick<Clock, 'after' | 'monotonic'>) {
    this.#ms = ms;
    this.#passed = passed;
    this.#clock = clock;
  }

  /** Gives it the whole time from now, also where it had begun before. */
  begin(one: Of): void {
    this.#ends.delete(one);
    this.#ends.set(one, this.#clock.monotonic() + this.#ms);
    if (!this.#isSet) this.#set(this.#ms);
  }

  end(one: Of): void {
    this.#ends.delete(one);
  }

  #set(ms: number): void {
    this.#isSet = true;
    this.#clock.after(ms, () => this.#look());
  }

  #look(): void {
    this.#isSet = false;
    const now = this.#clock.monotonic();
    for (const [one, endsAt] of this.#ends) {
      if (endsAt > now) return this.#set(endsAt - now);
      this.#ends.delete(one);
      this.#passed(one);
    }
  }
}
