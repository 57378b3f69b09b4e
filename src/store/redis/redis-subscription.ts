import type { Redis } from 'ioredis';
import { Backoff } from '../../base/backoff.js';
import type { Stop } from '../../base/clock.js';
import { closeClient, type RedisConnection, withoutArguments } from './redis-connection.js';
import { StoreClosedError } from '../errors.js';
import type { Subscription } from '../store.js';

/**
 * Follows what is published to the channels of a pattern, on a connection of its own.
 *
 * Guarantee: after an interruption, `interrupted()` is called once the subscription is confirmed again, so that every
 * event that was missed is in the log by then. ioredis' own resubscription signals before it is confirmed.
 */

export interface Listener {
  readonly pattern: string;
  heard(channel: string, text: string): void;
  interrupted(): void;
}

/** How soon a dead connection is noticed. Silence proves nothing, because without calls nothing is published. */
const HEARTBEAT_MS = 5_000;

/** Before a refused subscription is tried again. */
const REFUSED = { firstMs: 100, maxMs: 5_000, spread: -0.5, random: Math.random };

/** The subscriptions of one client of a connection, which end with it at the latest. */
export class Subscriptions {
  readonly #connection: RedisConnection;
  readonly #closed: AbortSignal;
  /** Ends those that are not subscribed yet. One listener of `closed` for all of them: there may be any number. */
  readonly #pending = new Set<() => void>();
  readonly #open = new Set<Subscription>();

  /** @param closed aborts what is not subscribed yet */
  constructor(connection: RedisConnection, closed: AbortSignal) {
    this.#connection = connection;
    this.#closed = closed;
    closed.addEventListener('abort', () => {
      for (const end of [...this.#pending]) end();
    });
  }

  /** Resolves once subscribed, however long Redis is away; rejects only when closed before. */
  async follow(listener: Listener): Promise<Subscription> {
    const connected = await subscribe(this.#connection, listener, (end) => this.#whenClosed(end));
    const subscription = {
      close: async () => {
        this.#open.delete(subscription);
        await connected.close();
      },
    };
    this.#open.add(subscription);
    return subscription;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((subscription) => subscription.close()));
  }

  /** Calls `end` when all is closed, at once where it is; until the returned function is called. */
  #whenClosed(end: () => void): Stop {
    if (this.#closed.aborted) end();
    else this.#pending.add(end);
    return () => this.#pending.delete(end);
  }
}

async function subscribe(
  connection: RedisConnection,
  listener: Listener,
  whenClosed: (end: () => void) => Stop,
): Promise<Subscription> {
  const client = connection.openSubscriber();
  const refusals = new Backoff(REFUSED);
  const heartbeat = setInterval(() => {
    // The connection's socket time-out acts on a lost answer; a connection that is not ready needs none.
    if (client.status === 'ready') client.ping().catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const close = async () => {
    clearInterval(heartbeat);
    await closeClient(client);
  };

  client.on('pmessage', (_pattern: string, name: string, text: string) => {
    listener.heard(name, text);
  });
  let forget: Stop = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      forget = whenClosed(() => reject(new StoreClosedError()));
      let whole = false;
      client.on('ready', () => {
        void confirm(client, connection, listener.pattern).then((confirmed) => {
          if (!confirmed) {
            // The connection itself works, so that its own back-off never grows: a user without the right to subscribe
            // would connect some ten times a second.
            setTimeout(() => client.disconnect(true), refusals.next()).unref();
            return;
          }
          refusals.reset();
          if (whole) listener.interrupted();
          whole = true;
          resolve();
        });
      });
    });
  } catch (error) {
    await close();
    throw error;
  } finally {
    forget();
  }
  return { close };
}

async function confirm(client: Redis, connection: RedisConnection, pattern: string): Promise<boolean> {
  try {
    await client.psubscribe(pattern);
    return true;
  } catch (error) {
    connection.onError(withoutArguments(error as Error));
    return false;
  }
}
