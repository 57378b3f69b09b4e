import type { Logger } from 'pino';
import { systemClock } from '../base/clock.js';
import { CorrectedClock } from '../base/corrected-clock.js';
import type { Config, RedisConfig } from '../config/config.js';
import { redisReason } from '../health/redis-reason.js';
import { BoundedReader } from '../store/bounded-reader.js';
import type { DeskStore } from '../store/desk-store.js';
import type { Inbox } from '../store/inbox.js';
import type { Leases } from '../store/leases.js';
import { MemoryDeskStore } from '../store/memory/memory-desk-store.js';
import { MemoryInbox } from '../store/memory/memory-inbox.js';
import { MemoryLeases } from '../store/memory/memory-leases.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { MemoryUpkeep } from '../store/memory/memory-upkeep.js';
import { MemoryWebhookStore } from '../store/memory/memory-webhook-store.js';
import { connectRedis, type RedisTarget } from '../store/redis/redis-connection.js';
import { RedisDeskStore } from '../store/redis/redis-desk-store.js';
import { RedisInbox } from '../store/redis/redis-inbox.js';
import { RedisLeases } from '../store/redis/redis-leases.js';
import { RedisStore } from '../store/redis/redis-store.js';
import { RedisUpkeep } from '../store/redis/redis-upkeep.js';
import { RedisWebhookStore } from '../store/redis/redis-webhook-store.js';
import type { LogReader, Store } from '../store/store.js';
import type { LogUpkeep } from '../store/log-upkeep.js';
import type { WebhookStore } from '../store/webhook-store.js';
import { StoreCheck } from './store-check.js';

/**
 * The store as those who poll use it, with the leases, and as those who read for clients do. Each has a connection of
 * its own, so that no commit and no lease waits behind an answer of megabytes ([record 27](../../docs/adr/0027-bulkheads.md)).
 */
export interface Storage {
  readonly store: Store;
  readonly readers: LogReader;
  readonly leases: Leases;
  readonly inbox: Inbox;
  /** Why Redis cannot be reached, in words that may be public; null while it can be. */
  readonly whyAway: () => string | null;
  readonly upkeep: LogUpkeep;
  /** Over the connection of those who read, as their leases, so that no commit waits behind it. */
  readonly webhooks: WebhookStore;
  /** Over the connection of those who read, too. */
  readonly desk: DeskStore;
  /** Which replica delivers to which tenants' webhooks. */
  readonly webhookLeases: Leases;
  /** This process' clock, put right by the store's (`StoreWatch`). */
  readonly clock: CorrectedClock;
  /** Resolves when Redis was found to have what the bridge needs. Rejects with `UnusableStoreError`. */
  readonly usable: Promise<void>;
  /** As `usable`, but resolves too when Redis could not be reached at first: then it is waited for. */
  readonly firstContact: Promise<void>;
}

/**
 * Reads for clients under way at once. More would not make Redis faster, which does one after the other; fewer would
 * leave it idle while this process takes an answer apart.
 */
const READS_AT_ONCE = 4;

export function openStorage({ store, retention, deskRetention, leaseGroup }: Config, log: Logger): Storage {
  const options = { maxEvents: retention.events, desk: deskRetention };
  const clock = new CorrectedClock(systemClock);
  if (store.kind === 'memory') {
    const memory = new MemoryStore(options);
    const readers = new BoundedReader(memory, READS_AT_ONCE);
    const usable = Promise.resolve();
    return {
      store: memory,
      readers,
      leases: new MemoryLeases(systemClock),
      inbox: new MemoryInbox(memory),
      whyAway: () => null,
      usable,
      firstContact: usable,
      upkeep: new MemoryUpkeep(memory),
      webhooks: new MemoryWebhookStore(),
      desk: new MemoryDeskStore(memory, deskRetention),
      webhookLeases: new MemoryLeases(systemClock),
      clock,
    };
  }
  const target = redisTarget(store.redis);
  let lastError: Error | null = null;
  const check = new StoreCheck();
  // Several attempts a second fail for one reason: it is logged once, until it changes or Redis is back.
  const onError = (error: Error) => {
    if (error.message !== lastError?.message)
      log.warn({ reason: error.message }, `redis connection failed: ${error.message}`);
    lastError = error;
    check.failed(error);
  };
  const connections = [connectRedis(target, { onError }), connectRedis(target, { onError })] as const;
  for (const { commands } of connections)
    commands.on('ready', () => {
      if (lastError === null || connections.some((other) => other.commands.status !== 'ready')) return;
      log.info('redis connection recovered');
      lastError = null;
    });
  const [polling, reading] = connections;
  check.ask(polling);
  return {
    store: new RedisStore(polling, { ...options, group: leaseGroup }),
    readers: new BoundedReader(new RedisStore(reading, options), READS_AT_ONCE),
    leases: new RedisLeases(polling, leaseGroup),
    inbox: new RedisInbox(polling, leaseGroup),
    whyAway: () => lastError && redisReason(lastError),
    usable: check.usable,
    firstContact: check.firstContact,
    upkeep: new RedisUpkeep(polling, leaseGroup, systemClock),
    webhooks: new RedisWebhookStore(reading),
    desk: new RedisDeskStore(reading, clock, deskRetention),
    webhookLeases: new RedisLeases(reading, `${leaseGroup}-webhooks`),
    clock,
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
