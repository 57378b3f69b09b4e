import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { DeskStore, HistoryPosition, HistoryQuery } from '../../store/desk-store.js';
import { shortName } from '../../store/stored/desk/history-index.js';

/** What narrows by look-up; `{}`: nothing, all calls are gone through. */
export type LookUp = Pick<HistoryQuery, 'line' | 'extension' | 'queue'>;

export interface HistoryWish {
  readonly tenant: string;
  readonly range: Pick<HistoryQuery, 'from' | 'to'>;
  /** At least one. A call that is wanted is found by one of them. */
  readonly lookUps: readonly [LookUp, ...LookUp[]];
  readonly isWanted: (record: EndedCallRecord) => boolean;
}

export interface FoundCalls {
  readonly records: readonly EndedCallRecord[];
  /** Null: there is nothing more. */
  readonly next: HistoryPosition | null;
}

/**
 * Pages through ended calls, newest first: several look-ups are read side by side and merged into one order.
 *
 * Guarantees: pages that follow one another by `next` have every call that is wanted, each once, in the order of the store, as
 * long as none is added between them that ended earlier than what is read already. A page examines some `SCAN_RECORDS` calls
 * at most, so it may be short or empty and still have a `next`.
 */
export class HistoryPager {
  readonly #store: Pick<DeskStore, 'history'>;
  readonly #wish: HistoryWish;

  constructor(store: Pick<DeskStore, 'history'>, wish: HistoryWish) {
    this.#store = store;
    this.#wish = wish;
  }

  async page(after: HistoryPosition | null, limit: number): Promise<FoundCalls> {
    const records: EndedCallRecord[] = [];
    let at = after;
    let examined = 0;
    do {
      const { records: merged, next, read } = await this.#read(at, limit);
      for (const [index, record] of merged.entries()) {
        if (!this.#wish.isWanted(record)) continue;
        records.push(record);
        if (records.length < limit) continue;
        const isLast = next === null && index === merged.length - 1;
        return { records, next: isLast ? null : positionOf(record) };
      }
      at = next;
      examined += read;
    } while (at !== null && examined < SCAN_RECORDS);
    return { records, next: at };
  }

  /** Of all look-ups, as far down as every one of them has been read. */
  async #read(after: HistoryPosition | null, limit: number) {
    const { tenant, range, lookUps } = this.#wish;
    const share = Math.max(READ_LEAST, Math.min(READ_MOST, limit));
    const pages = await Promise.all(
      lookUps.map((lookUp) => this.#store.history(tenant, { ...range, ...lookUp, after, limit: share })),
    );
    const ends = pages.flatMap(({ next }) => next ?? []).sort(inOrder);
    const next = ends[0] ?? null;
    const all = new Map<string, EndedCallRecord>();
    for (const record of pages.flatMap((page) => page.records)) all.set(record.view.callId, record);
    const records = [...all.values()]
      .map((record) => [positionOf(record), record] as const)
      .filter(([position]) => next === null || inOrder(position, next) <= 0)
      .sort(([one], [other]) => inOrder(one, other))
      .map(([, record]) => record);
    // A page without a record that can be read has been read all the same.
    return { records, next, read: Math.max(all.size, lookUps.length) };
  }
}

export function positionOf({ view }: EndedCallRecord): HistoryPosition {
  return { endedAt: Date.parse(view.endedAt ?? view.observed.latest), callId: view.callId };
}

/** Newest first; calls that ended at one instant are in the order of the bytes of their ids as the store writes them. */
function inOrder(one: HistoryPosition, other: HistoryPosition): number {
  return other.endedAt - one.endedAt || Buffer.compare(bytesOf(one), bytesOf(other));
}

function bytesOf({ callId }: HistoryPosition): Buffer {
  return Buffer.from(shortName(callId));
}

/** Calls that one request has the store look at: some megabytes. */
const SCAN_RECORDS = 2_000;
/** Calls in one read by one term: what this process takes apart before it turns to anything else. */
const READ_MOST = 100;
const READ_LEAST = 20;
