import type { Redis } from 'ioredis';
import type { InboxSubject } from '../../src/store/inbox.contract.js';
import { stateKey } from '../../src/store/keys.js';
import { connectRedis, type RedisTarget } from '../../src/store/redis/redis-connection.js';
import { RedisInbox } from '../../src/store/redis/redis-inbox.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';

/** What the contract of inboxes asks of a Redis. `admin`: a client of the server that has the tenant. */
export function inboxSubject(
  target: RedisTarget,
  admin: (tenant: string) => Promise<Redis>,
  group = 'g',
): InboxSubject {
  const connection = connectRedis(target, { onError: () => undefined });
  const store = new RedisStore(connection, { maxEvents: 1_000, group });
  const inbox = new RedisInbox(connection, group);
  return {
    inbox,
    store,
    overwrite: async (tenant, field, text) =>
      void (await (await admin(tenant)).hset(stateKey(tenant), field, text)),
    close: async () => {
      await inbox.close();
      await store.close();
    },
  };
}
