/**
 * Runs many short jobs without keeping the process from anything else: as many as fit into `budgetMs`, then the event
 * loop takes its turn (answers, timers, commits), then the next ones. While something more urgent waits (`givesWay`), they
 * have a quarter of that.
 *
 * Guarantees: jobs run in the order of their calls, each whole, none in the turn of its own call. A job that throws
 * rejects its own promise and no other. Not guaranteed: that a job longer than the budget is interrupted.
 */
export class Slices {
  readonly #options: SlicesOptions;
  #waiting: (() => void)[] = [];
  #scheduled = false;

  constructor(options: SlicesOptions) {
    this.#options = options;
  }

  run<T>(job: () => T): Promise<T> {
    const done = new Promise<T>((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(job());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    this.#schedule();
    return done;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.nextTurn(() => {
      this.#scheduled = false;
      this.#runSome();
    });
  }

  #runSome(): void {
    const { budgetMs, monotonic, givesWay } = this.#options;
    const jobs = this.#waiting;
    this.#waiting = [];
    const end = monotonic() + (givesWay() ? budgetMs * LEFT : budgetMs);
    let done = 0;
    do jobs[done++]!();
    while (done < jobs.length && monotonic() < end);
    this.#waiting = [...jobs.slice(done), ...this.#waiting];
    if (this.#waiting.length > 0) this.#schedule();
  }
}

/** What is left of the budget while something more urgent waits: the jobs must not wait for ever. */
const LEFT = 1 / 4;

export interface SlicesOptions {
  readonly budgetMs: number;
  /** Milliseconds, only increasing. */
  readonly monotonic: () => number;
  /** Calls back once the event loop has taken a turn: `setImmediate`. */
  readonly nextTurn: (resume: () => void) => void;
  /** Whether something else that is more urgent waits for the same turns. */
  readonly givesWay: () => boolean;
}
