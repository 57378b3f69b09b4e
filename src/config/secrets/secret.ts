import { inspect } from 'node:util';

const MASK = '[secret]';

/**
 * A text that must not be shown: a token, a key, an address that may hold a password.
 *
 * Guarantees: string conversion, JSON, `console.log` and pino show `[secret]`; only `reveal()` returns the text, so
 * that every use of a secret can be found by that name. Not guaranteed: that a memory dump does not hold it.
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
