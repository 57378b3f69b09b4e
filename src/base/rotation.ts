/**
 * Long jobs that go on step by step, in rotation: one step of each, then the next step of each. All of them together take
 * `budgetMs` of a turn of the event loop; then the loop goes on (answers, timers, commits), and they in the turn after it.
 *
 * Guarantees: a job begins within its call where the turn has time, so that a short one is over when `start` returns; the
 * steps of a job run in their order, each whole; a long job delays a short one by a step at a time, not by its length.
 * Not guaranteed: that a step longer than the budget is interrupted. A step must not throw.
 */
export class Rotation {
  readonly #options: RotationOptions;
  /** Jobs that have more to do than their turn had time for; the one whose step is next comes first. */
  #waiting: Step[] = [];
  /** When the budget of the turn under way is spent; null between turns in which a job ran. */
  #end: number | null = null;

  constructor(options: RotationOptions) {
    this.#options = options;
  }

  /** Whether any job has more to do than its turn had time for. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** `step` does a little, and says whether there is more to do. */
  start(step: Step): void {
    if (this.#waiting.length > 0) return void this.#waiting.push(step);
    const end = (this.#end ??= this.#openTurn());
    let hasMore = true;
    while (hasMore && this.#options.monotonic() < end) hasMore = step();
    if (hasMore) this.#waiting.push(step);
  }

  /** Returns when its budget is spent. */
  #openTurn(): number {
    const { budgetMs, monotonic, nextTurn } = this.#options;
    nextTurn(() => {
      this.#end = null;
      if (this.#waiting.length > 0) this.#rotate();
    });
    return monotonic() + budgetMs;
  }

  #rotate(): void {
    const end = (this.#end = this.#openTurn());
    const jobs = this.#waiting;
    let next = 0;
    do {
      const step = jobs[next++]!;
      if (step()) jobs.push(step);
    } while (next < jobs.length && this.#options.monotonic() < end);
    this.#waiting = jobs.slice(next);
  }
}

export type Step = () => boolean;

export interface RotationOptions {
  readonly budgetMs: number;
  /** Milliseconds, only increasing. */
  readonly monotonic: () => number;
  /** Calls back once the event loop has taken a turn: `setImmediate`. */
  readonly nextTurn: (resume: () => void) => void;
}
