import type { BridgeEvent, CallView } from '@pitel-event-bridge/client';
import { type Signal, signal } from '@preact/signals';
import { type CallEvent, isCallEvent } from '../data/call-event.js';
import { type EndedCall, isEndedCall } from '../data/ended-call.js';
import { ask } from './ask.js';

/** What a page that follows the live calls knows of one. */
export interface CallsSeen {
  /** Also of a call that has just ended. */
  viewOf(callId: string): CallView | undefined;
  /** Oldest first; those since the page was opened. */
  eventsOf(callId: string): readonly CallEvent[];
  /** Changes with every event. */
  readonly heard: Signal<number>;
}

/**
 *   reading → shown   there is a view of the call; events may still be read
 *           → gone    neither alive nor in the history
 *           → away    the bridge did not answer
 */
export type Standing = 'reading' | 'shown' | 'gone' | 'away';

/**
 * One call from its beginning, whether it is alive or has ended: its view and story from the bridge, and its events, from the log as
 * long as that holds them.
 */
export class CallLife {
  readonly standing = signal<Standing>('reading');
  readonly isReadingPast = signal(true);
  readonly #read = signal<CallView | EndedCall | null>(null);
  readonly #past = signal<readonly CallEvent[]>([]);
  readonly #closed = new AbortController();

  constructor(
    private readonly callId: string,
    private readonly seen: CallsSeen | null,
  ) {
    if (this.#live !== undefined) this.standing.value = 'shown';
    void this.read();
  }

  close(): void {
    this.#closed.abort();
  }

  /** The newest that is known; null: nothing yet. */
  get view(): CallView | EndedCall | null {
    void this.seen?.heard.value;
    const live = this.#live;
    const read = this.#read.value;
    // A call that has ended since it was read has no story here yet.
    if (live === undefined || (read?.state === 'ended' && live.state === 'ended'))
      return read ?? live ?? null;
    return live;
  }

  /** Oldest first, each once. */
  get events(): readonly CallEvent[] {
    void this.seen?.heard.value;
    const all = [...this.#past.value, ...(this.seen?.eventsOf(this.callId) ?? [])];
    return [...new Map(all.map((event) => [event.id, event])).values()];
  }

  readonly read = async (): Promise<void> => {
    const answer = await ask<CallView | EndedCall>(`v1/calls/${encodeURIComponent(this.callId)}`, {
      signal: this.#signal(),
    });
    if (this.#closed.signal.aborted) return;
    if (answer.ok) this.#read.value = answer.body;
    const view = this.view;
    if (view === null) this.standing.value = !answer.ok && answer.status === 404 ? 'gone' : 'away';
    else {
      this.standing.value = 'shown';
      if (!isWhole(this.events)) this.#past.value = await this.#readLog(view);
    }
    this.isReadingPast.value = false;
  };

  get #live(): CallView | undefined {
    return this.seen?.viewOf(this.callId);
  }

  #signal(): AbortSignal {
    return AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  }

  /** Its events since it began, page by page. What could not be read, or is no longer there, is missing. */
  async #readLog({ startedAt, endedAt, customer, direction }: CallView): Promise<readonly CallEvent[]> {
    const from = Date.parse(startedAt) - MARGIN_MS;
    const query = new URLSearchParams({ limit: '1000', since: new Date(from).toISOString() });
    if (endedAt !== null) query.set('until', new Date(Date.parse(endedAt) + MARGIN_MS).toISOString());
    // The bridge then sends much less; a masked number finds nothing.
    const isKnown = customer !== null && customer.e164 !== null && customer.masked !== true;
    if (isKnown && direction !== 'local') query.set('customers', customer.e164);
    const own: CallEvent[] = [];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const answer = await ask<Page>(`v1/events?${query.toString()}`, { signal: this.#signal() });
      if (!answer.ok) break;
      const { events, cursor, complete } = answer.body;
      own.push(...events.filter(isCallEvent).filter(({ subject }) => subject === this.callId));
      if (complete === true || cursor === query.get('after') || own.at(-1)?.type === 'call-ended') break;
      query.delete('since');
      query.set('after', cursor);
    }
    return own;
  }
}

interface Page {
  readonly cursor: string;
  readonly events: readonly BridgeEvent[];
  readonly complete?: boolean;
}

/** Whether nothing before is missing. */
function isWhole(events: readonly CallEvent[]): boolean {
  return events[0]?.type === 'call-started';
}

/** Whether the log has all of it: where it has not, an ended call is drawn from its story. */
export function isDrawnFromEvents(view: CallView | EndedCall, events: readonly CallEvent[]): boolean {
  return isWhole(events) || !isEndedCall(view);
}

const TIMEOUT_MS = 8_000;
/** `startedAt` is the PBX's time and may be ahead of the bridge's; the log is read by when the bridge wrote. */
const MARGIN_MS = 60_000;
/** A busy floor writes this much in minutes; of a call that is longer, its beginning is shown. */
const MOST_PAGES = 20;
