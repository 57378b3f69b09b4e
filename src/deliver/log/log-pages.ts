import type { Instant } from '../../core/model/observation.js';
import { ageCut } from '../../store/age-cut.js';
import type { Store } from '../../store/store.js';
import type { Limits } from '../access/options.js';
import { Batch, LogEntry } from './batch.js';
import { EventBuffer } from './event-buffer.js';
import type { LogPosition } from './log-position.js';

/** Events in one read of the store. */
export const PAGE_EVENTS = 500;

/**
 * One tenant's events up to its position, page by page: the newest from a buffer, older ones from the store.
 *
 * Guarantee: no page goes beyond the position, even where the log is ahead of it. A reader becomes live when it is at the
 * position, so it must not pass it.
 */
export class LogPages {
  readonly #deps: LogPagesDeps;
  readonly #buffer: EventBuffer;
  #backfilling: Promise<void> | null = null;

  constructor(deps: LogPagesDeps) {
    this.#deps = deps;
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
  }

  /**
   * The next events after `sequence`, which must be before the position, and none after it: at once from the buffer,
   * else from the store; null when neither holds them.
   */
  after(sequence: number, limit: number, maxBytes: number): Batch | Promise<Batch | null> {
    const held = this.#buffer.after(sequence, limit, maxBytes);
    return held === null ? this.#readOlder(sequence, limit) : new Batch(held);
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

  async #readOlder(sequence: number, limit: number): Promise<Batch | null> {
    const { tenant, store, position, limits } = this.#deps;
    const { epoch, sequence: newest } = position.loaded();
    if (sequence >= newest - limits.bufferEvents) {
      this.#backfilling ??= this.#backfill().finally(() => {
        this.#backfilling = null;
      });
      await this.#backfilling;
      const held = this.#buffer.after(sequence, limit, Infinity);
      if (held !== null) return new Batch(held);
    }
    const slice = await store.read(tenant, sequence, Math.min(limit, PAGE_EVENTS));
    if (slice.epoch !== epoch || slice.events[0]?.sequence !== sequence + 1) return null;
    const { sequence: taken } = position.loaded();
    const known = slice.events.filter((event) => event.sequence <= taken);
    return new Batch(known.map(({ json }) => LogEntry.parse(json)));
  }

  /** Fills the buffer backwards, so that on a replica that has just started all reconnecting clients share one read. */
  async #backfill(): Promise<void> {
    const { tenant, store, position, limits } = this.#deps;
    const { generation } = position;
    const after = Math.max(position.oldestSequence(), position.loaded().sequence - limits.bufferEvents);
    const slice = await store.read(tenant, after, limits.bufferEvents);
    if (generation !== position.generation) return;
    this.#buffer.prepend(
      slice.events.map(({ json }) => LogEntry.parse(json)),
      position.loaded().sequence,
    );
  }
}

export interface LogPagesDeps {
  readonly tenant: string;
  readonly store: Pick<Store, 'read'>;
  readonly position: LogPosition;
  readonly limits: Pick<Limits, 'bufferEvents' | 'bufferBytes'>;
}
