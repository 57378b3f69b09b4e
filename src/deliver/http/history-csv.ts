import { type CsvCell, sheetTime } from '../../base/csv.js';
import type { EndedCallView } from './ended-call-view.js';

/** Ended calls as a table, a row each. Durations are milliseconds, times those of the tenant's clocks; an empty cell: not known. */
const COLUMNS: readonly (readonly [
  name: string,
  cell: (call: EndedCallView, timeZone: string) => CsvCell,
])[] = [
  ['callId', ({ callId }) => callId],
  ['direction', ({ direction }) => direction],
  ['outcome', ({ outcome }) => outcome],
  ['customer', ({ customer }) => customer?.raw ?? null],
  ['customerE164', ({ customer }) => customer?.e164 ?? null],
  ['hotline', ({ hotline }) => hotline?.raw ?? null],
  ['queues', ({ queues }) => queues.map(({ name }) => name).join(LIST)],
  ['extensions', ({ extensions }) => extensions.map(({ extension }) => extension).join(LIST)],
  ['agentExtension', ({ agent }) => agent?.extension ?? null],
  ['agent', ({ agent }) => agent?.name ?? null],
  ['startedAt', ({ startedAt }, timeZone) => sheetTime(Date.parse(startedAt), timeZone)],
  ['answeredAt', ({ answeredAt }, timeZone) => timeOf(answeredAt, timeZone)],
  ['endedAt', ({ endedAt }, timeZone) => timeOf(endedAt, timeZone)],
  ['endedAtUtc', ({ endedAt }) => endedAt],
  ['certainty', ({ observed }) => observed.certainty],
  ['waitMs', ({ waitMs }) => waitMs],
  ['talkMs', ({ talkMs }) => talkMs],
  [
    'notAnsweredOffers',
    ({ story }) => story.offers.filter(({ outcome }) => outcome === 'not-answered').length,
  ],
];

export const HISTORY_HEADER: readonly string[] = COLUMNS.map(([name]) => name);

export function historyRow(call: EndedCallView, timeZone: string): readonly CsvCell[] {
  return COLUMNS.map(([, cell]) => cell(call, timeZone));
}

function timeOf(text: string | null, timeZone: string): CsvCell {
  return text === null ? null : sheetTime(Date.parse(text), timeZone);
}

/** Between the items of a cell; names may have commas. */
const LIST = ' > ';
