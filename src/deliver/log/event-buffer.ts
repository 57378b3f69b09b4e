import type { LogEntry } from './log-entry.js';

/** Trims when a sixteenth too much is held, so that the rest is moved down only once in many appends. */
const TRIM_AT = 1 + 1 / 16;

/**
 * The newest events of one tenant, contiguous, bounded by count and by bytes of JSON; the oldest are dropped first.
 * Whether the log still holds them is for the caller to check.
 */
export class EventBuffer {
  readonly #limits: { readonly maxEvents: number; readonly maxBytes: number };
  #entries: LogEntry[] = [];
  #bytes = 0;

  constructor(limits: { readonly maxEvents: number; readonly maxBytes: number }) {
    this.#limits = limits;
  }

  /** `entries` must follow what is held without a hole. */
  append(entries: readonly LogEntry[]): void {
    const { maxEvents, maxBytes } = this.#limits;
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#bytes += entry.json.length;
    }
    const isFull = this.#entries.length > maxEvents * TRIM_AT || this.#bytes > maxBytes * TRIM_AT;
    if (isFull) this.#trim();
  }

  /** At most `limit` events after `sequence` and about `maxBytes`, but at least one; null if the buffer lacks any. */
  after(sequence: number, limit: number, maxBytes: number): readonly LogEntry[] | null {
    const first = this.#entries[0];
    if (first === undefined || sequence < first.sequence - 1) return null;
    const from = sequence + 1 - first.sequence;
    let to = from;
    for (let bytes = 0; to < this.#entries.length && to - from < limit && bytes < maxBytes; to += 1) {
      bytes += this.#entries[to]!.json.length;
    }
    return this.#entries.slice(from, to);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }

  #trim(): void {
    const { maxEvents, maxBytes } = this.#limits;
    let drop = 0;
    while (this.#entries.length - drop > maxEvents || this.#bytes > maxBytes) {
      this.#bytes -= this.#entries[drop]!.json.length;
      drop += 1;
    }
    this.#entries.splice(0, drop);
  }
}
