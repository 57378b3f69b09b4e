import type { ExtensionOwner } from '../../core/model/observation.js';
import type { InstantReader } from './instant.js';
import type { PhoneNumbers } from './phone-number.js';

/** The reading of one row of a list. A bad row's reason names the field, never its value. */
export type RowReading<Row> =
  | { readonly kind: 'row'; readonly key: string; readonly row: Row }
  | { readonly kind: 'idle'; readonly extension: string; readonly owner: ExtensionOwner }
  /** A row that says nothing. */
  | { readonly kind: 'empty' }
  | BadRow;

export interface BadRow {
  readonly kind: 'bad';
  readonly reason: string;
  /** Added by the list reader, which has the row's bytes: it depends on them alone. */
  readonly id?: string;
  /** Added by it too: this is not even a row of the list, but something else. */
  readonly isForeign?: boolean;
}

/** The parts of reading a row that depend on the tenant. */
export interface Locale {
  readonly instants: InstantReader;
  readonly numbers: PhoneNumbers;
}

/** Go writes a UUID that was never set as zeros. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** An identifier, or null where the PBX gives none. */
export function idOrNull(text: string): string | null {
  return text === '' || text === NIL_UUID ? null : text;
}

export function textOrNull(text: string): string | null {
  return text === '' ? null : text;
}

export function bad(reason: string): BadRow {
  return { kind: 'bad', reason };
}
