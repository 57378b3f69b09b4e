/**
 * Says how long to wait after a failure: `firstMs`, doubled with each failure in a row up to `maxMs`.
 *
 * `spread` changes each wait by a random share of it: 0.25 makes it up to a quarter longer, -0.25 up to a quarter
 * shorter, so that processes that failed together do not all try again at the same moment.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** The number of failures in a row, since the last `reset`. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts a failure, and returns the wait after it in milliseconds. */
  next(): number {
    return waitAfter(this.#failures++, this.#options);
  }

  /** Spreads a wait that was computed elsewhere. It counts no failure. */
  spread(ms: number): number {
    return spreadOut(ms, this.#options);
  }

  /** Takes a success: the next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}

/** The wait after a failure that `failures` others in a row precede, for those who count the failures themselves. */
export function waitAfter(failures: number, options: BackoffOptions): number {
  const { firstMs, maxMs } = options;
  return spreadOut(Math.min(firstMs * 2 ** failures, maxMs), options);
}

function spreadOut(ms: number, { spread = 0, random }: BackoffOptions): number {
  return spread === 0 ? ms : ms * (1 + spread * random());
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A share of the wait, above -1; 0 where it is left out. */
  readonly spread?: number;
  /** In [0, 1). */
  readonly random: () => number;
}
