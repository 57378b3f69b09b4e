/**
 * Tables that people open in a spreadsheet: RFC 4180 with CRLF, in UTF-8 with a byte-order mark, without which Excel takes the
 * bytes for those of the machine's code page.
 *
 * Guarantees, in Excel and LibreOffice, opened by a double-click:
 * - A text stays the text that it is: a number of a customer keeps its zeros and its `+`, a queue called `1-2` is no date.
 *   Where it would be read as something else, a tab stands before it, in quotes. The tab is not seen in a cell, a program
 *   strips it with the white space, and unlike `="…"` it is no formula.
 * - No text is a formula, not even where semicolons separate the columns, as in some languages' Excel.
 * - Numbers and times (`sheetTime`) are those of the spreadsheet: they can be added and sorted.
 */
export type CsvCell = string | number | boolean | null | SheetTime;

/** `2026-03-02 10:00:00`. */
export interface SheetTime {
  readonly time: string;
}

/** What the first line begins with. */
export const CSV_BOM = '\uFEFF';

/** One row, with its end; null is an empty cell. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

/** The wall clock's time, as spreadsheets read it. @param instant in ms; null: an empty cell. @param timeZone an IANA name */
export function sheetTime(instant: number | null, timeZone: string): SheetTime | null {
  if (instant === null) return null;
  let format = FORMATS.get(timeZone);
  if (format === undefined) {
    // Swedish writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone });
    if (FORMATS.size >= FORMATS_KEPT) FORMATS.clear();
    FORMATS.set(timeZone, format);
  }
  return { time: format.format(instant) };
}

/** Making one takes longer than a row: those of a few zones are kept. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const FORMATS_KEPT = 16;

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.time;
  if (typeof cell !== 'string') return String(cell);
  const text = cell.replace(AFTER_SEPARATOR, '$1 $2');
  const guarded = isReadOtherwise(text) ? `\t${text}` : text;
  return QUOTED.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** White space at the ends is quoted too, so that nothing strips it. */
const QUOTED = /[",;\t\r\n]|^\s|\s$/;

/** What would begin a formula if the separator before it, which stands within the quotes, were one of columns or rows. */
const AFTER_SEPARATOR = /([;\t\r\n][ \u00a0"']*)([=+\-@＝＋－＠])/gu;

/** Whether a spreadsheet would take the text for a formula, a number, a date, a truth value or an error. */
function isReadOtherwise(text: string): boolean {
  const seen = text.trimStart();
  return (
    /^[=+\-@＝＋－＠#|%]/u.test(seen) ||
    (/\d/.test(seen) && (LIKE_NUMBER.test(seen) || isDayOfMonth(seen))) ||
    /^(true|false)$/i.test(seen.trimEnd())
  );
}

/** Digits and what numbers, times, shares and amounts are written with. */
const LIKE_NUMBER = /^[\d\s.,:/()eE$€£¥₫đ%apmAPM+-]*$/u;
/** Such as `Mar 1`, `1-March-26`, and in Vietnamese `Thg 3`. */
function isDayOfMonth(text: string): boolean {
  const words = text.split(/[\s.,/-]/).filter((word) => word !== '');
  return words.length <= 3 && words.every((word) => MONTH.test(word) || /^\d{1,4}$/.test(word));
}

const MONTH = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|thg|tháng)[a-z]*$/iu;
