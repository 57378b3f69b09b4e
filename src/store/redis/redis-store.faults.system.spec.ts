import { getEventListeners } from 'node:events';
import { freePort, startRedis } from '../../../test/support/redis.js';
import { openStore, withRedis } from '../../../test/support/redis-store.js';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.js';
import { connectRedis, type RedisTarget } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import type { RedisStore } from './redis-store.js';
import { Subscriptions } from './redis-subscription.js';
import { call, Owner, Recorder, stateOf } from '../store.contract-kit.js';
import { OutcomeUnknownError, StoreUnavailableError } from '../errors.js';

describe('RedisStore under faults', () => {
  const given = withRedis();

  it('works on while scripts are flushed', async () => {
    const { admin, open } = given();
    const owners = await Promise.all(['a', 'b', 'c'].map((tenant) => Owner.claim(open(), tenant)));
    let done = false;
    const committing = Promise.all(
      owners.map(async (owner) => {
        for (let i = 0; i < 100; i++)
          expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed' });
      }),
    ).finally(() => (done = true));
    while (!done) await admin.script('FLUSH');
    await committing;
    for (const owner of owners)
      expect((await owner.store.read(owner.tenant, 0, 1_000)).events).toHaveLength(100);
  });

  it('reports an interruption to followers once it is over, and goes on', async () => {
    const { admin, open } = given();
    const store = open();
    const recorder = new Recorder();
    await store.follow(recorder);
    const owner = await Owner.claim(store);
    for (let round = 1; round <= 3; round++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await recorder.until(({ interruptions }) => interruptions === round);
      await owner.commit({ events: 1 });
      await recorder.until(({ heard }) => heard.length === round);
    }
    expect(recorder.sequences()).toEqual([1, 2, 3]);
  });

  describe('when replies are lost', () => {
    let proxy: TcpProxy;
    beforeEach(async () => {
      proxy = await startTcpProxy(given().redis.port);
      given().afterwards(() => proxy.close());
    });
    const url = () => `redis://127.0.0.1:${proxy.port}`;

    it('does not know the outcome of a commit, and a retry makes one event of it', async () => {
      const { open } = given();
      const recorder = new Recorder();
      await given().open().follow(recorder);
      const owner = await Owner.claim(open({ url: url() }, 300));
      const commit = owner.prepare({ state: stateOf([call('a')]), events: 1 });
      proxy.swallowReplies();
      const error: unknown = await owner.send(commit).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OutcomeUnknownError);
      expect(error).toMatchObject({ tenant: 'acme', commitId: commit.commitId });
      proxy.passReplies();
      proxy.cut();
      expect(await owner.send(commit)).toMatchObject({ status: 'committed', version: 1 });
      expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed', version: 2 });
      await recorder.until(({ heard }) => heard.length >= 2);
      expect(recorder.sequences()).toEqual([1, 2]);
      expect((await owner.store.read('acme', 0, 10)).events).toHaveLength(2);
    });

    it('resends what a cut connection left open, which makes one event of it too', async () => {
      const { open } = given();
      const recorder = new Recorder();
      await given().open().follow(recorder);
      const owner = await Owner.claim(open({ url: url() }));
      await owner.commit({ events: 1 });
      for (let sequence = 2; sequence <= 6; sequence++) {
        proxy.swallowReplies();
        const swallowed = proxy.swallowed();
        const committing = owner.commit({ events: 1 });
        await swallowed;
        proxy.passReplies();
        proxy.cut();
        expect(await committing).toMatchObject({ status: 'committed', position: { sequence } });
      }
      await recorder.until(({ heard }) => heard.length >= 6);
      expect(recorder.sequences()).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  it('rejects within the time limit while Redis is frozen, and works after it thaws', async () => {
    const { redis, open } = given();
    const owner = await Owner.claim(open({ url: redis.url }, 300));
    await owner.commit({ events: 1 });
    const commit = owner.prepare({ events: 1 });
    redis.signal('SIGSTOP');
    // It thaws when both are rejected, and not before: without their limits they would wait for ever.
    try {
      await expect(owner.send(commit)).rejects.toThrow(OutcomeUnknownError);
      await expect(owner.store.ping(100)).rejects.toThrow('100 ms');
    } finally {
      redis.signal('SIGCONT');
    }
    expect(await owner.send(commit)).toMatchObject({ status: 'committed', version: 2 });
    expect((await owner.store.read('acme', 0, 10)).events).toHaveLength(2);
  });

  it('waits for a Redis that starts late, and queues nothing for one that is away', async () => {
    const { open, afterwards } = given();
    const port = await freePort();
    const store = open({ url: `redis://127.0.0.1:${port}` }, 200);
    const recorder = new Recorder();
    const following = store.follow(recorder);
    await expect(store.claim('acme', { epoch: 'e1' })).rejects.toThrow('Redis is away');
    await expect(store.ping(50)).rejects.toThrow('50 ms');
    const redis = await startRedis({ port });
    afterwards(() => redis.stop());
    await following;
    const owner = await claimed(store);
    await owner.commit({ events: 1 });
    await recorder.until(({ heard }) => heard.length === 1);
  });

  it('listens once, however many tenants wait for Redis or follow', async () => {
    const port = await freePort();
    const connection = connectRedis({ url: `redis://127.0.0.1:${port}` }, { onError: () => undefined });
    const { commands } = connection;
    const sender = new RedisSender(connection);
    const subscriptions = new Subscriptions(connection, sender.closed);
    given().afterwards(() => connection.close());
    given().afterwards(() => subscriptions.close());
    const before = commands.listenerCount('ready');
    const counts = () => [
      commands.listenerCount('ready') - before,
      getEventListeners(sender.closed, 'abort').length,
    ];
    const tenants = Array.from({ length: 50 }, (_, n) => n);
    const sending = Promise.all(
      tenants.map(async () => {
        for (;;)
          try {
            return await sender.send((client) => client.ping());
          } catch (error) {
            if (!(error instanceof StoreUnavailableError)) throw error;
          }
      }),
    );
    const following = Promise.all(
      tenants.map((n) =>
        subscriptions.follow({ pattern: `${n}`, heard: () => undefined, interrupted: () => undefined }),
      ),
    );
    expect(counts()).toEqual([1, 1]);
    const redis = await startRedis({ port });
    given().afterwards(() => redis.stop());
    expect(new Set(await sending)).toEqual(new Set(['PONG']));
    await following;
    expect(counts()).toEqual([0, 1]);
    // Closed while they wait, all end.
    const late = subscriptions.follow({ pattern: 'x', heard: () => undefined, interrupted: () => undefined });
    sender.close();
    await expect(late).rejects.toThrow('closed');
    await expect(sender.send((client) => client.ping())).rejects.toThrow('closed');
  });

  it.each<[string, (node: { host: string; port: number }) => RedisTarget]>([
    ['server', ({ host, port }) => ({ url: `redis://${host}:${port}` })],
    ['cluster', (node) => ({ clusterNodes: [node] })],
  ])('closes also while it waits for a %s', async (_what, target) => {
    const store = openStore(target({ host: '127.0.0.1', port: await freePort() }), { maxEvents: 10 });
    const waiting = [store.follow(new Recorder()), store.position('acme')].map((promise) =>
      expect(promise).rejects.toThrow('closed'),
    );
    await store.close();
    await Promise.all(waiting);
  });
});

/** Claims as soon as the store has found its Redis. */
async function claimed(store: RedisStore): Promise<Owner> {
  for (;;) {
    try {
      return await Owner.claim(store);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }
}
