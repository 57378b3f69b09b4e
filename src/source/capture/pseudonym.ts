import { createHmac } from 'node:crypto';

/**
 * Replaces phone numbers by pseudonymous ones of the same shape, for captures that are passed to others.
 *
 * A number keeps everything but its last six digits: its length, separators, country and operator, and so what
 * libphonenumber finds in it. A keyed permutation replaces the six digits.
 *
 * Guarantees: under one key the same digits always become the same digits, and different digits different ones, so that
 * `0914237383` and `+84914237383` remain one line and no two customers become one. Uuids, times, addresses, hotlines
 * (1800…, 1900…) and extensions are not changed. Not guaranteed: anonymity. A reader who knows a number and where it
 * occurs learns its pseudonym; and names are not changed.
 */
export class Pseudonyms {
  readonly #rounds: readonly Uint16Array[];

  /** @param key at least 16 random bytes; with it, pseudonyms can be turned back into numbers */
  constructor(key: Buffer) {
    this.#rounds = Array.from({ length: ROUNDS }, (_, round) =>
      Uint16Array.from({ length: HALF }, (_, half) => {
        const digest = createHmac('sha256', key).update(`${round}:${half}`).digest();
        return digest.readUInt32BE() % HALF;
      }),
    );
  }

  /** Replaces every number in a JSON text, in any field, and changes nothing else. */
  hide(json: string): string {
    return json.replace(KEPT_OR_NUMBER, (found: string, number: string | undefined) =>
      number === undefined ? found : this.#number(number),
    );
  }

  #number(written: string): string {
    const digits = written.replace(/\D/g, '');
    if (digits.length < SHORTEST || digits.length > LONGEST || HOTLINE.test(digits)) return written;
    const hidden = this.#permuted(digits.slice(-HIDDEN));
    let at = digits.length;
    return Array.from(written)
      .reverse()
      .map((char) => {
        if (!isDigit(char) || --at < digits.length - HIDDEN) return char;
        return hidden[at - (digits.length - HIDDEN)]!;
      })
      .reverse()
      .join('');
  }

  /** A Feistel network over two halves of three digits: a permutation for any functions of the rounds. */
  #permuted(digits: string): string {
    let left = Number(digits.slice(0, 3));
    let right = Number(digits.slice(3));
    for (const round of this.#rounds) [left, right] = [right, (left + round[right]!) % HALF];
    return String(left).padStart(3, '0') + String(right).padStart(3, '0');
  }
}

const HALF = 1_000;
const ROUNDS = 10;
/** Without six digits a number is one of a million, and the rest is what numbering plans depend on. */
const HIDDEN = 6;
/** Shorter numbers are extensions; longer ones exceed E.164 with an international prefix. */
const SHORTEST = 7;
const LONGEST = 18;
const HOTLINE = /^(?:84|0)?1[89]00\d{2,8}$/;

/** Texts that look like a number and are none come first, so that they are skipped. */
const KEPT_OR_NUMBER = new RegExp(
  [
    String.raw`\\u[0-9a-f]{4}`,
    String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
    String.raw`"\w*_time"\s*:\s*(?:"[^"]*"|[\d.]+)`,
    String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}`,
    String.raw`\b\d{1,3}(?:\.\d{1,3}){3}\b`,
    String.raw`(\d(?:[ .()-]{0,2}\d)+)`,
  ].join('|'),
  'gi',
);

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}
