import type { Instant } from '../../core/model/observation.js';
import type { LogReader } from '../../store/store.js';
import type { Limits } from '../access/options.js';
import { ageCut } from './age-cut.js';
import { Batch } from './batch.js';
import { EventBuffer } from './event-buffer.js';
import type { ForeignNotes } from './foreign-notes.js';
import type { LogEntry } from './log-entry.js';
import type { LogPosition } from './log-position.js';
import { stretchOf } from './log-slice.js';
import type { Page, PageCache } from './page-cache.js';
import { departure } from './resumption.js';

/**
 * Events in a page, and bytes of JSON, about: small against what a client may have in flight. Pages end at multiples of
 * the count, so that clients that began at different positions soon ask for the same ones.
 */
export const PAGE_EVENTS = 128;
export const PAGE_BYTES = 128 * 1024;

/**
 * One tenant's events up to its position, page by page: the newest from a buffer, older ones from the store. Clients that
 * ask for the same page share its read and its encoding.
 *
 * Guarantee: no page goes beyond the position, even where the log is ahead of it. A reader becomes live when it is at the
 * position, so it must not pass it.
 */
export class LogPages {
  readonly #deps: LogPagesDeps;
  readonly #buffer: EventBuffer;
  #owner: string;
  readonly #reading = new Map<string, Promise<Page | null>>();

  constructor(deps: LogPagesDeps) {
    this.#deps = deps;
    this.#owner = deps.cache.newOwner();
    this.#buffer = new EventBuffer({
      maxEvents: deps.limits.bufferEvents,
      maxBytes: deps.limits.bufferBytes,
    });
  }

  /** `entries` follow what was appended before. */
  append(entries: readonly LogEntry[]): void {
    this.#buffer.append(entries);
  }

  /** Drops all events, because the log is another one. */
  clear(): void {
    this.#buffer.clear();
    this.#reading.clear();
    this.#owner = this.#deps.cache.newOwner();
  }

  /**
   * The page after `sequence`, which must be before the position: at once where it is at hand, else from the store; null
   * when the log does not hold what follows.
   */
  after(sequence: number): Page | Promise<Page | null> {
    const { cache, position } = this.#deps;
    const newest = position.loaded().sequence;
    const end = Math.min(newest, (Math.floor(sequence / PAGE_EVENTS) + 1) * PAGE_EVENTS);
    const key = `${this.#owner} ${sequence} ${end}`;
    const known = cache.get(key) ?? this.#buffered(sequence, end, key);
    if (known !== undefined) return known;
    let reading = this.#reading.get(key);
    if (reading === undefined) {
      reading = this.#read(sequence, end, key).finally(() => {
        if (this.#reading.get(key) === reading) this.#reading.delete(key);
      });
      this.#reading.set(key, reading);
    }
    return reading;
  }

  /** The sequence before the first event recorded at or after `since`; asks the store some 17 times for 100,000 events. */
  async sequenceBefore(since: Instant): Promise<number> {
    const { tenant, store, position } = this.#deps;
    const cut = await ageCut(since, position.loaded().sequence, async (from) => {
      const slice = await store.read(tenant, Math.max(0, from - 1), 1);
      return slice.events[0];
    });
    return cut === null ? position.oldestSequence() : cut - 1;
  }

  #buffered(sequence: number, end: number, key: string): Page | undefined {
    const held = this.#buffer.after(sequence, end - sequence, PAGE_BYTES);
    return held === null ? undefined : this.#keep(key, held, held.at(-1)?.sequence ?? end);
  }

  async #read(sequence: number, end: number, key: string): Promise<Page | null> {
    const { tenant, store, position, notes } = this.#deps;
    const begun = position.loaded();
    const limit = end - sequence;
    const slice = await store.read(tenant, sequence, limit);
    if (departure(begun, slice) !== null) return null;
    const stretch = stretchOf(tenant, sequence, slice, notes);
    if (stretch === null) return null;
    // Past the position lies what is not taken here yet; a jump over a hole may lead beyond the end of the page.
    const newest = position.loaded().sequence;
    const entries = stretch.entries.filter((entry) => entry.sequence <= newest);
    const fitting = firstBytes(entries, PAGE_BYTES);
    const through =
      fitting.length < entries.length ? fitting.at(-1)!.sequence : Math.min(stretch.through, newest);
    return this.#keep(
      key,
      fitting.map((entry) => entry.settle()),
      through,
    );
  }

  #keep(key: string, entries: readonly LogEntry[], through: number): Page {
    const page = { batch: new Batch(entries), through };
    this.#deps.cache.set(key, page);
    return page;
  }
}

/** The first entries of about so many bytes, but at least one. */
function firstBytes(entries: readonly LogEntry[], maxBytes: number): readonly LogEntry[] {
  let bytes = 0;
  const cut = entries.findIndex(({ json }) => {
    const full = bytes >= maxBytes;
    bytes += json.length;
    return full;
  });
  return cut < 0 ? entries : entries.slice(0, cut);
}

export interface LogPagesDeps {
  readonly tenant: string;
  readonly store: Pick<LogReader, 'read'>;
  readonly position: LogPosition;
  readonly cache: PageCache;
  readonly notes: ForeignNotes;
  readonly limits: Pick<Limits, 'bufferEvents' | 'bufferBytes'>;
}
