import type { Audience } from '../access/audience.js';
import { Frame } from './frame.js';
import type { LogEntry } from './log-entry.js';

/** How many audiences' parts of a page are kept: those of clients that see the same ask one after the other. */
const KEPT_VIEWS = 8;

/**
 * Events on their way out, encoded once and not once a client: those of one commit, or a page of the log. A WebSocket
 * client gets them in a single write: frames are self-delimiting, so one buffer can hold several.
 */
export class Batch {
  readonly entries: readonly LogEntry[];
  #frame: Frame | null = null;
  #stream: Frame | null = null;
  #views: Map<string, Batch> | null = null;

  constructor(entries: readonly LogEntry[]) {
    this.entries = entries;
  }

  /** The WebSocket frames of all events. */
  get frame(): Frame {
    return (this.#frame ??=
      this.entries.length === 1
        ? this.entries[0]!.frame
        : new Frame(Buffer.concat(this.entries.map((entry) => entry.frame.bytes))));
  }

  /** The events as server-sent events. */
  get stream(): Frame {
    return (this.#stream ??= new Frame(Buffer.from(this.entries.map((entry) => entry.sse).join(''))));
  }

  /** The events that the audience sees, as they read for it; this batch itself if those are all as they are. */
  seenBy(audience: Audience): Batch {
    if (audience.unrestricted) return this;
    let visible: LogEntry[] | null = null;
    for (const [index, entry] of this.entries.entries()) {
      const shown = entry.shownTo(audience);
      if (shown !== entry) visible ??= this.entries.slice(0, index);
      if (shown !== null) visible?.push(shown);
    }
    return visible === null ? this : new Batch(visible);
  }

  /** As `seenBy`, for a batch that many clients ask for, one after the other. */
  sharedBy(audience: Audience): Batch {
    if (audience.unrestricted) return this;
    this.#views ??= new Map();
    const known = this.#views.get(audience.key);
    if (known !== undefined) return known;
    const seen = this.seenBy(audience);
    const [oldest] = this.#views.keys();
    if (this.#views.size >= KEPT_VIEWS) this.#views.delete(oldest!);
    this.#views.set(audience.key, seen);
    return seen;
  }
}
