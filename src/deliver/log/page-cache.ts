import type { Batch } from './batch.js';

/** Some events of a log, and where to go on. */
export interface Page {
  readonly batch: Batch;
  /** The last sequence that the page covers. */
  readonly through: number;
}

/**
 * The pages of all logs that clients asked for last, bounded in bytes, the one that was not asked for longest dropped
 * first. Clients that come back together are at about the same position, so one read and one encoding serve all.
 */
export class PageCache {
  readonly #maxBytes: number;
  readonly #pages = new Map<string, { readonly page: Page; readonly bytes: number }>();
  #bytes = 0;
  #owners = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A name for one log's pages that no other has had. */
  newOwner(): string {
    this.#owners += 1;
    return String(this.#owners);
  }

  get(key: string): Page | undefined {
    const held = this.#pages.get(key);
    if (held === undefined) return undefined;
    this.#pages.delete(key);
    this.#pages.set(key, held);
    return held.page;
  }

  set(key: string, page: Page): void {
    this.#drop(key);
    const bytes = page.batch.entries.reduce((sum, { json }) => sum + json.length * COPIES, 0);
    this.#pages.set(key, { page, bytes });
    this.#bytes += bytes;
    for (const [oldest] of this.#pages) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const held = this.#pages.get(key);
    if (held === undefined) return;
    this.#pages.delete(key);
    this.#bytes -= held.bytes;
  }
}

/** An event's JSON, its frame, and that within the frame of the page. */
const COPIES = 3;
