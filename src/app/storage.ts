import type { Logger } from 'pino';
import { systemClock } from '../base/clock.js';
import type { Config, RedisConfig } from '../config/config.js';
import { redisReason } from '../health/redis-reason.js';
import type { Leases } from '../store/leases.js';
import { MemoryLeases } from '../store/memory/memory-leases.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { connectRedis, type RedisTarget } from '../store/redis/redis-connection.js';
import { RedisLeases } from '../store/redis/redis-leases.js';
import { RedisStore } from '../store/redis/redis-store.js';
import type { Store } from '../store/store.js';

/** The store and the leases, which use one connection. */
export interface Storage {
  readonly store: Store;
  readonly leases: Leases;
  /** Why Redis cannot be reached, in words that may be public; null while it can be. */
  readonly whyAway: () => string | null;
}

export function openStorage({ store, retention, leaseGroup }: Config, log: Logger): Storage {
  const options = { maxEvents: retention.events };
  if (store.kind === 'memory') {
    const leases = new MemoryLeases(systemClock);
    return { store: new MemoryStore(options), leases, whyAway: () => null };
  }
  let lastError: Error | null = null;
  const connection = connectRedis(redisTarget(store.redis), {
    // Several attempts a second fail for one reason: it is logged once, until it changes or Redis is back.
    onError: (error) => {
      if (error.message !== lastError?.message)
        log.warn({ reason: error.message }, `redis connection failed: ${error.message}`);
      lastError = error;
    },
  });
  connection.commands.on('ready', () => {
    if (lastError !== null) log.info('redis connection recovered');
    lastError = null;
  });
  return {
    store: new RedisStore(connection, options),
    leases: new RedisLeases(connection, leaseGroup),
    whyAway: () => lastError && redisReason(lastError),
  };
}

function redisTarget({ password, ...redis }: RedisConfig): RedisTarget {
  const access = password === undefined ? {} : { password: password.reveal() };
  if ('url' in redis) return { ...redis, ...access, url: redis.url.reveal() };
  if ('clusterNodes' in redis) return { ...redis, ...access };
  const { sentinelPassword, ...sentinels } = redis;
  return {
    ...sentinels,
    ...access,
    ...(sentinelPassword === undefined ? {} : { sentinelPassword: sentinelPassword.reveal() }),
  };
}
