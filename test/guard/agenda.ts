import { Random } from '../../simulator/random.js';

/**
 * What is to happen from when on, each kind in its turn: drawn from the seed and from nothing else, so that it does not
 * move when the bridge asks more or less often. What nobody has taken up by the next one's time is left out.
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
