import type { Position } from '../../core/model/position.js';
import type { ForeignNotes } from '../../deliver/log/foreign-notes.js';
import { readEntry } from '../../deliver/log/log-entry.js';
import { type Stretch, stretchOf } from '../../deliver/log/log-slice.js';
import type { LogReader, LogSlice } from '../../store/store.js';
import { type EventText, type EventTexts, textOf } from './event-texts.js';

export interface LogRead {
  readonly slice: LogSlice;
  readonly stretch: Stretch | null;
}

/**
 * One tenant's log, as the webhooks of the tenant read it: endpoints at the same position share a read, and what was read
 * is at hand for a while. Rejects as the store does.
 */
export class TenantLog {
  readonly #deps: TenantLogDeps;
  readonly #reading = new Map<string, Promise<LogRead>>();
  #readers = 1;

  constructor(deps: TenantLogDeps) {
    this.#deps = deps;
  }

  /** What lies after a sequence, at most so many events. */
  read(after: number, limit: number): Promise<LogRead> {
    const key = `${after} ${limit}`;
    const known = this.#reading.get(key);
    if (known !== undefined) return known;
    const reading = this.#read(after, limit).finally(() => {
      if (this.#reading.get(key) === reading) this.#reading.delete(key);
    });
    this.#reading.set(key, reading);
    return reading;
  }

  /** It may have grown: a read that is under way may not show it, and is shared with no other reader from now on. */
  grown(): void {
    this.#reading.clear();
  }

  /** One event, where it was read lately. */
  textAtHand(position: Position): EventText | undefined {
    return this.#deps.texts.get(this.#key(position));
  }

  /** One event; null where the log does not hold it any more. */
  async text(position: Position): Promise<EventText | null> {
    const { tenant, store } = this.#deps;
    const known = this.textAtHand(position);
    if (known !== undefined) return known;
    const { epoch, sequence } = position;
    const [event] = (await store.read(tenant, sequence - 1, 1)).events;
    if (event?.sequence !== sequence) return null;
    const reading = readEntry(tenant, event.json);
    // Another log has another event there.
    return 'entry' in reading && reading.entry.epoch === epoch ? textOf(reading.entry) : null;
  }

  /** How many endpoints read it. */
  sharedBy(readers: number): void {
    this.#readers = readers;
  }

  /** The event was delivered to one of them; where there is no other, its text is let go: the collector copies what is kept. */
  delivered(position: Position): void {
    if (this.#readers <= 1) this.#deps.texts.delete(this.#key(position));
  }

  async #read(after: number, limit: number): Promise<LogRead> {
    const { tenant, store, notes, texts } = this.#deps;
    const slice = await store.read(tenant, after, limit);
    const stretch = stretchOf(tenant, after, slice, notes);
    for (const entry of stretch?.entries ?? []) texts.set(this.#key(entry), textOf(entry));
    return { slice, stretch };
  }

  #key({ epoch, sequence }: Position): string {
    return `${this.#deps.tenant} ${epoch} ${sequence}`;
  }
}

export interface TenantLogDeps {
  readonly tenant: string;
  readonly store: Pick<LogReader, 'read'>;
  readonly texts: EventTexts;
  readonly notes: ForeignNotes;
}
