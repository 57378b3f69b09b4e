import type { BridgeEvent } from '../../core/model/event.js';
import type { Instant, PhoneNumber } from '../../core/model/observation.js';
import { lineOf } from '../../core/parts/line.js';
import { type DeskStore, type HistoryPosition, PAGE_MAX } from '../../store/desk-store.js';
import type { LogReader } from '../../store/store.js';

/** What a tenant's keys hold of a customer, counted: nothing of it is kept. */
export interface StoredOfCustomer {
  /** Of ended calls. */
  readonly records: number;
  /** Open ones, and those that were closed not long ago. */
  readonly callbacks: number;
  /** Calls that go on. */
  readonly live: number;
  readonly events: number;
  /** When the last of these events was recorded; null: there is none. */
  readonly lastEventAt: Instant | null;
}

export interface CustomerStores {
  readonly log: Pick<LogReader, 'snapshot' | 'read'>;
  readonly desk: Pick<DeskStore, 'callbacks' | 'history'>;
}

/**
 * Looks for a customer in all that a tenant's keys hold. It reads the log as a whole, in pages, and takes seconds where that is long.
 *
 * @param line `lineOf` the customer
 * @param country of the tenant's numbers
 */
export async function storedOfCustomer(
  { log, desk }: CustomerStores,
  tenant: string,
  line: string,
  country: string,
): Promise<StoredOfCustomer> {
  const isTheirs = (number: PhoneNumber | null) => lineOf(number, country) === line;
  const snapshot = await log.snapshot(tenant);
  const live = [...(snapshot?.state.calls.values() ?? [])].filter(({ customer }) =>
    isTheirs(customer),
  ).length;
  const { items } = await desk.callbacks(tenant);
  const callbacks = items.filter((item) => item.line === line).length;
  const records = await recordsOf(desk, tenant, line);
  return { live, callbacks, records, ...(await eventsOf(log, tenant, isTheirs)) };
}

async function recordsOf(desk: CustomerStores['desk'], tenant: string, line: string): Promise<number> {
  let count = 0;
  let after: HistoryPosition | null = null;
  do {
    const query = { from: null, to: null, line, after, limit: PAGE_MAX };
    const page = await desk.history(tenant, query);
    count += page.records.length + page.unreadable;
    after = page.next;
  } while (after !== null);
  return count;
}

async function eventsOf(
  log: CustomerStores['log'],
  tenant: string,
  isTheirs: (number: PhoneNumber | null) => boolean,
): Promise<Pick<StoredOfCustomer, 'events' | 'lastEventAt'>> {
  let events = 0;
  let lastEventAt: Instant | null = null;
  for (let after = 0, last = Infinity; after < last;) {
    const slice = await log.read(tenant, after, PAGE_EVENTS);
    last = slice.last;
    for (const { json } of slice.events) {
      const event = parsed(json);
      if (event === null || !numbersIn(event).some(isTheirs)) continue;
      events += 1;
      const at = Date.parse(event.recordedtime);
      if (!Number.isNaN(at)) lastEventAt = Math.max(lastEventAt ?? at, at);
    }
    const next = slice.events.at(-1)?.sequence ?? last;
    after = Math.max(after + 1, next);
  }
  return { events, lastEventAt };
}

const PAGE_EVENTS = 500;

/** Null for what another client of the store has written, and no bridge reads. */
function parsed(json: string): BridgeEvent | null {
  try {
    const event = JSON.parse(json) as BridgeEvent | null;
    return typeof event?.data === 'object' ? event : null;
  } catch {
    return null;
  }
}

/** Also the hotline: where the direction was misread, a customer stands there. */
function numbersIn({ data }: BridgeEvent): PhoneNumber[] {
  const { customer, hotline, callback } = data as {
    readonly customer?: PhoneNumber | null;
    readonly hotline?: PhoneNumber | null;
    readonly callback?: { readonly customer?: PhoneNumber };
  };
  return [customer, hotline, callback?.customer].filter(isNumber);
}

function isNumber(number: PhoneNumber | null | undefined): number is PhoneNumber {
  return typeof number?.raw === 'string' && (number.e164 === null || typeof number.e164 === 'string');
}
