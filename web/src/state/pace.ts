/**
 * Asks at a measured pace: every `everyMs` without being nudged; after a nudge `soonMs` later, so that what a burst of events leads to
 * is asked for once; and never sooner than `leastMs` after the time before. Never twice at once.
 */
export interface PaceOptions {
  readonly everyMs: number;
  readonly soonMs: number;
  readonly leastMs: number;
}

export class Pace {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;
  #askedAt = -Infinity;
  #isAsking = false;
  #isNudged = false;
  #isStopped = false;

  constructor(
    private readonly ask: () => Promise<void>,
    private readonly options: PaceOptions,
    private readonly clock: () => number = () => Date.now(),
  ) {}

  /** Asks at once, and from then on. */
  start(): void {
    this.#schedule(0);
  }

  nudge(): void {
    if (this.#isAsking) this.#isNudged = true;
    else this.#soon();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #soon(): void {
    const { soonMs, leastMs } = this.options;
    this.#schedule(Math.max(soonMs, this.#askedAt + leastMs - this.clock()));
  }

  /** Brings the next time forward, and never puts it off. */
  #schedule(ms: number): void {
    const dueAt = this.clock() + ms;
    if (this.#isStopped || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => void this.#run(), ms);
  }

  async #run(): Promise<void> {
    this.#isAsking = true;
    this.#askedAt = this.clock();
    await this.ask();
    this.#isAsking = false;
    this.#dueAt = Infinity;
    this.#schedule(this.options.everyMs);
    if (!this.#isNudged) return;
    this.#isNudged = false;
    this.#soon();
  }
}
