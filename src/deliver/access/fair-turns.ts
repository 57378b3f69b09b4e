import type { Clock } from '../../base/clock.js';

/**
 * Lets work that clients cause begin a little at a time: for `BUDGET_MS` in each turn of the event loop, one piece of
 * each key after the other. So neither polls nor other clients wait for hundreds of snapshots that one subject asks for
 * at once. It bounds nothing: who may wait is bounded elsewhere.
 *
 * Node accepts a single connection in each turn of the event loop. So while connections come nothing begins, or those that
 * have come last, among them probes, would wait for as many turns as others came before them. After `HELD_MS` work has its
 * turn in between.
 */
export class FairTurns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  /** Those that wait, by key; the key whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #isScheduled = false;
  #isCrowded = false;
  /** Since when connections have kept work from beginning, on the monotonic clock. */
  #heldSince: number | null = null;

  constructor({ clock }: { readonly clock: Pick<Clock, 'monotonic'> }) {
    this.#clock = clock;
  }

  /** Resolves when the next piece of this key may begin. What follows must do its work without waiting first. */
  next(key: string): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#waiting.get(key);
      if (others === undefined) this.#waiting.set(key, [resolve]);
      else others.push(resolve);
      this.#schedule();
    });
  }

  /** To be called for each new connection. */
  makeWay(): void {
    this.#isCrowded = true;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    const now = this.#clock.monotonic();
    const isHeld = this.#isCrowded && now - (this.#heldSince ??= now) < HELD_MS;
    this.#isCrowded = false;
    if (isHeld) {
      this.#isScheduled = false;
      return this.#schedule();
    }
    this.#heldSince = null;
    const end = now + BUDGET_MS;
    do {
      const [first] = this.#waiting;
      if (first === undefined) break;
      const [key, waiting] = first;
      this.#waiting.delete(key);
      waiting.shift()!();
      // Behind the other keys.
      if (waiting.length > 0) this.#waiting.set(key, waiting);
      // The work runs now, before the time is looked at again.
      await Promise.resolve();
      await Promise.resolve();
    } while (this.#clock.monotonic() < end);
    this.#isScheduled = false;
    if (this.#waiting.size > 0) this.#schedule();
  }
}

/** Short against the interval of a poll, long against one piece. */
const BUDGET_MS = 5;
/** Some hundred connections come in that time. */
const HELD_MS = 100;
