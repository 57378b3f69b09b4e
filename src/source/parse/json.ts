/** Parses bytes as JSON; undefined where they are not, have more than `MAX_VALUES`, or nest deeper than `MAX_DEPTH`. */
export function parseOrNothing(bytes: Buffer): unknown {
  if (bytes.length > MAX_VALUES && hasTooManyValues(bytes)) return undefined;
  // Each level takes two bytes, so that a row of the usual length is not searched.
  if (bytes.length > 2 * MAX_DEPTH && isTooDeep(bytes)) return undefined;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Some 20 of each of the 25,000 rows that an answer may have. A value costs memory of its own: 16 MiB of `[[],[],[]…` would
 * take more than all the rest of the bridge.
 */
const MAX_VALUES = 500_000;

/** Counts what separates or begins values, in texts too: their commas are few in any answer that is meant. */
function hasTooManyValues(bytes: Buffer): boolean {
  let count = 0;
  for (const byte of bytes) if (byte === COMMA || byte === OPEN_BRACE || byte === OPEN_BRACKET) count++;
  return count > MAX_VALUES;
}

/** Rows have a few levels. What writes a value as JSON again calls itself for each level, and some thousands are more than the stack. */
const MAX_DEPTH = 1_000;

function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/**
 * Parses one row as JSON; undefined where it is not. An integer that a JavaScript number cannot hold is its digits as text:
 * an id must not become another one. An ordinary row is parsed once.
 */
export function parseRow(bytes: Buffer): unknown {
  const row = parseOrNothing(bytes);
  return isRounded(row) ? JSON.parse(quoteIntegers(bytes.toString())) : row;
}

/** The same for a whole document with rows in `data`. */
export function parseRows(bytes: Buffer): unknown {
  const document = parseOrNothing(bytes);
  const rows = typeof document === 'object' && document !== null && 'data' in document ? document.data : null;
  return Array.isArray(rows) && rows.some(isRounded) ? JSON.parse(quoteIntegers(bytes.toString())) : document;
}

function isRounded(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false;
  for (const field in row) {
    const value = (row as Readonly<Record<string, unknown>>)[field];
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return true;
  }
  return false;
}

/** Puts integers of sixteen and more digits, the shortest that may be rounded, into quotation marks. */
function quoteIntegers(json: string): string {
  return json.replace(STRING_OR_NUMBER, (token) => (/^-?\d{16,}$/.test(token) ? `"${token}"` : token));
}

/** Used on legal JSON only, where every text ends: the search for an end that is missing would be repeated at each quotation mark. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
