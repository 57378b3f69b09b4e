import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A text that must not be seen: a token, a key, an address that may carry a password.
 *
 * Guarantees: string conversion, JSON, `console.log` and pino show `[secret]`; the text leaves through `reveal()`
 * and no other way, so that every place that uses one can be found by that word.
 * Not guaranteed: that a memory dump does not hold it.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
