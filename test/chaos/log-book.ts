import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { channel, logKey, parseChannel, stateKey, ALL_CHANNELS } from '../../src/store/keys.js';
import {
  closeClient,
  connectRedis,
  type RedisConnection,
  type RedisTarget,
} from '../../src/store/redis/redis-connection.js';
import type { Tally } from './scenario.js';

/**
 * Everything that any log of a tenant ever held, kept although Redis may lose it: read from the log itself again and again,
 * heard on its channels, and reported by consumers. Every contradiction is tallied: a position belongs to one event, for
 * ever and for every consumer, and that event is published once.
 */
export class LogBook {
  readonly #tally: Tally;
  readonly #tenants: readonly string[];
  readonly #connection: RedisConnection;
  readonly #commands: Redis | Cluster;
  readonly #subscriber: Redis;
  readonly #books = new Map<string, Map<string, Map<number, Line>>>();
  readonly #published = new Set<string>();
  #reading: Promise<void> = Promise.resolve();
  #closed = false;
  #mayHoldForeign = false;

  private constructor(target: RedisTarget, tenants: readonly string[], tally: Tally) {
    this.#connection = connectRedis(target, { onError: () => undefined });
    this.#commands = this.#connection.commands;
    this.#subscriber = this.#connection.openSubscriber();
    this.#tenants = tenants;
    this.#tally = tally;
  }

  static async open(target: RedisTarget, tenants: readonly string[], tally: Tally): Promise<LogBook> {
    const book = new LogBook(target, tenants, tally);
    const subscribed = new Promise<void>((resolve) => {
      book.#subscriber.on('ready', () => {
        book.#subscriber.psubscribe(ALL_CHANNELS).then(
          () => resolve(),
          () => undefined,
        );
      });
    });
    book.#subscriber.on('pmessage', (_pattern: string, name: string, text: string) => {
      book.#heard(name, text);
    });
    if (book.#commands.status !== 'ready')
      await new Promise((ready) => void book.#commands.once('ready', ready));
    await subscribed;
    book.#reading = book.#readOn();
    return book;
  }

  /** Redis as it is now; rejects while it is away. */
  get commands(): Redis | Cluster {
    return this.#commands;
  }

  /** From now on the channels and logs may hold what no bridge has written; it is skipped. Otherwise it is a false event. */
  skipForeign(): void {
    this.#mayHoldForeign = true;
  }

  note(tenant: string, event: BridgeEvent): void {
    const lines = this.#lines(tenant, event.epoch);
    const sequence = Number(event.sequence);
    const known = lines.get(sequence);
    if (known === undefined) lines.set(sequence, { event, heardAt: Date.now() });
    else if (known.event.id !== event.id)
      this.#tally.count('doubled', `place ${event.epoch}:${sequence} is ${known.event.id} and ${event.id}`);
  }

  /** In the order in which they were heard of. */
  epochs(tenant: string): string[] {
    return [...(this.#books.get(tenant)?.keys() ?? [])];
  }

  /** In the order of the log. */
  lines(tenant: string, epoch: string): Line[] {
    return [...this.#lines(tenant, epoch).values()].sort((a, b) =>
      a.event.sequence < b.event.sequence ? -1 : 1,
    );
  }

  /** When the first event was heard of that was committed after this instant; null: none was. */
  firstAfter(tenant: string, at: number): number | null {
    return this.#firstHeard(tenant, ({ recordedtime }) => Date.parse(recordedtime) > at);
  }

  /** When the first event was heard of in an epoch other than these; null: none was. */
  firstBeyond(tenant: string, known: readonly string[]): number | null {
    return this.#firstHeard(tenant, ({ epoch }) => !known.includes(epoch));
  }

  /** What Redis holds now. */
  async log(tenant: string): Promise<BridgeEvent[]> {
    return this.#read(tenant, '-');
  }

  /**
   * The history that is still valid: what Redis holds now, and before that what it has trimmed. Sequences only grow across
   * epochs, so events at or after the sequence that a later epoch begins with are lost, and no part of it.
   */
  async whole(tenant: string): Promise<BridgeEvent[]> {
    const events = await this.log(tenant);
    const [oldest] = events;
    if (oldest === undefined) return events;
    const epochs = this.epochs(tenant);
    for (const epoch of epochs.slice(0, epochs.indexOf(oldest.epoch) + 1).toReversed()) {
      const begins = events[0]!.sequence;
      const dropped = this.lines(tenant, epoch).filter(({ event }) => event.sequence < begins);
      events.unshift(...dropped.map(({ event }) => event));
    }
    return events;
  }

  /** The sequence of the oldest event that Redis still holds. */
  async oldest(tenant: string): Promise<number> {
    const [entry] = (await this.#commands.xrange(logKey(tenant), '-', '+', 'COUNT', 1)) as Entry[];
    return entry === undefined ? 0 : Number.parseInt(entry[0], 10);
  }

  /** The log's position; null if the tenant was never claimed, or Redis does not answer. */
  async place(tenant: string): Promise<{ epoch: string; sequence: number; fence: string } | null> {
    const fields = await this.#commands
      .hmget(stateKey(tenant), 'epoch', 'sequence', 'fence')
      .catch(() => [null, null, null]);
    const [epoch, sequence, fence] = fields;
    return epoch === null || epoch === undefined
      ? null
      : { epoch, sequence: Number(sequence), fence: fence! };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([closeClient(this.#subscriber), this.#connection.close()]);
    await this.#reading;
  }

  #heard(name: string, text: string): void {
    const from = parseChannel(name);
    if (from === null) return;
    const { tenant } = from;
    const event = this.#eventIn(text, tenant);
    if (event === null) return;
    const place = `${tenant} ${event.epoch}:${event.sequence}`;
    if (this.#published.has(place)) this.#tally.count('doubled', `${place} was published twice`);
    this.#published.add(place);
    if (name !== channel(event.data.tenant, event.type))
      this.#tally.count('false', `${event.type} of ${event.data.tenant} was published to ${name}`);
    this.note(tenant, event);
  }

  async #readOn(): Promise<void> {
    const read = new Map<string, { epoch: string; sequence: number }>();
    while (!this.#closed) {
      for (const tenant of this.#tenants) {
        const place = await this.place(tenant);
        if (place === null) continue;
        const last = read.get(tenant);
        const goesOn = last?.epoch === place.epoch && last.sequence <= place.sequence;
        if (goesOn && last.sequence === place.sequence) continue;
        const events = await this.#read(tenant, goesOn ? `${last.sequence + 1}-0` : '-').catch(() => []);
        for (const event of events) this.note(tenant, event);
        const newest = events.at(-1);
        if (newest !== undefined)
          read.set(tenant, { epoch: newest.epoch, sequence: Number(newest.sequence) });
      }
      await pause(READ_EVERY_MS);
    }
  }

  async #read(tenant: string, from: string): Promise<BridgeEvent[]> {
    const events: BridgeEvent[] = [];
    for (let next = from; ;) {
      const page = (await this.#commands.xrange(logKey(tenant), next, '+', 'COUNT', PAGE)) as Entry[];
      for (const [id, fields] of page) {
        const event = this.#eventIn(fields[1]!, tenant);
        if (event !== null && id === `${Number(event.sequence)}-0`) events.push(event);
      }
      if (page.length < PAGE) return events;
      next = `${Number.parseInt(page.at(-1)![0], 10) + 1}-0`;
    }
  }

  /** Null for what is no event of the tenant. */
  #eventIn(text: string, tenant: string): BridgeEvent | null {
    let event: Partial<BridgeEvent> | null = null;
    try {
      event = JSON.parse(text) as Partial<BridgeEvent> | null;
    } catch {
      // Null, as other texts that are no events.
    }
    if (event?.source === `/pitel/${tenant}`) return event as BridgeEvent;
    if (!this.#mayHoldForeign) this.#tally.count('false', `${tenant}: not an event: ${text.slice(0, 80)}`);
    return null;
  }

  #firstHeard(tenant: string, isWanted: (event: BridgeEvent) => boolean): number | null {
    let first: number | null = null;
    for (const lines of this.#books.get(tenant)?.values() ?? [])
      for (const { event, heardAt } of lines.values())
        if ((first === null || heardAt < first) && isWanted(event)) first = heardAt;
    return first;
  }

  #lines(tenant: string, epoch: string): Map<number, Line> {
    let book = this.#books.get(tenant);
    if (book === undefined) this.#books.set(tenant, (book = new Map()));
    let lines = book.get(epoch);
    if (lines === undefined) book.set(epoch, (lines = new Map()));
    return lines;
  }
}

export interface Line {
  readonly event: BridgeEvent;
  readonly heardAt: number;
}

type Entry = [id: string, fields: string[]];

const READ_EVERY_MS = 50;
const PAGE = 1_000;
