import { isUtf8 } from 'node:buffer';
import { MAX_ROWS } from '../../core/model/bounds.js';
import { parseOrNothing } from './json.js';
import { RowMatcher, type RowSlices } from './row-matcher.js';

/**
 * Cuts a list answer into the byte ranges of its rows without parsing them.
 *
 * The body is `{ …, "data": [ {row}, {row} ], … }` with any legal white space and any order of members. A row is found
 * by its braces outside strings. A row with the same bytes as in the last body is recognised by a native comparison and
 * not scanned. Everything but the rows goes through JSON.parse.
 *
 * Guarantee: when every returned range that is not recognised is legal JSON, so is the whole body, and the ranges are
 * its `data` array's elements. Not guaranteed: that the ranges are legal JSON, which parsing them shows. Null never
 * means "empty": the body has another shape (an escaped or repeated `data`, rows that are no objects, illegal JSON) and
 * must be parsed as a whole. `too many`: it has more rows than `MAX_ROWS`.
 */
export interface Cut extends RowSlices {
  /** For each row the index of the last body's row with the same bytes, or -1. */
  readonly origins: readonly number[];
  /** The document with an empty `data`. */
  readonly rest: unknown;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const DATA = Buffer.from('"data"');

export function cutRows(body: Buffer, last: RowSlices | null): Cut | 'too many' | null {
  const open = beginningOfRows(body);
  if (open === -1) return null;
  const matcher = last === null ? null : new RowMatcher(last, body);
  const starts: number[] = [];
  const ends: number[] = [];
  const origins: number[] = [];
  let at = skipSpace(body, open);
  const empty = body[at] === CLOSE_BRACKET;
  while (!empty) {
    if (body[at] !== OPEN_BRACE) return null;
    if (starts.length >= MAX_ROWS) return 'too many';
    // All rows of a run but the last are followed by a comma, as in the last body.
    for (let more = (matcher?.run(at) ?? 0) - 1; more > 0; more--) {
      const row = matcher!.take();
      starts.push(at);
      ends.push(at + matcher!.length(row));
      origins.push(row);
      at += matcher!.distance(row);
    }
    let origin = matcher === null ? -1 : matcher.next(at);
    let end: number;
    if (origin === -1) {
      end = endOfNested(body, at);
      if (end === -1) return null;
      if (matcher !== null) origin = matcher.find(at, end);
    } else {
      end = at + matcher!.length(origin);
    }
    starts.push(at);
    ends.push(end);
    origins.push(origin);
    at = skipSpace(body, end);
    if (body[at] === CLOSE_BRACKET) break;
    if (body[at] !== COMMA) return null;
    at = skipSpace(body, at + 1);
  }
  const rest = restOf(body, open, at);
  return rest === null ? null : { body, starts, ends, origins, rest };
}

/** The document without its rows, or null when it is not legal or has a second `data` that would count instead. */
function restOf(body: Buffer, open: number, close: number): unknown {
  const tail = body.subarray(close);
  if (tail.includes(DATA) || tail.includes(BACKSLASH)) return null;
  const bytes = Buffer.concat([body.subarray(0, open), tail]);
  return isUtf8(bytes) ? (parseOrNothing(bytes) ?? null) : null;
}

/**
 * The index after the `[` of the top level's `data`, or -1. The text before it is skipped as if it were legal JSON;
 * `restOf` finds out whether it is.
 */
function beginningOfRows(body: Buffer): number {
  let at = skipSpace(body, 0);
  if (body[at] !== OPEN_BRACE) return -1;
  for (;;) {
    const key = skipSpace(body, at + 1);
    const keyEnd = body[key] === QUOTE ? endOfString(body, key) : -1;
    if (keyEnd === -1 || body.subarray(key, keyEnd).includes(BACKSLASH)) return -1;
    const colon = skipSpace(body, keyEnd);
    if (body[colon] !== COLON) return -1;
    const value = skipSpace(body, colon + 1);
    if (body.subarray(key, keyEnd).equals(DATA)) return body[value] === OPEN_BRACKET ? value + 1 : -1;
    const valueEnd = endOfValue(body, value);
    if (valueEnd === -1) return -1;
    at = skipSpace(body, valueEnd);
    if (body[at] !== COMMA) return -1;
  }
}

function skipSpace(body: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const byte = body[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

function endOfValue(body: Buffer, from: number): number {
  const first = body[from];
  if (first === QUOTE) return endOfString(body, from);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(body, from);
  let at = from;
  while (at < body.length && body[at] !== COMMA && body[at] !== CLOSE_BRACE) at++;
  return at;
}

/** The index after the closing quotation mark, or -1. */
function endOfString(body: Buffer, from: number): number {
  for (let at = from + 1; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return -1;
}

/**
 * The index after the bracket that closes the one at `from`, or -1. All kinds of brackets count alike: in legal JSON
 * they nest, and illegal JSON fails later, when it is parsed. One loop over bytes took half the time of `indexOf` over
 * a latin1 string, since most strings in a row are short.
 */
function endOfNested(body: Buffer, from: number): number {
  const length = body.length;
  let depth = 0;
  for (let at = from; at < length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      for (at++; at < length; at++) {
        const inside = body[at];
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at++;
      }
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1;
    }
  }
  return -1;
}
