import { UNCHANGED } from '../../core/model/delta.js';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { makeCertificate } from '../../../test/support/certificate.js';
import { startRedis } from '../../../test/support/redis.js';
import { openStore, storeSubject, withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { connectRedis } from './redis-connection.js';
import { RedisStore } from './redis-store.js';
import { call, logEvent, Owner, stateOf } from '../store.contract-kit.js';
import { describeStore } from '../store.contract.js';
import { OutcomeUnknownError } from '../errors.js';
import type { ClaimOptions } from '../store.js';

describe('on a standalone server', () => {
  const given = withRedis();
  describeStore('RedisStore', async (options) => {
    const { redis, admin } = given();
    const lose = async () => void (await admin.flushall());
    return storeSubject({ url: redis.url }, options, () => Promise.resolve(admin), lose);
  });
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeStore('RedisStore', async (options) => {
    const { target, admin } = given();
    const lose = async () => void (await admin.flushall());
    return storeSubject(target, options, () => Promise.resolve(admin), lose);
  });
});

describe('RedisStore in detail', () => {
  const given = withRedis();
  it('keeps to the names and forms of the contract', async () => {
    const { redis, admin, open, afterwards } = given();
    const heard: [string, string][] = [];
    const listener = new Redis(redis.url);
    afterwards(async () => listener.disconnect());
    await listener.psubscribe('*');
    const all = new Promise<void>((resolve) =>
      listener.on('pmessage', (_pattern, name: string, json: string) => {
        if (heard.push([name, json]) === 2) resolve();
      }),
    );
    const owner = await Owner.claim(open());
    const events = [logEvent(1, {}, 'call-started'), logEvent(2, {}, 'call-answered')];
    await owner.commit({ state: stateOf([call('a')]), events });
    await all;
    expect(heard).toEqual([
      ['pitel:acme:call-started', events[0]?.json],
      ['pitel:acme:call-answered', events[1]?.json],
    ]);
    expect(await admin.xrange('pitel:{acme}:events', '-', '+')).toEqual([
      ['1-0', ['event', events[0]?.json]],
      ['2-0', ['event', events[1]?.json]],
    ]);
    expect((await admin.keys('*')).toSorted()).toEqual([
      'pitel:{acme}:events',
      'pitel:{acme}:state',
      'pitel:{leases}:default:logs',
    ]);
    expect((await admin.hkeys('pitel:{acme}:state')).toSorted()).toEqual(
      [
        ...['commit', 'epoch', 'epochStart', 'fence', 'format', 'lineage', 'sequence', 'version'],
        ...['agents', 'call:a', 'created', 'flags', 'ignored', 'sources'],
      ].toSorted(),
    );
  });

  it('does not begin a log twice that is ahead of the state', async () => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    await admin.xadd('pitel:{acme}:events', '5-0', 'event', '{}');
    expect(await owner.commit({ state: stateOf([call('a')]), events: 1 })).toEqual({ status: 'lost' });
    expect(await admin.hexists('pitel:{acme}:state', 'call:a')).toBe(0);
    const next = await Owner.claim(owner.store, 'acme', { epoch: 'e2', newEpoch: true });
    expect(next.sequence).toBe(5);
    expect(await next.commit({ events: 1 })).toMatchObject({ status: 'committed' });
  });

  it('goes on after the log when only the state was lost', async () => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    await owner.commit({ events: 7 });
    await admin.del('pitel:{acme}:state');
    expect(await owner.commit({ events: 1 })).toEqual({ status: 'lost' });
    const next = await Owner.claim(owner.store, 'acme', { epoch: 'e2' });
    expect(next).toMatchObject({ epoch: 'e2', sequence: 7 });
  });

  it('leaves an epoch when the server has been made master again, and continues it', async () => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    const first = owner.prepare({ state: stateOf([call('a')]), events: 3 });
    await owner.send(first);
    await promoted(admin);
    expect(await owner.store.touch('acme', owner.fence, UNCHANGED)).toBeNull();
    expect(await owner.commit({ events: 1 })).toEqual({ status: 'moved' });
    expect(await owner.send(first)).toMatchObject({ status: 'committed', position: { sequence: 3 } });
    const next = await Owner.claim(owner.store, 'acme', { epoch: 'e2' });
    expect(next).toMatchObject({ epoch: 'e2', sequence: 3, state: stateOf([call('a')]) });
    expect(await next.commit({ events: 1 })).toMatchObject({ status: 'committed' });
    const continues = [{ epoch: 'e1', sequence: 3 }];
    expect(await owner.store.read('acme', 0, 10)).toMatchObject({
      epochStart: 1,
      first: 1,
      last: 4,
      continues,
    });
    expect(await owner.store.claim('acme', { epoch: 'e3' })).toMatchObject({
      position: { epoch: 'e2', sequence: 4 },
      continues,
    });
  });

  it('keeps where the newest sixteen of the epochs that it continues have ended', async () => {
    const { admin, open } = given();
    const store = open();
    for (let n = 1; n <= 20; n++) {
      const owner = await Owner.claim(store, 'acme', { epoch: `e${n}` });
      expect(owner.epoch).toBe(`e${n}`);
      await owner.commit({ state: stateOf([]), events: 1 });
      await promoted(admin);
    }
    const { continues } = await store.claim('acme', { epoch: 'e21' });
    expect(continues).toEqual(
      Array.from({ length: 16 }, (_, n) => ({ epoch: `e${20 - n}`, sequence: 20 - n })),
    );
  });

  it.each<[string, ClaimOptions, (admin: Redis) => Promise<unknown>]>([
    ['the caller asks for one that does not', { epoch: 'e3', newEpoch: true }, async () => undefined],
    [
      'another client has added to the log',
      { epoch: 'e3' },
      (admin) => admin.xadd('pitel:{acme}:events', '9-0', 'event', '{}'),
    ],
    ['the log is gone', { epoch: 'e3' }, (admin) => admin.del('pitel:{acme}:events')],
    [
      'the server that it began on is not known',
      { epoch: 'e3' },
      (admin) => admin.hdel('pitel:{acme}:state', 'lineage'),
    ],
  ])('continues no epoch where %s', async (_what, options, spoil) => {
    const { admin, open } = given();
    const store = open();
    await (await Owner.claim(store)).commit({ events: 2 });
    await promoted(admin);
    await (await Owner.claim(store, 'acme', { epoch: 'e2' })).commit({ events: 2 });
    await promoted(admin);
    await spoil(admin);
    const { position, continues } = await store.claim('acme', options);
    expect([position.epoch, continues]).toEqual(['e3', []]);
    const { epochStart } = await store.read('acme', 0, 10);
    expect(epochStart).toBe(position.sequence + 1);
  });

  it('does not take what is continued for that of an epoch which an older build has begun', async () => {
    const { admin, open } = given();
    const store = open();
    await (await Owner.claim(store)).commit({ events: 2 });
    await promoted(admin);
    await store.claim('acme', { epoch: 'e2' });
    await admin.hset('pitel:{acme}:state', { epoch: 'old', epochStart: '3' });
    expect(await store.read('acme', 0, 10)).toMatchObject({ epoch: 'old', epochStart: 3, continues: [] });
    await promoted(admin);
    const { continues } = await store.claim('acme', { epoch: 'e3' });
    expect(continues).toEqual([{ epoch: 'old', sequence: 2 }]);
  });

  it('reports a token that another has replaced as fenced, also after a fail-over', async () => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    await Owner.claim(owner.store);
    await promoted(admin);
    expect(await owner.commit({ events: 1 })).toEqual({ status: 'fenced' });
  });

  it.each([
    ['is gone', async (admin: Redis) => admin.hdel('pitel:{acme}:state', 'lineage')],
    ['is empty', async (admin: Redis) => admin.hset('pitel:{acme}:state', 'lineage', '')],
    [
      'is only the beginning of it',
      async (admin: Redis) => {
        const lineage = (await admin.hget('pitel:{acme}:state', 'lineage'))!;
        return admin.hset('pitel:{acme}:state', 'lineage', lineage.slice(0, 20));
      },
    ],
  ])('takes nothing where what is known of the master %s', async (_what, spoil) => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    await spoil(admin);
    expect(await owner.store.touch('acme', owner.fence, UNCHANGED)).toBeNull();
    expect(await owner.commit({ events: 1 })).toEqual({ status: 'moved' });
    expect(await admin.exists('pitel:{acme}:events')).toBe(0);
  });

  it('cuts the log after the newest events of a commit, however many they are', async () => {
    const { admin, redis } = given();
    const owner = await Owner.claim(openStore({ url: redis.url }, { maxEvents: 200 }));
    await owner.commit({ events: 1_000 });
    expect(await admin.xlen('pitel:{acme}:events')).toBeLessThanOrEqual(300);
    await owner.store.close();
  });

  it('does not hand out a token again that the server has forgotten', async () => {
    const { admin, open } = given();
    const store = open();
    const forgotten = await Owner.claim(store);
    await admin.flushall();
    const next = await Owner.claim(store, 'acme', { epoch: 'e2' });
    expect(next.fence).toBeGreaterThan(forgotten.fence);
    expect(await forgotten.commit({ events: 1 })).toEqual({ status: 'fenced' });
  });

  it.each([
    ['the state', 'pitel:{acme}:state'],
    ['the log', 'pitel:{acme}:events'],
  ])('rejects as Redis does, and writes nothing, where %s is something else', async (_what, key) => {
    const { admin, open } = given();
    const owner = await Owner.claim(open());
    const fields = await admin.hgetall('pitel:{acme}:state');
    await admin.set(key, 'x');
    const commit = owner.commit({ state: stateOf([call('a', 'a customer')]), events: 1 });
    await expect(commit).rejects.toThrow('WRONGTYPE');
    const error: unknown = await commit.catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(OutcomeUnknownError);
    expect(inspect(error)).not.toContain('a customer');
    await admin.del('pitel:{acme}:events');
    if (key.endsWith('events')) expect(await admin.hgetall('pitel:{acme}:state')).toEqual(fields);
  });

  it('names tenant and field of a corrupt state, and not what is in it', async () => {
    const { admin, open } = given();
    const store = open();
    await store.claim('acme', { epoch: 'e1' });
    await admin.hset('pitel:{acme}:state', 'call:a', 'a customer');
    const error: unknown = await store.snapshot('acme').catch((reason: unknown) => reason);
    expect(inspect(error)).toMatch(/CorruptStateError.*tenant acme.*field call:a/);
    expect(inspect(error)).not.toContain('a customer');
  });

  it('believes a server over TLS by the certificate that it was given, and no other', async () => {
    const { open, afterwards } = given();
    const certificate = await makeCertificate();
    afterwards(() => certificate.remove());
    const encrypted = await startRedis({ tls: certificate, args: ['--requirepass', 'p'] });
    afterwards(() => encrypted.stop());
    const { url } = encrypted;
    const store = open({ url, password: 'p', tlsCa: certificate.pem });
    await expect(store.position('acme')).resolves.toBeNull();
    await expect(open({ url, password: 'p' }, 300).position('acme')).rejects.toThrow('Redis is away');
  });

  it('shows no password, in whatever is printed or logged', async () => {
    const { open, afterwards } = given();
    const locked = await startRedis({ args: ['--requirepass', 'correct-horse'] });
    afterwards(() => locked.stop());
    const url = (password: string) => locked.url.replace('//', `//default:${password}@`);
    await expect(open({ url: url('correct-horse') }).position('acme')).resolves.toBeNull();

    const errors: unknown[] = [];
    const connection = connectRedis(
      { url: url('battery-staple') },
      { onError: (error) => errors.push(error), commandTimeoutMs: 200 },
    );
    const store = new RedisStore(connection, { maxEvents: 10 });
    const refused: unknown = await store.position('acme').catch((reason: unknown) => reason);
    expect(errors.join()).toContain('WRONGPASS');
    for (const address of ['redis://:battery-staple@:x', 'redis://:battery-staple%@h'])
      expect(() => connectRedis({ url: address }, { onError: () => undefined })).toThrow(/written/);
    const shown = [store, connection, connection.commands, refused, ...errors].flatMap((thing) => [
      inspect(thing, { depth: 9, showHidden: true }),
      JSON.stringify(thing),
    ]);
    expect(shown.join()).not.toContain('battery-staple');
    await store.close();
  });
});

/** Makes the server a master again, as a fail-over does that loses nothing: with another replication id. */
async function promoted(admin: Redis): Promise<void> {
  await admin.replicaof('127.0.0.1', '1');
  await admin.replicaof('NO', 'ONE');
}
