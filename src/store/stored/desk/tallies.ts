import type { Tally, TallyLabel, TallyRow } from '../../../core/day/tally.js';
import type { DayTable } from '../../desk-store.js';
import type { Instant } from '../../../core/model/observation.js';
import { escaped, unescaped } from '../field-name.js';
import { shortName } from './history-index.js';

/**
 * A day's table as one hash:
 *
 *     <kind>\t<slot>\t<name>   `<column>:<number>`, separated by spaces, in the order in which they came; q: queue, a: agent, s: source
 *     <kind>=<name>            the label of a queue or an agent
 *
 * Names and labels are `escaped`. A column that is not there holds 0.
 */
const KINDS = { queue: 'q', agent: 'a', source: 's' } as const;
const KIND_OF: Readonly<Record<string, TallyRow['of']>> = { q: 'queue', a: 'agent', s: 'source' };

/** A row has at most so many columns, so that a wrong one does not make a table of gigabytes. */
const COLUMNS_MAX = 2_000;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What a commit adds to one row. */
interface RowAddition {
  readonly field: string;
  /** Field of the record without which it is not added (`record.ts`); null: it is added in any case. */
  readonly unlessRecorded: string | null;
  readonly cells: string;
}

export interface DayAddition {
  readonly day: string;
  /** When the table goes: after its day has ended wherever on Earth, and the retention. */
  readonly expiresAt: Instant;
  readonly rows: readonly RowAddition[];
  readonly labels: readonly (readonly [field: string, label: string])[];
}

/** Throws a `TypeError` for a tally or label that no table can hold. */
export function additions(
  tallies: readonly Tally[],
  labels: readonly TallyLabel[],
  retentionMs: number,
): readonly DayAddition[] {
  const days = new Map<string, { rows: Map<string, Sum>; labels: Map<string, string> }>();
  const dayOf = (day: string) => {
    let known = days.get(day);
    if (known === undefined) days.set(day, (known = { rows: new Map(), labels: new Map() }));
    return known;
  };
  for (const tally of tallies) {
    const field = rowField(tally.row);
    const unlessRecorded = tally.callId === null ? null : shortName(tally.callId);
    const key = `${field}\n${unlessRecorded ?? '\n'}`;
    const { rows } = dayOf(tally.day);
    let sum = rows.get(key);
    if (sum === undefined) rows.set(key, (sum = { field, unlessRecorded, cells: new Map() }));
    for (const [column, amount] of tally.add) {
      checkCell(column, amount);
      sum.cells.set(column, (sum.cells.get(column) ?? 0) + amount);
    }
  }
  for (const { day, of, name, label } of labels)
    dayOf(day).labels.set(`${KINDS[of]}=${escaped(name)}`, escaped(label));
  return [...days].map(([day, { rows, labels }]) => ({
    day,
    expiresAt: endOfDay(day) + retentionMs,
    rows: [...rows.values()].map((sum) => ({ ...sum, cells: cellsText(sum.cells) })),
    labels: [...labels],
  }));
}

interface Sum {
  readonly field: string;
  readonly unlessRecorded: string | null;
  readonly cells: Map<number, number>;
}

/** The row's text after `cells` were added to it; a row that cannot be read stays as it is. `commit-n.lua` does it alike. */
export function added(row: string | undefined, cells: string): string {
  const sum = readCells(row ?? '');
  if (sum === null) return row ?? '';
  for (const [column, amount] of readCells(cells) ?? []) sum.set(column, (sum.get(column) ?? 0) + amount);
  return cellsText(sum);
}

/** What is in the hash of a day. */
export function readDayTable(day: string, fields: Iterable<readonly [string, string]>): DayTable {
  const rows: { row: TallyRow; counts: number[] }[] = [];
  const labels: DayTable['labels'][number][] = [];
  let unreadable = 0;
  for (const [field, text] of [...fields].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const [, kind = '', slot, named] = /^(\w)(?:\t(\d+)\t|=)(.*)$/.exec(field) ?? [];
    const of = KIND_OF[kind];
    const name = named === undefined ? null : nameOf(named);
    const counts = slot === undefined ? null : dense(readCells(text));
    const label = nameOf(text);
    if (of === undefined || name === null) unreadable += 1;
    else if (counts !== null) rows.push({ row: { of, name, slot: Number(slot) }, counts });
    else if (slot === undefined && of !== 'source' && label !== null) labels.push({ of, name, label });
    else unreadable += 1;
  }
  return { day, rows, labels, ...(unreadable > 0 && { unreadable }) };
}

/** Null for a text that is no row. */
function readCells(text: string): Map<number, number> | null {
  const cells = new Map<number, number>();
  for (const cell of text === '' ? [] : text.split(' ')) {
    if (!/^\d+:-?\d+$/.test(cell)) return null;
    const [column, amount] = cell.split(':');
    cells.set(Number(column), Number(amount));
  }
  return cells;
}

function nameOf(text: string): string | null {
  try {
    return unescaped(text);
  } catch {
    return null;
  }
}

function cellsText(cells: ReadonlyMap<number, number>): string {
  return [...cells]
    .filter(([, amount]) => amount !== 0)
    .map(([column, amount]) => `${column}:${amount}`)
    .join(' ');
}

function dense(cells: ReadonlyMap<number, number> | null): number[] | null {
  if (cells === null) return null;
  const last = Math.max(-1, ...cells.keys());
  if (last >= COLUMNS_MAX) return null;
  return Array.from({ length: last + 1 }, (_, column) => cells.get(column) ?? 0);
}

function rowField({ of, name, slot }: TallyRow): string {
  if (!Number.isInteger(slot) || slot < 0 || slot > 9_999) throw new TypeError(`a row has no slot ${slot}`);
  return `${KINDS[of]}\t${slot}\t${escaped(name)}`;
}

function checkCell(column: number, amount: number): void {
  if (!Number.isInteger(column) || column < 0 || column >= COLUMNS_MAX)
    throw new TypeError(`a row has no column ${column}`);
  if (!Number.isSafeInteger(amount))
    throw new TypeError(`column ${column} counts whole numbers, not ${amount}`);
}

export function isDay(day: string): boolean {
  return DAY.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`));
}

/** When the day has ended in the last zone of the Earth, at UTC-12. */
function endOfDay(day: string): Instant {
  if (!isDay(day)) throw new TypeError('a day is written YYYY-MM-DD');
  return Date.parse(`${day}T00:00:00Z`) + 36 * 3_600_000;
}
