/** Parses bytes as JSON; undefined where they are not. */
export function parseOrNothing(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return undefined;
  }
}

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

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
