/**
 * Fits a run into its time on a slow or busy machine by measuring fewer rounds, so that the whole table still comes: a
 * wide spread says less than a narrow one, but a row that is missing says nothing.
 *
 * Before each measurement the remaining time is shared out, by what the measurements ahead usually take and by how much
 * slower or quicker than usual this run has been so far. Only rounds are saved, and never all of them, so on a very slow
 * machine a run still takes longer than it should.
 */
export interface Usual {
  /** Seconds that do not depend on the number of rounds, as seen on two cores with little else to do. */
  readonly setUp: number;
  /** Seconds that the usual number of rounds takes there. */
  readonly rounds: number;
}

export class Budget {
  readonly #withinS: number;
  #ahead: readonly Usual[];
  #spentS = 0;
  #expectedS = 0;

  /**
   * @param measurements what each usually takes, in the order in which they will run
   * @param withinS for all of them together
   */
  constructor(measurements: readonly Usual[], withinS: number) {
    this.#ahead = measurements;
    this.#withinS = withinS;
  }

  /** The share of its usual rounds, `LEAST_SHARE` to 1, that the next measurement has time for, or takes all the same. */
  share(): number {
    const sum = (part: keyof Usual) => this.#ahead.reduce((total, usual) => total + usual[part], 0);
    const left = (this.#withinS - this.#spentS) / this.#slowness() - sum('setUp');
    return Math.min(1, Math.max(LEAST_SHARE, left / Math.max(1, sum('rounds'))));
  }

  /** The next measurement has run, with that share of its rounds. */
  spent(seconds: number, share: number): void {
    const { setUp, rounds } = this.#ahead[0]!;
    this.#ahead = this.#ahead.slice(1);
    this.#spentS += seconds;
    this.#expectedS += setUp + rounds * share;
  }

  /** How long a usual second takes here; a first short measurement alone is not believed much. */
  #slowness(): number {
    return (this.#spentS + DOUBT_S) / (this.#expectedS + DOUBT_S);
  }
}

/**
 * How many rounds a share of so many is.
 *
 * @param least that a figure needs; by default enough for a median that one bad round does not move alone
 */
export function roundsOf(usual: number, share: number, least = LEAST_ROUNDS): number {
  return Math.max(Math.min(usual, least), Math.round(usual * share));
}

/** For the compiler to know what it runs. */
const LEAST_SHARE = 0.3;
const LEAST_ROUNDS = 3;
const DOUBT_S = 20;
