import {
  ageLeases,
  leasesSubject,
  LISTS_KEY,
  MEMBERS_KEY,
  openLeases,
  SHARDS_KEY,
} from '../../../test/support/redis-leases.js';
import { withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { startTcpProxy } from '../../../test/support/tcp-proxy.js';
import { describeLeases } from '../leases.contract.js';
import type { RedisTarget } from './redis-connection.js';

describe('on a standalone server', () => {
  const given = withRedis();
  describeLeases('RedisLeases', async () => leasesSubject({ url: given().redis.url }, given().admin));
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeLeases('RedisLeases', async () => leasesSubject(given().target, given().admin));
});

describe('RedisLeases in detail', () => {
  const given = withRedis();
  const open = (target: RedisTarget = { url: given().redis.url }, commandTimeoutMs?: number) => {
    const { leases, close } = openLeases(target, commandTimeoutMs);
    given().afterwards(close);
    return leases;
  };
  const wants = (...wanted: number[]) => ({ leaseMs: 60_000, list: 'x', wanted, released: [] });

  it('keep three keys for all, which expire when no member renews any more', async () => {
    const { admin } = given();
    await open().renew('a', wants(1));
    expect((await admin.keys('*')).toSorted()).toEqual([LISTS_KEY, MEMBERS_KEY, SHARDS_KEY]);
    for (const key of [LISTS_KEY, MEMBERS_KEY, SHARDS_KEY]) {
      const goesInMs = await admin.pttl(key);
      expect(goesInMs).toBeGreaterThan(60_000);
      expect(goesInMs).toBeLessThanOrEqual(120_000);
    }
  });

  it('do not let a dead member live on because the server’s clock was set back', async () => {
    const { admin } = given();
    const leases = open();
    await leases.renew('dead', wants(1));
    await ageLeases(admin, -3_600_000);
    const { members, othersEndInMs } = await leases.renew('a', wants(1));
    expect(members).toEqual(['a', 'dead']);
    expect(othersEndInMs).toBe(60_000);
    await ageLeases(admin, 60_001);
    expect((await leases.renew('a', wants(1))).held).toEqual(new Set([1]));
  });

  it('give the shards again after Redis has lost its memory', async () => {
    const { admin } = given();
    const leases = open();
    await leases.renew('a', wants(1, 2));
    await admin.flushall();
    expect((await leases.renew('b', wants(2))).held).toEqual(new Set([2]));
    expect((await leases.renew('a', wants(1, 2))).held).toEqual(new Set([1]));
  });

  it('write nothing where a key is something else', async () => {
    const { admin } = given();
    await admin.set(SHARDS_KEY, 'x');
    await expect(open().renew('a', wants(1))).rejects.toThrow('WRONGTYPE');
    await expect(open().leave('a')).rejects.toThrow('WRONGTYPE');
    expect(await admin.keys('*')).toEqual([SHARDS_KEY]);
  });

  it('work on after the scripts were flushed', async () => {
    const { admin } = given();
    const leases = open();
    await leases.renew('a', wants(1));
    await admin.script('FLUSH');
    expect((await leases.renew('a', wants(2))).held).toEqual(new Set([1, 2]));
  });

  it('call a follower with null when it may have missed something', async () => {
    const { admin } = given();
    const leases = open();
    let heard: (member: string | null) => void = () => undefined;
    const first = new Promise<string | null>((resolve) => (heard = resolve));
    await leases.follow((member) => {
      heard(member);
    });
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await first).toBeNull();
  });

  it('reject within the time limit when no answer comes', async () => {
    const proxy = await startTcpProxy(given().redis.port);
    given().afterwards(() => proxy.close());
    const leases = open({ url: `redis://127.0.0.1:${proxy.port}` }, 200);
    await leases.renew('a', wants(1));
    proxy.swallowReplies();
    // Without its limit it would wait for as long as the proxy swallows.
    await expect(leases.renew('a', wants(2))).rejects.toThrow();
  });
});
