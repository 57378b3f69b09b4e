import { createHmac } from 'node:crypto';

/**
 * Telephone numbers → pseudonymous ones of the same shape, for captures that leave the house.
 *
 * A number keeps everything but its last six digits: its length, its separators, its country and operator, and with
 * them what libphonenumber says about it. The six become six others by a keyed permutation.
 *
 * Guarantees: under one key the same digits always become the same digits, and different ones different ones, so that
 * `0914237383` and `+84914237383` are still one line and no two customers become one. Uuids, times, addresses, hotlines
 * (1800…, 1900…) and extensions stay as they are. Not guaranteed: anonymity. Who knows a number and where it occurs
 * learns its pseudonym; and names are not touched.
 */
export class Pseudonyms {
  readonly #rounds: readonly Uint16Array[];

  /** @param key at least 16 random bytes; who has it can turn pseudonyms back into numbers */
  constructor(key: Buffer) {
    this.#rounds = Array.from({ length: ROUNDS }, (_, round) =>
      Uint16Array.from({ length: HALF }, (_, half) => {
        const digest = createHmac('sha256', key).update(`${round}:${half}`).digest();
        return digest.readUInt32BE() % HALF;
      }),
    );
  }

  /** A JSON text with every number in it replaced, whatever field it is in; what the text means otherwise is kept. */
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

  /** A Feistel network over two halves of three digits: a permutation, whatever the rounds' functions are. */
  #permuted(digits: string): string {
    let left = Number(digits.slice(0, 3));
    let right = Number(digits.slice(3));
    for (const round of this.#rounds) [left, right] = [right, (left + round[right]!) % HALF];
    return String(left).padStart(3, '0') + String(right).padStart(3, '0');
  }
}

const HALF = 1_000;
const ROUNDS = 10;
/** Six: with them gone a number is one of a million, and what stays is what numbering plans look at. */
const HIDDEN = 6;
/** Below it is an extension; above it, E.164 with an international prefix is exceeded. */
const SHORTEST = 7;
const LONGEST = 18;
const HOTLINE = /^(?:84|0)?1[89]00\d{2,8}$/;

/** What looks like a number and is none comes first, so that it is passed over. */
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
