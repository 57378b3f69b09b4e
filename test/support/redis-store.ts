import { Redis } from 'ioredis';
import { connectRedis, type RedisTarget } from '../../src/store/redis/redis-connection.js';
import { stateKey } from '../../src/store/keys.js';
import { RedisStore, type RedisStoreOptions } from '../../src/store/redis/redis-store.js';
import type { Subject } from '../../src/store/store.contract-kit.js';
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.js';

/** For tests of stores in Redis: call `withRedis` once in a `describe`. */
export interface GivenRedis {
  readonly redis: TestRedis;
  /** An ordinary client, to look behind the store's back. */
  readonly admin: Redis;
  /** A store that is closed after the test. */
  readonly open: (target?: RedisTarget, commandTimeoutMs?: number) => RedisStore;
  /** Ends what a test has begun, the last first. */
  readonly afterwards: (end: () => Promise<void>) => void;
}

/** One server for the suite, wiped before each test. */
export function withRedis(options?: TestRedisOptions): () => GivenRedis {
  let given: GivenRedis;
  const ends: (() => Promise<void>)[] = [];
  const afterwards = (end: () => Promise<void>) => void ends.push(end);

  beforeAll(async () => {
    const redis = await startRedis(options);
    const admin = new Redis(redis.url);
    admin.on('error', () => undefined);
    const open = (target: RedisTarget = { url: redis.url }, commandTimeoutMs?: number) => {
      const store = openStore(target, { maxEvents: 1_000 }, commandTimeoutMs);
      afterwards(() => store.close());
      return store;
    };
    given = { redis, admin, open, afterwards };
  });
  beforeEach(async () => {
    await given.admin.flushall();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  afterAll(async () => {
    given.admin.disconnect();
    await given.redis.stop();
  });
  return () => given;
}

/** A cluster of one node that has all slots, with the target by which clients reach it. */
export function withClusterNode(): () => GivenRedis & { readonly target: RedisTarget } {
  const given = withRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
  beforeAll(async () => {
    const { admin } = given();
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!((await admin.call('CLUSTER', 'INFO')) as string).includes('cluster_state:ok'));
  });
  return () => ({ ...given(), target: { clusterNodes: [{ host: '127.0.0.1', port: given().redis.port }] } });
}

export function openStore(
  target: RedisTarget,
  options: RedisStoreOptions,
  commandTimeoutMs = 3_000,
  onError: (error: Error) => void = () => undefined,
): RedisStore {
  return new RedisStore(connectRedis(target, { onError, commandTimeoutMs }), options);
}

/** What the contract of stores asks of a Redis. `admin`: a client of the server that has the tenant. */
export function storeSubject(
  target: RedisTarget,
  options: RedisStoreOptions,
  admin: (tenant: string) => Promise<Redis>,
  loseMemory: () => Promise<void>,
): Subject {
  const store = openStore(target, options);
  const builds: RedisStore[] = [store];
  return {
    store,
    build: (form) => {
      const other = openStore(target, { ...options, form });
      builds.push(other);
      return other;
    },
    overwrite: async (tenant, field, text) =>
      void (await (await admin(tenant)).hset(stateKey(tenant), field, text)),
    loseMemory,
    close: async () => {
      for (const build of builds) await build.close();
    },
  };
}
