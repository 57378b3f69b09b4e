import { type Bridge, type BridgeEvent, type BridgeStatus, createBridge } from '@pitel-event-bridge/client';
import { batch, computed, effect, signal } from '@preact/signals';
import {
  afterEvent,
  type CallbackEntry,
  type CallbackEvent,
  type CallbackOrder,
  listed,
  queuesOf,
} from '../data/callbacks.js';
import { type SourcesAway, sourcesAway } from '../data/sources-away.js';
import { BASE, refused, token } from './access.js';
import { ask } from './ask.js';
import { currentTime } from './clock.js';
import { hearQueueNames, queueName } from './queue-names.js';
import { readZone } from './read-zone.js';

/**
 * Who is owed a call: the list, and what its events change, as docs/callbacks.md says under "Follow them".
 *
 *   reading → shown     the list was read, and follows its events
 *           → failed    it could not be read; tried again with the next snapshot, or by hand
 */
export type Standing = 'reading' | 'shown' | 'failed';

const TIMEOUT_MS = 15_000;
/** Events come in bursts; each change of the list is seen as soon. */
const CLOSED_MS = 400;
const PAGE = 1_000;
const CLOSED_PAGE = 100;

interface Page {
  readonly callbacks: readonly CallbackEntry[];
  readonly next: string | null;
}

export class Callbacks {
  readonly standing = signal<Standing>('reading');
  readonly status = signal<BridgeStatus>({ state: 'connecting' });
  /** Which of the PBX's answers the bridge does not get; null: none, or what is known of it is old itself. */
  readonly away = signal<SourcesAway | null>(null);
  /** Up to when the list is known to be what it shows; null: it is what is now. */
  readonly asOf = signal<number | null>(null);
  readonly order = signal<CallbackOrder>('waiting');
  /** The id of a queue. */
  readonly queue = signal<string | null>(null);
  readonly #open = signal<ReadonlyMap<string, CallbackEntry>>(new Map());
  /** Closed while somebody here was at work on them: they keep their place until they are put away. */
  readonly #kept = signal<ReadonlyMap<string, CallbackEntry>>(new Map());
  readonly rows = computed(() =>
    listed(new Map([...this.#kept.value, ...this.#open.value]).values(), {
      order: this.order.value,
      queue: this.queue.value,
    }),
  );
  readonly openCount = computed(
    () => listed(this.#open.value.values(), { order: 'waiting', queue: this.queue.value }).length,
  );
  readonly #queues = computed(() => queuesOf([...this.#open.value.values(), ...this.closed.value]));
  /** Those that missed any of them, by their short names. */
  readonly queues = computed(() => this.#queues.value.map(({ id, name }) => ({ id, name: queueName(name) })));
  /** Those that were closed, newest first, as far as they were asked for. */
  readonly closed = signal<readonly CallbackEntry[]>([]);
  readonly closedStanding = signal<Standing>('reading');
  readonly closedNext = signal<string | null>(null);
  /** The last that came or went without anything done here, for those who do not see the list. */
  readonly news = signal<CallbackEntry | null>(null);
  readonly #bridge: Bridge;
  readonly #closing = new AbortController();
  readonly #stops: (() => void)[];
  /** Which the user works on: by their ids. */
  readonly #mine = new Set<string>();
  /** Events that have come since the list is read; null: it is not. */
  #early: CallbackEvent[] | null = null;
  #isWanted = false;
  #isClosedShown = false;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor() {
    this.#bridge = createBridge({
      url: BASE,
      token: () => token.peek() ?? '',
      subscribe: { types: ['callback-due', 'callback-updated', 'callback-done'] },
    });
    this.#stops = [
      this.#bridge.on('status', (status) => this.#statusChanged(status)),
      this.#bridge.on('snapshot', () => {
        this.#sourcesHeard();
        void this.read();
      }),
      this.#bridge.on('event', (event) => this.#heard(event)),
      effect(() => hearQueueNames(this.#queues.value.map(({ name }) => name))),
      effect(() => {
        void this.queue.value;
        if (this.#isClosedShown) void this.readClosed();
      }),
    ];
    void readZone(this.#closing.signal);
  }

  close(): void {
    this.#closing.abort();
    for (const stop of this.#stops) stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
    void this.#bridge.close();
  }

  /** Reads the whole list, again where that is asked for meanwhile; events that come while it is read follow it. */
  readonly read = async (): Promise<void> => {
    this.#isWanted = true;
    if (this.#early !== null) return;
    while (this.#isWanted) {
      this.#isWanted = false;
      const early: CallbackEvent[] = [];
      this.#early = early;
      const entries = await this.#all();
      this.#early = null;
      if (this.#closing.signal.aborted) return;
      batch(() => {
        if (entries !== null) this.#open.value = new Map(entries.map((entry) => [entry.id, entry]));
        this.standing.value = entries === null ? 'failed' : 'shown';
        for (const event of early) this.#follow(event);
      });
    }
  };

  async #all(): Promise<readonly CallbackEntry[] | null> {
    const entries: CallbackEntry[] = [];
    for (let after: string | null = null; ;) {
      const page: Page | null = await this.#page({ limit: PAGE, after });
      if (page === null) return null;
      entries.push(...page.callbacks);
      if (page.next === null) return entries;
      after = page.next;
    }
  }

  /** An item as an answer or event shows it. */
  put(entry: CallbackEntry): void {
    const { id } = entry;
    batch(() => {
      const open = new Map(this.#open.peek());
      const kept = new Map(this.#kept.peek());
      if (entry.state === 'open') {
        open.set(id, entry);
        kept.delete(id);
      } else {
        open.delete(id);
        if (this.#mine.has(id)) kept.set(id, entry);
      }
      this.#open.value = open;
      this.#kept.value = kept;
      if (this.#isClosedShown) this.#readClosedSoon();
    });
  }

  known(id: string): CallbackEntry | undefined {
    return (
      this.#open.peek().get(id) ??
      this.#kept.peek().get(id) ??
      this.closed.peek().find((entry) => entry.id === id)
    );
  }

  /** What happens to it from now on is shown in its place. */
  watch(id: string): void {
    this.#mine.add(id);
  }

  /** Whether it is closed, and in the list of open ones all the same. */
  isKept(id: string): boolean {
    return this.#kept.value.has(id);
  }

  /** A closed one leaves the list. */
  putAway(id: string): void {
    this.#mine.delete(id);
    const kept = new Map(this.#kept.peek());
    kept.delete(id);
    this.#kept.value = kept;
  }

  /** Whether the closed ones are on the page. */
  showClosed(isShown: boolean): void {
    this.#isClosedShown = isShown;
    if (isShown) void this.readClosed();
  }

  readonly readClosed = async (): Promise<void> => {
    const page = await this.#page({
      state: 'done',
      order: 'newest',
      limit: CLOSED_PAGE,
      queue: this.queue.peek(),
    });
    if (this.#closing.signal.aborted) return;
    batch(() => {
      if (page !== null) {
        this.closed.value = page.callbacks;
        this.closedNext.value = page.next;
      }
      this.closedStanding.value = page === null ? 'failed' : 'shown';
    });
  };

  readonly readMoreClosed = async (): Promise<void> => {
    const after = this.closedNext.peek();
    if (after === null) return;
    const page = await this.#page({
      state: 'done',
      order: 'newest',
      limit: CLOSED_PAGE,
      queue: this.queue.peek(),
      after,
    });
    if (page === null || this.closedNext.peek() !== after) return;
    batch(() => {
      this.closed.value = [...this.closed.peek(), ...page.callbacks];
      this.closedNext.value = page.next;
    });
  };

  /** Where the table of what is shown is. */
  tableAddress(state: 'open' | 'done'): string {
    const order = state === 'open' ? this.order.peek() : 'newest';
    return addressOf({ state, order, queue: this.queue.peek(), format: 'csv' });
  }

  #statusChanged(status: BridgeStatus): void {
    if (status.state === 'refused' && refused(status.code)) return;
    // The events that came before it are in the list.
    if (status.state === 'live') this.asOf.value = null;
    else this.asOf.value ??= currentTime();
    this.status.value = status;
    this.#sourcesHeard();
  }

  #sourcesHeard(): void {
    this.away.value = sourcesAway([...this.#bridge.sources.values()]);
  }

  #heard(event: BridgeEvent): void {
    if (event.type.startsWith('source-')) this.#sourcesHeard();
    if (!('callback' in event.data)) return;
    const own = event as CallbackEvent;
    if (this.#early === null) this.#follow(own);
    else this.#early.push(own);
  }

  #follow(event: CallbackEvent): void {
    const { id } = event.data.callback;
    const known = this.known(id);
    // The answer to a request is as new as the event that announces it, and has more.
    const entry = known !== undefined && isSameEnd(known, event) ? known : afterEvent(known, event);
    this.put(entry);
    const isNews = event.type === 'callback-due' || event.type === 'callback-done';
    if (isNews && !this.#mine.has(id)) this.news.value = entry;
  }

  #readClosedSoon(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.readClosed();
    }, CLOSED_MS);
  }

  async #page(query: Query): Promise<Page | null> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const answer = await ask<Page>(addressOf(query), { signal });
    return answer.ok ? answer.body : null;
  }
}

function isSameEnd({ done }: CallbackEntry, { type, data }: CallbackEvent): boolean {
  return type === 'callback-done' && done !== null && done.reason === data.reason;
}

type Query = Readonly<Record<string, string | number | null>>;

function addressOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== null);
  return `v1/callbacks?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}`;
}
