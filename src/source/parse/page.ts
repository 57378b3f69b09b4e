import type { Conceal } from '../quote-upstream.js';
import { readList } from './answer-schemas.js';
import { parseOrNothing } from './json.js';
import { cutRows } from './row-slicer.js';

/** One page of a list: its rows as they stand in the body, and how many rows all pages have together. */
export interface Page {
  readonly rows: readonly Buffer[];
  readonly total: number;
}

/** Null where the body is no list, has too many rows, or does not say how many rows there are. */
export function readPage(body: Buffer, conceal: Conceal): Page | null {
  const cut = cutRows(body, null);
  if (cut === 'too many') return null;
  const list = readList(cut === null ? parseOrNothing(body) : cut.rest, conceal);
  if (!list.ok || list.value.total === null) return null;
  const rows =
    cut === null
      ? list.value.rows.map((row) => Buffer.from(JSON.stringify(row)))
      : cut.starts.map((start, row) => body.subarray(start, cut.ends[row]));
  return { rows, total: list.value.total };
}

/** The body that an answer with all these rows would have had. */
export function bodyOf({ rows, total }: Page): Buffer {
  const parts: Buffer[] = [Buffer.from('{"data":[')];
  for (const [index, row] of rows.entries()) parts.push(...(index === 0 ? [row] : [COMMA, row]));
  return Buffer.concat([...parts, Buffer.from(`],"total":${total}}`)]);
}

const COMMA = Buffer.from(',');
