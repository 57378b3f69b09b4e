import type { InstantReader } from './instant.js';
import type { PhoneNumbers } from './phone-number.js';

/** What one row of a list came to. A bad row's reason names the field, never its value. */
export type RowReading<Row> =
  | { readonly kind: 'row'; readonly key: string; readonly row: Row }
  | { readonly kind: 'idle'; readonly extension: string }
  | { readonly kind: 'bad'; readonly reason: string };

/** What depends on the tenant when a row is read. */
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

export function bad(reason: string): { readonly kind: 'bad'; readonly reason: string } {
  return { kind: 'bad', reason };
}
