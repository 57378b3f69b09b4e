import { Random } from '../../simulator/random.js';

/**
 * Says when the next fault is due, and which kind, in turn. The instants depend on the seed alone, so that a bridge that
 * calls more or less often meets the same plan. A fault that was not taken before the next one is due is left out.
 */
export class Agenda<Kind extends string> {
  readonly #random: Random;
  readonly #everyMs: number;
  readonly #kinds: readonly Kind[];
  #nextAt: number;
  #turn = 0;

  /** `everyMs`: the mean gap; Infinity: nothing ever happens. */
  constructor(seed: string, startAt: number, everyMs: number, kinds: readonly Kind[]) {
    this.#random = new Random(seed);
    this.#everyMs = everyMs;
    this.#kinds = kinds;
    this.#nextAt = startAt + this.#gap();
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  /** What is due by now, or null. */
  take(now: number): Kind | null {
    if (now < this.#nextAt) return null;
    while (this.#nextAt <= now) this.#nextAt += this.#gap();
    return this.#kinds[this.#turn++ % this.#kinds.length]!;
  }

  #gap(): number {
    return this.#everyMs === Infinity ? Infinity : Math.ceil(this.#random.exponential(this.#everyMs));
  }
}
