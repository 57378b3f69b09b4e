import { jest } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import type { TestRedis } from '../../../test/support/redis.js';
import { startCluster, type TestCluster } from '../../../test/support/redis-cluster.js';
import { withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { systemClock } from '../../base/clock.js';
import { describeUpkeep, type UpkeepSubject } from '../log-upkeep.contract.js';
import { logEvent, numbers } from '../store.contract-kit.js';
import { LogKeeper } from '../upkeep/log-keeper.js';
import { connectRedis, type RedisTarget } from './redis-connection.js';
import { RedisStore } from './redis-store.js';
import { RedisUpkeep } from './redis-upkeep.js';
import { loadScripts } from './scripts.js';

function open(target: RedisTarget, time = systemClock) {
  const connection = connectRedis(target, { onError: () => undefined });
  const upkeep = new RedisUpkeep(connection, 'default', time);
  return { upkeep, commands: connection.commands, close: () => connection.close() };
}

function subjectOf(target: RedisTarget, admin: Redis): UpkeepSubject {
  return {
    ...open(target),
    put: async (tenant, entries) => {
      const all = admin.pipeline().hset('pitel:{leases}:default:logs', tenant, '');
      for (const { sequence, json } of entries)
        all.xadd(`pitel:{${tenant}}:events`, `${sequence}-0`, 'event', json);
      await all.exec();
    },
    logged: async (tenant) =>
      (await admin.xrange(`pitel:{${tenant}}:events`, '-', '+')).map(([id]) => Number.parseInt(id, 10)),
  };
}

describe('on a standalone server', () => {
  const given = withRedis();
  describeUpkeep('RedisUpkeep', async () => subjectOf({ url: given().redis.url }, given().admin));
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeUpkeep('RedisUpkeep', async () => {
    const { target, admin } = given();
    return subjectOf(target, admin);
  });
});

describe('RedisUpkeep in detail', () => {
  const given = withRedis();
  const opened = (time = systemClock) => {
    const { upkeep, close } = open({ url: given().redis.url }, time);
    given().afterwards(close);
    return upkeep;
  };

  it.each([[['x', '0']], [[]], [0], [['0', '0']], [['1', '-1']]])(
    'compares no clock with %j',
    async (answer) => {
      const { upkeep, commands, close } = open({ url: given().redis.url });
      given().afterwards(close);
      jest.spyOn(commands as Redis, 'time').mockResolvedValue(answer as unknown as [number, number]);
      await expect(upkeep.survey()).rejects.toThrow('TIME was answered with something else');
    },
  );

  it.each([
    { name: 'ahead', offMs: 691_200_000 },
    { name: 'behind', offMs: -691_200_000 },
  ])('finds a clock eight days $name, and drops nothing young by it', async ({ offMs }) => {
    const { admin } = given();
    const upkeep = opened({ ...systemClock, now: () => Date.now() + offMs });
    const [server] = await upkeep.survey();
    expect(Math.abs(server!.aheadMs - offMs)).toBeLessThan(server!.doubtMs + 5);
    const day = 86_400_000;
    for (const [index, daysAgo] of [9, 8, 6, 0].entries()) {
      const recordedtime = new Date(Date.now() - daysAgo * day).toISOString();
      await admin.xadd(
        'pitel:{acme}:events',
        `${index + 1}-0`,
        'event',
        logEvent(index + 1, { recordedtime }).json,
      );
    }
    await upkeep.trim('acme', { retentionMs: 7 * day, share: 1, most: Infinity });
    expect((await admin.xrange('pitel:{acme}:events', '-', '+')).map(([id]) => id)).toEqual(['3-0', '4-0']);
  });

  it('lists every tenant that was ever claimed, also by a build that has ended since', async () => {
    for (const tenant of ['acme', 'removed']) await given().open().claim(tenant, { epoch: 'e1' });
    await expect(given().open().claim('a}:b{', { epoch: 'e1' })).rejects.toThrow(TypeError);
    expect((await given().admin.hkeys('pitel:{leases}:default:logs')).toSorted()).toEqual([
      'acme',
      'removed',
    ]);
    await given().admin.hset('pitel:{leases}:default:logs', 'a}:b{', 'of another client');
    expect((await opened().logs()).toSorted()).toEqual(['acme', 'removed']);
  });

  it('lists the tenants of its own group only: another may keep its logs for longer', async () => {
    const connection = connectRedis({ url: given().redis.url }, { onError: () => undefined });
    given().afterwards(() => connection.close());
    const theirs = new RedisStore(connection, { maxEvents: 10, group: 'others' });
    await theirs.claim('globex', { epoch: 'e1' });
    await given().open().claim('acme', { epoch: 'e1' });
    expect(await opened().logs()).toEqual(['acme']);
    expect(await new RedisUpkeep(connection, 'others', systemClock).logs()).toEqual(['globex']);
  });

  it('says what memory Redis has, and its bound where it has one', async () => {
    const { admin } = given();
    expect((await opened().survey())[0]!.memory).toBeNull();
    await admin.config('SET', 'maxmemory', '50mb');
    given().afterwards(async () => void (await admin.config('SET', 'maxmemory', '0')));
    const { memory } = (await opened().survey())[0]!;
    expect(memory!.max).toBe(50 * 1_024 * 1_024);
    expect(memory!.used).toBeGreaterThan(100_000);
    expect(memory!.used).toBeLessThan(memory!.max);
  });

  it('writes every instant as JavaScript does, leap days and the ends of years among them', async () => {
    const { source } = loadScripts()['commit-n'];
    const begin = source.indexOf('local function rfc3339');
    const lua = `${source.slice(begin, source.indexOf('\nend', begin) + 4)}
      local texts = {}
      for i, ms in ipairs(ARGV) do texts[i] = rfc3339(tonumber(ms)) end
      return texts`;
    const days = [
      '1970-01-01',
      '1999-12-31',
      '2000-02-29',
      '2024-02-28',
      '2024-02-29',
      '2024-03-01',
      '2024-12-31',
      '2100-02-28',
      '2100-03-01',
      '2399-12-31',
    ];
    const edges = days.flatMap((day) => [0, 1, 86_399_999].map((ms) => Date.parse(`${day}T00:00:00Z`) + ms));
    const instants = fc.sample(fc.integer({ min: 0, max: Date.UTC(2400, 0) }), { numRuns: 2_000, seed: 32 });
    const all = [...edges, ...instants];
    const texts = await given().admin.eval(lua, 0, ...all);
    expect(texts).toEqual(all.map((ms) => new Date(ms).toISOString()));
  });

  it('drops 20,000 events at a time', async () => {
    const { admin } = given();
    const all = admin.pipeline();
    const json = logEvent(1, { recordedtime: '2001-01-01T00:00:00.000Z' }).json;
    for (const n of numbers(1, 30_000)) all.xadd('pitel:{acme}:events', `${n}-0`, 'event', json);
    await all.exec();
    const trim = { retentionMs: 0, share: 1, most: Infinity };
    expect(await opened().trim('acme', trim)).toMatchObject({ dropped: 20_000, events: 10_000 });
    expect(await opened().trim('acme', trim)).toMatchObject({ dropped: 10_000, events: 0 });
  });

  it('is rejected for a key that holds something else, and leaves it', async () => {
    const { admin } = given();
    await admin.set('pitel:{acme}:events', 'x');
    const trim = { retentionMs: 0, share: 1, most: Infinity };
    await expect(opened().trim('acme', trim)).rejects.toThrow('WRONGTYPE');
    expect(await admin.get('pitel:{acme}:events')).toBe('x');
  });
});

describe('RedisUpkeep in a cluster of three masters', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster({ args: ['--maxmemory', '30mb', '--maxmemory-policy', 'noeviction'] });
  });
  afterAll(() => cluster.stop());

  it('distinguishes the servers, and makes room on the one that is full and on no other', async () => {
    const { upkeep, close } = open({ clusterNodes: cluster.nodes });
    try {
      const keyOf = (tenant: string) => `pitel:{${tenant}}:events`;
      const owners = new Map<string, TestRedis>();
      for (const n of numbers(1, 40)) owners.set(`t${n}`, await cluster.ownerOf(keyOf(`t${n}`)));
      const full = owners.get('t1')!;
      const [other] = [...owners].find(([, owner]) => owner !== full)!;
      const registry = cluster.admin(await cluster.ownerOf('pitel:{leases}:default:logs'));
      await registry.hset('pitel:{leases}:default:logs', 't1', '', other, '');
      const old = logEvent(1, { recordedtime: '2001-01-01T00:00:00.000Z', pad: '.'.repeat(1_000) }).json;
      for (const n of numbers(1, 50))
        await cluster.admin(owners.get(other)!).xadd(keyOf(other), `${n}-0`, 'event', old);
      const young = logEvent(1, { recordedtime: new Date().toISOString(), pad: '.'.repeat(1_000) }).json;
      for (let n = 1; ; n += 500) {
        const batch = cluster.admin(full).pipeline();
        for (const k of numbers(n, n + 499)) batch.xadd(keyOf('t1'), `${k}-0`, 'event', young);
        if ((await batch.exec())!.some(([error]) => error !== null)) break;
      }

      const servers = await upkeep.survey();
      expect(new Set(servers.map(({ name }) => name)).size).toBe(3);
      const pressed = servers.filter(({ memory }) => memory!.used > 0.95 * memory!.max);
      expect(pressed.map(({ name }) => name)).toEqual([(await upkeep.measure('t1')).server]);
      const log = pino({ level: 'silent' });
      const keeper = new LogKeeper({
        upkeep,
        retention: { ms: 1_000_000, bytes: null },
        clock: systemClock,
        log,
      });
      await keeper.relieve(servers);
      expect(keeper.trimmed.memory).toBeGreaterThan(0);
      expect((await upkeep.survey()).every(({ memory }) => memory!.used < 0.95 * memory!.max)).toBe(true);
      expect((await upkeep.measure(other)).events).toBe(50);
    } finally {
      await close();
    }
  });
});
