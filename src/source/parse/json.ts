/** Parses bytes as JSON; undefined where they are not, or have more than `MAX_VALUES`. */
export function parseOrNothing(bytes: Buffer): unknown {
  if (bytes.length > MAX_VALUES && hasTooManyValues(bytes)) return undefined;
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

const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

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
