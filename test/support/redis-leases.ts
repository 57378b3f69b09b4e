import type { Redis } from 'ioredis';
import type { LeasesSubject } from '../../src/store/leases.contract.js';
import { connectRedis, type RedisTarget } from '../../src/store/redis/redis-connection.js';
import { RedisLeases } from '../../src/store/redis/redis-leases.js';

/** For tests of leases in Redis, of one group. */
export const MEMBERS_KEY = 'pitel:{leases}:g:members';
export const SHARDS_KEY = 'pitel:{leases}:g:shards';
export const LISTS_KEY = 'pitel:{leases}:g:lists';

export function openLeases(target: RedisTarget, commandTimeoutMs = 3_000) {
  const connection = connectRedis(target, { onError: () => undefined, commandTimeoutMs });
  const leases = new RedisLeases(connection, 'g');
  const close = async () => {
    await leases.close();
    await connection.close();
  };
  return { leases, close };
}

/** Makes the leases older, because the server's clock counts and cannot be set. */
export async function ageLeases(admin: Redis, ms: number): Promise<void> {
  for (const member of await admin.zrange(MEMBERS_KEY, '0', '-1'))
    await admin.zincrby(MEMBERS_KEY, -ms, member);
}

export function leasesSubject(target: RedisTarget, admin: Redis): LeasesSubject {
  return { ...openLeases(target), elapse: (ms) => ageLeases(admin, ms) };
}
