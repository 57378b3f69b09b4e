/**
 * Recognises in a new body the rows of the last one, by their bytes alone.
 *
 * Guarantee: a row is recognised only when all its bytes are equal. Since a row is a complete JSON object, bytes that
 * begin with it are that object, whatever follows. Not guaranteed: that every equal row is recognised; a row that is
 * not is read again, which takes time and changes nothing.
 */

/** A body and where its rows are: `body[starts[i]]` up to, not including, `body[ends[i]]`. */
export interface RowSlices {
  readonly body: Buffer;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const CLOSE_BRACE = 0x7d;
/** How many rows after the expected one are compared, and one more for each row just missed: a few rows may be gone. */
const LOOK_AHEAD = 4;
/** So many consecutive misses mean another order or a large gap: then an index of all rows is worth its cost. */
const ORDER_LOST = 8;
/** How many rows with the same hash are compared; more are copies of each other, and any of them will do. */
const CANDIDATES = 8;

/** The most rows compared at once: comparing a longer run again in parts after a difference would cost too much. */
const LONGEST_RUN = 256;

/** One comparison of a body with the last one; call `next` and `find` in the order of the new rows. */
export class RowMatcher {
  readonly #last: RowSlices;
  readonly #body: Buffer;
  /** The last body's row that is expected next. */
  #expected = 0;
  /** The length of the next run: doubled after each run that matched, and 2 again after one that did not. */
  #reach = 2;
  /** How many rows of the new body have come since one was recognised. */
  #missed = 0;
  /** Hash → the last body's rows that have it; built when the order is first lost. */
  #index: Map<number, number[]> | null = null;

  constructor(last: RowSlices, body: Buffer) {
    this.#last = last;
    this.#body = body;
  }

  /** The length in bytes of the last body's row. */
  length(row: number): number {
    return this.#last.ends[row]! - this.#last.starts[row]!;
  }

  /** How far apart the row and the next one begin in the last body. */
  distance(row: number): number {
    return this.#last.starts[row + 1]! - this.#last.starts[row]!;
  }

  /**
   * How many rows at `at` are those of the last body from the expected one on, including the bytes between them: one
   * comparison for a whole run. 0 or at least 2, and possibly fewer than there are. `take` them, then call it again.
   */
  run(at: number): number {
    const rows = Math.min(this.#reach, this.#last.starts.length - this.#expected);
    if (rows < 2) {
      this.#reach = 2;
      return 0;
    }
    const start = this.#last.starts[this.#expected]!;
    const end = this.#last.ends[this.#expected + rows - 1]!;
    const until = at + end - start;
    const same =
      this.#body[until - 1] === CLOSE_BRACE &&
      this.#body.compare(this.#last.body, start, end, at, until) === 0;
    this.#reach = same ? Math.min(this.#reach * 2, LONGEST_RUN) : 0;
    return same ? rows : 0;
  }

  /** Takes the expected row, which `run` has found. */
  take(): number {
    return this.#recognised(this.#expected);
  }

  /** The last body's row whose bytes are at `at`, at most a few rows after the expected one; or -1. */
  next(at: number): number {
    const reach = LOOK_AHEAD + Math.min(this.#missed, ORDER_LOST);
    const limit = Math.min(this.#expected + reach, this.#last.starts.length);
    for (let row = this.#expected; row < limit; row++) {
      if (this.#stands(row, at)) return this.#recognised(row);
    }
    this.#missed++;
    return -1;
  }

  /**
   * The last body's row with the bytes from `start` to `end`, at any position, or -1. Called after `next` has found
   * nothing. A few consecutive new rows are taken for new without a search among all others.
   */
  find(start: number, end: number): number {
    if (this.#index === null && this.#missed < ORDER_LOST) return -1;
    this.#index ??= indexOf(this.#last);
    for (const row of this.#index.get(hashOf(this.#body, start, end)) ?? []) {
      if (this.#stands(row, start)) return this.#recognised(row);
    }
    return -1;
  }

  #recognised(row: number): number {
    this.#expected = row + 1;
    this.#missed = 0;
    return row;
  }

  #stands(row: number, at: number): boolean {
    const start = this.#last.starts[row]!;
    const end = this.#last.ends[row]!;
    const until = at + end - start;
    // The cheap comparison of one byte also rejects a row that would reach past the end of the body.
    return (
      this.#body[until - 1] === CLOSE_BRACE &&
      this.#body.compare(this.#last.body, start, end, at, until) === 0
    );
  }
}

function indexOf(slices: RowSlices): Map<number, number[]> {
  const index = new Map<number, number[]>();
  for (let row = 0; row < slices.starts.length; row++) {
    const hash = hashOf(slices.body, slices.starts[row]!, slices.ends[row]!);
    const rows = index.get(hash);
    if (rows === undefined) index.set(hash, [row]);
    else if (rows.length < CANDIDATES) rows.push(row);
  }
  return index;
}

/** FNV-1a of all bytes: rows of one tenant differ in a few digits, which a sample would miss. */
function hashOf(body: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ body[at]!, 0x01000193);
  return hash;
}
