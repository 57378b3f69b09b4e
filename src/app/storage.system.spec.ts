import { Writable } from 'node:stream';
import { pino } from 'pino';
import { startRedis, type TestRedis } from '../../test/support/redis.js';
import { withRedis } from '../../test/support/redis-store.js';
import { until } from '../../test/support/until.js';
import type { Config } from '../config/config.js';
import { Secret } from '../config/secrets/secret.js';
import { DEFAULT_DESK_RETENTION } from '../store/desk-store.js';
import { openStorage } from './storage.js';

const configOf = (url: string) =>
  ({
    store: { kind: 'redis', redis: { url: new Secret(url) } },
    retention: { events: 1_000, ms: 1_000 },
    deskRetention: DEFAULT_DESK_RETENTION,
    leaseGroup: 'test',
  }) as Config;

describe('the storage in Redis', () => {
  const given = withRedis();

  function open(url = given().redis.url) {
    const lines: { readonly level: number; readonly msg: string }[] = [];
    const stream = new Writable({
      write: (line: Buffer, _, done) => {
        lines.push(JSON.parse(String(line)) as (typeof lines)[number]);
        done();
      },
    });
    const storage = openStorage(configOf(url), pino({}, stream));
    given().afterwards(async () => {
      await storage.leases.close();
      await storage.readers.close();
      await storage.store.close();
    });
    return { ...storage, lines };
  }

  it('has connections of their own for those who poll and for those who read', async () => {
    const { store, readers, leases, firstContact } = open();
    // What it asks for first comes over the connection of those who poll.
    await firstContact;
    await store.claim('acme', { epoch: 'e1' });
    await leases.renew('me', { leaseMs: 1_000, list: '', wanted: [1], released: [] });
    await readers.snapshot('acme');
    const list = String(await given().admin.call('CLIENT', 'LIST', 'TYPE', 'normal'));
    const last = list.split('\n').flatMap((line) => /cmd=(eval|\w+)/.exec(line)?.[1] ?? []);
    expect(last.sort()).toEqual(['client', 'eval', 'hgetall']);
  });

  it('reports one outage of both connections once, and that it is over', async () => {
    let redis: TestRedis = await startRedis();
    const { url, port } = redis;
    const { store, readers, lines, whyAway } = open(url);
    await store.ping(5_000);
    await readers.snapshot('acme');
    await redis.stop();
    await until(() => whyAway() === 'connection refused');
    redis = await startRedis({ port });
    given().afterwards(() => redis.stop());
    await until(() => whyAway() === null);
    await Promise.all([store.ping(5_000), readers.snapshot('acme')]);
    const said = lines.map(({ msg }) => msg);
    expect(said.filter((msg) => msg === 'redis connection recovered')).toHaveLength(1);
    expect(said.at(-1)).toBe('redis connection recovered');
    // Another line only where the reason is another one.
    expect(said.filter((msg, index) => msg === said[index - 1])).toEqual([]);
  });
});
