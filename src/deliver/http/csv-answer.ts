import type { Request, Response } from 'express';
import { CSV_BOM, type CsvCell, csvLine } from '../../base/csv.js';
import { sendText } from '../access/answer-body.js';

/**
 * Whether the client asks for a table: by `?format=csv`, or else by an `Accept` that prefers `text/csv`.
 *
 * @param format as the query has it
 */
export function wantsCsv(request: Pick<Request, 'accepts'>, format: 'json' | 'csv' | undefined): boolean {
  if (format !== undefined) return format === 'csv';
  return request.accepts('application/json', 'text/csv') === 'text/csv';
}

/**
 * Sends a table piece by piece, as the client takes it.
 *
 * @param name of the file that a browser saves, without its ending: fixed words, digits and hyphens
 * @param rows of equal length with `header`
 */
export async function sendCsv(
  response: Response,
  name: string,
  header: readonly string[],
  rows: AsyncIterable<readonly CsvCell[]> | Iterable<readonly CsvCell[]>,
): Promise<void> {
  response.setHeader('Content-Disposition', `attachment; filename="${name}.csv"`);
  await sendText(response, 'text/csv; charset=utf-8; header=present', textOf(header, rows));
}

async function* textOf(
  header: readonly string[],
  rows: AsyncIterable<readonly CsvCell[]> | Iterable<readonly CsvCell[]>,
): AsyncGenerator<string> {
  let piece = CSV_BOM + csvLine(header);
  for await (const row of rows) {
    piece += csvLine(row);
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** Characters: a few hundred rows. */
const PIECE = 32_768;
