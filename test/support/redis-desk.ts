import type { Redis } from 'ioredis';
import { systemClock } from '../../src/base/clock.js';
import type { DeskSubject } from '../../src/store/desk-store.contract.js';
import { connectRedis, type RedisTarget } from '../../src/store/redis/redis-connection.js';
import { RedisDeskStore } from '../../src/store/redis/redis-desk-store.js';
import { RedisStore } from '../../src/store/redis/redis-store.js';
import { RedisUpkeep } from '../../src/store/redis/redis-upkeep.js';

/** What the contract of the desk's store asks of a Redis. `admin`: a client of the server that has the tenant. */
export function deskSubject(
  target: RedisTarget,
  admin: (tenant: string) => Promise<Redis>,
  group = 'g',
): DeskSubject {
  const connection = connectRedis(target, { onError: () => undefined });
  const store = new RedisStore(connection, { maxEvents: 1_000, group });
  const desk = new RedisDeskStore(connection, systemClock);
  const upkeep = new RedisUpkeep(connection, group, systemClock);
  return {
    store,
    desk,
    upkeep,
    overwrite: async (tenant, hash, field, text) =>
      void (await (await admin(tenant)).hset(`pitel:{${tenant}}:${hash}`, field, text)),
    close: async () => {
      await desk.close();
      upkeep.close();
      await store.close();
    },
  };
}
