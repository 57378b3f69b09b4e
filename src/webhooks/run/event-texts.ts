import type { Audience } from '../../deliver/access/audience.js';
import { mayReadOtherwise } from '../../deliver/access/shown-to.js';
import { type LogEntry, readEntry } from '../../deliver/log/log-entry.js';

/** An event as it is sent. */
export interface EventText {
  /** The event's own; its cursor where another client of the store has written it without one. */
  readonly id: string;
  readonly type: string;
  readonly json: string;
}

export function textOf({ event, cursor, type, json }: LogEntry): EventText {
  const id: unknown = event.id;
  return { id: typeof id === 'string' ? id : cursor, type, json };
}

/** The text as it reads for the audience; null where the event is not for them. */
export function textFor(tenant: string, text: EventText, audience: Audience): EventText | null {
  if (!mayReadOtherwise(audience, text.type)) return text;
  const reading = readEntry(tenant, text.json);
  const shown = 'entry' in reading ? reading.entry.shownTo(audience) : null;
  return shown === null ? null : textOf(shown);
}

/**
 * The JSON of events that were read lately, of all tenants, bounded in bytes; the one that was read first goes first. What
 * was dropped is read from the log again when it is sent, so the bound costs time and no event.
 */
export class EventTexts {
  readonly #maxBytes: number;
  readonly #texts = new Map<string, EventText>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): EventText | undefined {
    return this.#texts.get(key);
  }

  set(key: string, text: EventText): void {
    this.delete(key);
    this.#texts.set(key, text);
    this.#bytes += sizeOf(text);
    for (const oldest of this.#texts.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const text = this.#texts.get(key);
    if (text === undefined) return;
    this.#texts.delete(key);
    this.#bytes -= sizeOf(text);
  }
}

/** In memory, at most: two bytes a character. */
function sizeOf({ id, json }: EventText): number {
  return 2 * (id.length + json.length);
}
