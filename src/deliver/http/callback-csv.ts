import { type CsvCell, sheetTime } from '../../base/csv.js';
import type { CallbackEntry } from './callback-entry.js';

/** Columns are only ever added, at the end. */
export const CALLBACK_HEADER = [
  'id',
  'state',
  'customer',
  'customer E.164',
  'queues',
  'missed',
  'first missed',
  'last missed',
  'longest wait s',
  'tried',
  'probable',
  'after hours',
  'claimed by',
  'claimed until',
  'done',
  'done at',
  'done by',
  'why',
  'calls',
] as const;

/** A row each; times are those of the zone. */
export function* callbackRows(
  entries: readonly CallbackEntry[],
  timeZone: string,
): Generator<readonly CsvCell[]> {
  const time = (instant: string | null) => sheetTime(instant === null ? null : Date.parse(instant), timeZone);
  for (const entry of entries) {
    const { customer, done, longestWaitMs } = entry;
    yield [
      entry.id,
      entry.state,
      customer.national ?? customer.raw,
      customer.e164,
      entry.queues.map(({ name }) => name).join(', '),
      entry.missed,
      time(entry.firstAt),
      time(entry.lastAt),
      longestWaitMs === null ? null : Math.round(longestWaitMs / 1_000),
      entry.tried,
      entry.probable,
      entry.afterHours,
      entry.claimedBy,
      time(entry.claimedUntil),
      done?.reason ?? null,
      time(done?.at ?? null),
      done?.by ?? null,
      done?.why ?? null,
      entry.callIds.join(' '),
    ];
  }
}
