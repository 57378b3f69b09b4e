/** When and why a request is given up: a time-out at a time, its caller's signal, or its client's end. */
export class Deadline {
  readonly #abort = new AbortController();
  readonly #given: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Why the request was given up, null while it was not. */
  passed: string | null = null;
  /** It was given up for taking too long. */
  isLate = false;

  constructor(given: AbortSignal | undefined) {
    this.#given = given;
    given?.addEventListener('abort', this.#onGiven, { once: true });
    if (given?.aborted === true) this.#onGiven();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Replaces the time-out that is set. */
  set(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isLate = this.passed === null;
      this.giveUp(why);
    }, ms);
  }

  giveUp(why: string): void {
    this.passed ??= why;
    this.#abort.abort();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#given?.removeEventListener('abort', this.#onGiven);
  }

  readonly #onGiven = (): void => this.giveUp('request given up');
}
