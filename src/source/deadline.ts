/** When and why a request is given up: a time-out at a time, its caller's signal, or its client's end. */
export class Deadline {
  readonly #given: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #cut: (() => void) | null = null;
  /** Why the request was given up, null while it was not. */
  passed: string | null = null;
  /** It was given up for taking too long. */
  isLate = false;

  constructor(given: AbortSignal | undefined) {
    this.#given = given;
    given?.addEventListener('abort', this.#onGiven, { once: true });
    if (given?.aborted === true) this.#onGiven();
  }

  /** Replaces the time-out that is set, and what is cut off when it, or anything else, comes: at once if it already has. */
  set(ms: number, why: string, cut: () => void): void {
    clearTimeout(this.#timer);
    this.#cut = cut;
    if (this.passed !== null) return cut();
    this.#timer = setTimeout(() => {
      this.isLate = this.passed === null;
      this.giveUp(why);
    }, ms);
  }

  giveUp(why: string): void {
    if (this.passed !== null) return;
    this.passed = why;
    this.#cut?.();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#given?.removeEventListener('abort', this.#onGiven);
  }

  readonly #onGiven = (): void => this.giveUp('request given up');
}
