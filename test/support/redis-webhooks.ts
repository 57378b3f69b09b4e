import type { Redis } from 'ioredis';
import { webhooksKey } from '../../src/store/keys.js';
import { connectRedis, type RedisTarget } from '../../src/store/redis/redis-connection.js';
import { RedisWebhookStore } from '../../src/store/redis/redis-webhook-store.js';
import type { WebhooksSubject } from '../../src/store/webhook-store.contract.js';

export function openWebhooks(target: RedisTarget, commandTimeoutMs = 3_000) {
  const connection = connectRedis(target, { onError: () => undefined, commandTimeoutMs });
  const store = new RedisWebhookStore(connection);
  const close = async () => {
    store.close();
    await connection.close();
  };
  return { store, close };
}

/** What the contract of webhooks' stores asks of a Redis. `admin`: a client of the server that has the tenant. */
export function webhooksSubject(
  target: RedisTarget,
  admin: (tenant: string) => Promise<Redis>,
  loseMemory: () => Promise<unknown>,
): WebhooksSubject {
  return {
    ...openWebhooks(target),
    overwrite: async (tenant, endpoint, text) =>
      void (await (await admin(tenant)).hset(webhooksKey(tenant), `endpoint:${endpoint}`, text)),
    loseMemory: async () => void (await loseMemory()),
  };
}
