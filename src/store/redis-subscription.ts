import type { Redis } from 'ioredis';
import { ALL_CHANNELS, parseChannel } from './keys.js';
import { closeClient, type RedisConnection, withoutArguments } from './redis-connection.js';
import { StoreClosedError } from './store-errors.js';
import type { Follower, Subscription } from './store.js';

/**
 * Follows what is published for all tenants, on a connection of its own.
 *
 * Guarantee: after an interruption, `interrupted()` comes once the subscription is confirmed again, so that what
 * is not heard from then on has been in the log before. ioredis' own resubscription tells before it is confirmed.
 */

/** How soon a silent, dead connection is noticed: nobody publishes where nobody calls, so silence proves nothing. */
const HEARTBEAT_MS = 5_000;

/** Resolves once subscribed, however long Redis is away; rejects only when closed before. */
export async function subscribe(
  connection: RedisConnection,
  follower: Follower,
  signal: AbortSignal,
): Promise<Subscription> {
  const client = connection.openSubscriber();
  const heartbeat = setInterval(() => {
    // The connection's socket time-out acts on a lost answer; a connection that is not ready needs none.
    if (client.status === 'ready') client.ping().catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  const close = async () => {
    clearInterval(heartbeat);
    await closeClient(client);
  };

  client.on('pmessage', (_pattern: string, name: string, json: string) => {
    const from = parseChannel(name);
    if (from !== null) follower.event(from.tenant, json);
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let whole = false;
      client.on('ready', () => {
        void confirm(client, connection).then((confirmed) => {
          if (!confirmed) return;
          if (whole) follower.interrupted();
          whole = true;
          resolve();
        });
      });
      const stop = () => {
        reject(new StoreClosedError());
      };
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

async function confirm(client: Redis, connection: RedisConnection): Promise<boolean> {
  try {
    await client.psubscribe(ALL_CHANNELS);
    return true;
  } catch (error) {
    connection.onError(withoutArguments(error as Error));
    client.disconnect(true);
    return false;
  }
}
