import type { ExtensionOwner } from '../../core/model/observation.js';
import type { RowReading } from './row-reading.js';

/**
 * Lists row readings as rows by their key, without repetitions.
 *
 * Guarantee: a listing depends on the readings as a set, not on their order or on earlier listings. The last listing
 * determines only which *objects* are used: an equal row keeps its object, and where nothing differs the map and the
 * set are the last listing's. Not guaranteed: the order of the map.
 */
export interface Listing<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  /** Extensions that were listed without a call. */
  readonly idle: ReadonlyMap<string, ExtensionOwner>;
  readonly badRows: number;
  /** The ids of the bad rows; `#2`, `#3` … is appended to those that repeat. */
  readonly unreadable: ReadonlySet<string>;
  /** The first bad row's index and what is wrong with it; '' without any. */
  readonly firstBad: string;
  /** Whether a key came more than once: then a row that disappears may uncover another. */
  readonly repeats: boolean;
}

/** How much a row counts against another one of its key. */
export type Strength<Row> = (row: Row) => number;

export function listRows<Row extends object>(
  readings: readonly RowReading<Row>[],
  strength: Strength<Row>,
  last: Listing<Row> | null,
): Listing<Row> {
  const rows = new Map<string, Row>();
  let repeats = false;
  let badRows = 0;
  let firstBad = '';
  const unreadable = new Set<string>();
  const copies = new Map<string, number>();
  for (let index = 0; index < readings.length; index++) {
    const reading = readings[index]!;
    if (reading.kind === 'row') {
      const other = rows.get(reading.key);
      if (other !== undefined) repeats = true;
      if (other === undefined || outranks(reading.row, other, strength)) rows.set(reading.key, reading.row);
    } else if (reading.kind === 'bad') {
      if (++badRows === 1) firstBad = `row ${index}: ${reading.reason}`;
      const id = reading.id ?? '';
      const copy = (copies.get(id) ?? 0) + 1;
      copies.set(id, copy);
      unreadable.add(copy === 1 ? id : `${id}#${copy}`);
    }
  }
  const kept = last === null ? rows : unchangedOr(last.rows, rows);
  return { rows: kept, idle: idleOf(readings, last), badRows, unreadable, firstBad, repeats };
}

/**
 * The same as `listRows`, at a cost that grows with the difference. `origins` has for each reading the index of the
 * same reading in `before`, or -1. Null where only the whole list decides: with repeated keys and bad rows.
 */
export function relistRows<Row extends object>(
  readings: readonly RowReading<Row>[],
  origins: readonly number[],
  before: readonly RowReading<Row>[],
  last: Listing<Row>,
): Listing<Row> | null {
  if (last.repeats || last.badRows > 0) return null;
  const kept = new Uint8Array(before.length);
  const fresh: RowReading<Row>[] = [];
  for (let index = 0; index < readings.length; index++) {
    const origin = origins[index]!;
    if (origin === -1) fresh.push(readings[index]!);
    else if (kept[origin] === 1) return null;
    else kept[origin] = 1;
  }
  const gone = before.filter((_, index) => kept[index] === 0);
  const changes = changesOf(gone, fresh, last.rows);
  if (changes === null) return null;
  const idleTouched = gone.some(isIdle) || fresh.some(isIdle);
  return {
    ...last,
    rows: changes.length === 0 ? last.rows : changed(last.rows, changes),
    idle: idleTouched ? idleOf(readings, last) : last.idle,
  };
}

/** A key with its new row, or without one where it is gone. */
type Change<Row> = readonly [key: string, row: Row | null];

function changesOf<Row extends object>(
  gone: readonly RowReading<Row>[],
  fresh: readonly RowReading<Row>[],
  rows: ReadonlyMap<string, Row>,
): Change<Row>[] | null {
  const leaving = new Set<string>();
  for (const reading of gone) if (reading.kind === 'row') leaving.add(reading.key);
  const changes: Change<Row>[] = [];
  const seen = new Set<string>();
  for (const reading of fresh) {
    if (reading.kind === 'bad') return null;
    if (reading.kind !== 'row') continue;
    const { key, row } = reading;
    const before = rows.get(key);
    if (seen.has(key) || (before !== undefined && !leaving.has(key))) return null;
    seen.add(key);
    leaving.delete(key);
    if (before === undefined || !sameFields(before, row)) changes.push([key, row]);
  }
  for (const key of leaving) changes.push([key, null]);
  return changes;
}

/** Changes a copy, since the last map is still in use. */
function changed<Row>(rows: ReadonlyMap<string, Row>, changes: readonly Change<Row>[]): Map<string, Row> {
  const copy = new Map(rows);
  for (const [key, row] of changes) {
    if (row === null) copy.delete(key);
    else copy.set(key, row);
  }
  return copy;
}

/** Equally strong rows are compared by their content, so that their order in the body does not matter. */
function outranks<Row>(row: Row, other: Row, strength: Strength<Row>): boolean {
  const difference = strength(row) - strength(other);
  return difference === 0 ? JSON.stringify(row) > JSON.stringify(other) : difference > 0;
}

/** The last map where nothing differs from it, else the new one with the last one's objects for equal rows. */
function unchangedOr<Row extends object>(
  last: ReadonlyMap<string, Row>,
  rows: Map<string, Row>,
): ReadonlyMap<string, Row> {
  let unchanged = last.size === rows.size;
  for (const [key, row] of rows) {
    const before = last.get(key);
    if (before === row) continue;
    if (before !== undefined && sameFields(before, row)) rows.set(key, before);
    else unchanged = false;
  }
  return unchanged ? last : rows;
}

/** Goes into nested objects (a leg's other reading); phone numbers are the same objects as long as they are cached. */
function sameFields<Row extends object>(a: Row, b: Row): boolean {
  for (const field in a) if (a[field] !== b[field] && !areSameObjects(a[field], b[field])) return false;
  return true;
}

function areSameObjects(a: unknown, b: unknown): boolean {
  return typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && sameFields(a, b);
}

function idleOf<Row>(readings: readonly RowReading<Row>[], last: Listing<Row> | null): Listing<Row>['idle'] {
  const idle = new Map<string, ExtensionOwner>();
  for (const reading of readings) if (reading.kind === 'idle') idle.set(reading.extension, reading.owner);
  if (last === null || idle.size !== last.idle.size) return idle;
  for (const [extension, owner] of idle) {
    const before = last.idle.get(extension);
    if (before === undefined || (before !== owner && !sameFields(before, owner))) return idle;
  }
  return last.idle;
}

function isIdle<Row>(reading: RowReading<Row>): boolean {
  return reading.kind === 'idle';
}
