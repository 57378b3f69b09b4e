import type { Exchange } from './exchange.js';

/** One try, and why it was ended without an answer. */
export class Try {
  #exchange: Exchange | null = null;
  #passed: string | null = null;

  /** Null while it was not. */
  get passed(): string | null {
    return this.#passed;
  }

  /** What is under way for it. */
  isOf(exchange: Exchange): void {
    this.#exchange = exchange;
    if (this.#passed !== null) exchange.cut(new Error(this.#passed));
  }

  pass(why: string): void {
    if (this.#passed !== null) return;
    this.#passed = why;
    this.#exchange?.cut(new Error(why));
  }
}

/**
 * The tries that are under way for one caller, which are ended at once when it gives up. One listener serves all of them, and is
 * there only while there is one: a caller has one signal for thousands of tries, and several senders.
 */
export class CallerTries {
  readonly #signal: AbortSignal;
  readonly #tries = new Set<Try>();
  readonly #abort = () => {
    for (const one of this.#tries) one.pass(GIVEN_UP);
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  begin(one: Try): void {
    if (this.#signal.aborted) return one.pass(GIVEN_UP);
    if (this.#tries.size === 0) this.#signal.addEventListener('abort', this.#abort);
    this.#tries.add(one);
  }

  end(one: Try): void {
    if (this.#tries.delete(one) && this.#tries.size === 0)
      this.#signal.removeEventListener('abort', this.#abort);
  }
}

const GIVEN_UP = 'given up';
