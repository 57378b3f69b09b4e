import { io, type Socket } from 'socket.io-client';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { LogBook } from './log-book.js';
import type { Tally } from './scenario.js';

/**
 * A consumer over Socket.IO that reconnects whatever ends its connection, with the cursor of the last event that it got.
 * It tallies at once each event that is missing, comes twice or out of order, or is of another tenant.
 */
export interface WatcherOptions {
  readonly name: string;
  readonly tenant: string;
  readonly token: string;
  /** The next bridge to turn to. */
  readonly url: () => string;
  /** Null for one that may see everything; else what it may not see counts as a false event. */
  readonly maySee: ((event: BridgeEvent) => boolean) | null;
}

export class Watcher {
  readonly #options: WatcherOptions;
  readonly #book: LogBook;
  readonly #tally: Tally;
  #socket: Socket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #place: { epoch: string; sequence: number } | null = null;
  readonly #followed = new Map<number, string>();
  received = 0;
  resets: string[] = [];
  snapshots = 0;
  connections = 0;
  /** The longest that an event was on its way from its commit, since `forgetLag`; what came by cursor is not counted. */
  lagMs = 0;
  #liveSince = Infinity;

  constructor(options: WatcherOptions, book: LogBook, tally: Tally) {
    this.#options = options;
    this.#book = book;
    this.#tally = tally;
  }

  get place(): Readonly<{ epoch: string; sequence: number }> | null {
    return this.#place;
  }

  /** The ids of the events that it has had since its last snapshot, by their sequence: all of them are still valid. */
  get followed(): ReadonlyMap<number, string> {
    return this.#followed;
  }

  /** Whether it gets every event, so that a hole is a loss. */
  get isWhole(): boolean {
    return this.#options.maySee === null;
  }

  get name(): string {
    return this.#options.name;
  }

  get tenant(): string {
    return this.#options.tenant;
  }

  get isConnected(): boolean {
    return this.#socket?.connected === true;
  }

  open(): void {
    const { token, url } = this.#options;
    this.#liveSince = Infinity;
    const cursor = this.#place === null ? undefined : `${this.#place.epoch}:${this.#place.sequence}`;
    const socket = io(url(), {
      auth: { token, cursor },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    this.#socket = socket;
    // Ignores what an abandoned connection still holds.
    const whileOpen =
      <T extends unknown[]>(act: (...args: T) => void) =>
      (...args: T) => {
        if (this.#socket === socket) act(...args);
      };
    socket.on(
      'connect',
      whileOpen(() => {
        this.connections += 1;
        this.#liveSince = Date.now();
      }),
    );
    const again = whileOpen(() => {
      this.#leave();
      this.#retry = setTimeout(() => this.open(), RETRY_MS);
    });
    socket.on('connect_error', again);
    socket.on('disconnect', again);
    socket.onAny(whileOpen((name: string, body: unknown) => this.#got(name, body)));
  }

  /** Breaks the connection without a close, like a network failure, and stays away until `open`. */
  drop(): void {
    this.#socket?.io.engine?.close();
    this.#leave();
  }

  forgetLag(): void {
    this.lagMs = 0;
  }

  close(): void {
    this.#leave();
  }

  #leave(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.disconnect();
  }

  #got(name: string, body: unknown): void {
    switch (name) {
      case 'closing':
        return;
      case 'reset':
        this.resets.push((body as { reason: string }).reason);
        this.#place = null;
        this.#followed.clear();
        return;
      case 'snapshot': {
        this.snapshots += 1;
        if (this.#place !== null) this.#wrong('false', 'an unexpected snapshot');
        const [epoch, sequence] = (body as { cursor: string }).cursor.split(':');
        this.#place = { epoch: epoch!, sequence: Number(sequence) };
        return;
      }
      default:
        this.#event(name, body as BridgeEvent);
    }
  }

  #event(name: string, event: BridgeEvent): void {
    const { tenant, maySee } = this.#options;
    const sequence = Number(event.sequence);
    const described = `${event.type} ${event.epoch}:${sequence}`;
    this.received += 1;
    if (name !== event.type) this.#wrong('false', `${described} came as ${name}`);
    if (event.data.tenant !== tenant || (maySee !== null && !maySee(event)))
      this.#wrong('false', `${described} of ${event.data.tenant} is not for it`);
    if (this.#place === null) this.#wrong('false', `${described} before any snapshot`);
    else if (sequence <= this.#place.sequence)
      this.#wrong('doubled', `${described} after ${this.#place.sequence}`);
    else if (this.isWhole && sequence > this.#place.sequence + 1)
      this.#wrong('missing', `up to ${described} after ${this.#place.sequence}`);
    this.#place = { epoch: event.epoch, sequence: Math.max(sequence, this.#place?.sequence ?? 0) };
    this.#followed.set(sequence, event.id);
    this.#book.note(event.data.tenant, event);
    const recordedAt = Date.parse(event.recordedtime);
    if (recordedAt >= this.#liveSince) this.lagMs = Math.max(this.lagMs, Date.now() - recordedAt);
  }

  #wrong(what: 'missing' | 'doubled' | 'false', how: string): void {
    this.#tally.count(what, `${this.name}: ${how}`);
  }
}

const RETRY_MS = 100;
