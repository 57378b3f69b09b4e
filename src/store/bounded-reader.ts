import { setMaxListeners } from 'node:events';
import { Semaphore } from '../base/semaphore.js';
import { StoreClosedError } from './errors.js';
import type { Follower, LogReader, LogSlice, Snapshot, Subscription } from './store.js';

/**
 * A store for readers of which at most `concurrency` reads are under way at once; the others wait in line, in the order
 * of the calls.
 *
 * It bounds what readers can have Redis, which does one thing after the other, do before the next commit, and how many
 * answers this process can have to take apart before it turns to anything else. Closing ends the line and the store.
 */
export class BoundedReader implements LogReader {
  readonly #store: LogReader;
  readonly #slots: Semaphore;
  readonly #closing = new AbortController();

  constructor(store: LogReader, concurrency: number) {
    this.#store = store;
    this.#slots = new Semaphore(concurrency);
    // Each read that waits listens to it.
    setMaxListeners(0, this.#closing.signal);
  }

  snapshot(tenant: string): Promise<Snapshot | null> {
    return this.#inTurn(() => this.#store.snapshot(tenant));
  }

  read(tenant: string, after: number, limit: number): Promise<LogSlice> {
    return this.#inTurn(() => this.#store.read(tenant, after, limit));
  }

  /** Not counted: a subscription lasts, and has a connection of its own. */
  follow(follower: Follower): Promise<Subscription> {
    return this.#store.follow(follower);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#store.close();
  }

  async #inTurn<T>(read: () => Promise<T>): Promise<T> {
    if (!(await this.#slots.take(this.#closing.signal))) throw new StoreClosedError();
    try {
      return await read();
    } finally {
      this.#slots.release();
    }
  }
}
