import { startTcpProxy } from '../../../test/support/tcp-proxy.js';
import { withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { openWebhooks, webhooksSubject } from '../../../test/support/redis-webhooks.js';
import {
  attemptOf,
  deadLetter,
  describeWebhookStore,
  progressTo,
  saveOf,
} from '../webhook-store.contract.js';
import type { RedisTarget } from './redis-connection.js';

const WEBHOOKS = 'pitel:{acme}:webhooks';
const RECORDS = 'pitel:{acme}:webhook-records';

describe('on a standalone server', () => {
  const given = withRedis();
  describeWebhookStore('RedisWebhookStore', async () => {
    const { redis, admin } = given();
    return webhooksSubject(
      { url: redis.url },
      () => Promise.resolve(admin),
      () => admin.flushall(),
    );
  });
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeWebhookStore('RedisWebhookStore', async () => {
    const { target, admin } = given();
    return webhooksSubject(
      target,
      () => Promise.resolve(admin),
      () => admin.flushall(),
    );
  });
});

describe('RedisWebhookStore in detail', () => {
  const given = withRedis();
  const open = (target: RedisTarget = { url: given().redis.url }, commandTimeoutMs?: number) => {
    const { store, close } = openWebhooks(target, commandTimeoutMs);
    given().afterwards(close);
    return store;
  };

  it('keeps two keys a tenant, and leaves none but the token of endpoints that were removed', async () => {
    const { admin } = given();
    const store = open();
    const { fence } = await store.claim('acme');
    await store.save(
      'acme',
      fence,
      saveOf({ endpoints: { crm: progressTo(1) }, dead: { crm: [deadLetter(1)] } }),
    );
    await store.addAttempts('acme', 'crm', [attemptOf(1), attemptOf(2)]);
    expect((await admin.keys('*')).toSorted()).toEqual([RECORDS, WEBHOOKS]);
    await store.save('acme', fence, saveOf({ removed: ['crm'] }));
    expect(await admin.keys('*')).toEqual([WEBHOOKS]);
    expect(await admin.hkeys(WEBHOOKS)).toEqual(['fence']);
  });

  it('derives tokens from the clock, so that a server that forgot one does not give it again', async () => {
    const { admin } = given();
    const store = open();
    const forgotten = await store.claim('acme');
    await admin.del(WEBHOOKS);
    const next = await store.claim('acme');
    expect(next.fence).toBeGreaterThan(forgotten.fence);
    expect(await store.save('acme', forgotten.fence, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(
      false,
    );
  });

  it('gives greater tokens also where the clock was set back', async () => {
    const { admin } = given();
    const store = open();
    const ahead = Date.now() * 1_000 + 3_600_000_000;
    await admin.hset(WEBHOOKS, 'fence', String(ahead));
    expect((await store.claim('acme')).fence).toBe(ahead + 1);
  });

  it('lets no two owners save where a fail-over has forgotten the newest claim', async () => {
    const { admin } = given();
    const store = open();
    const first = await store.claim('acme');
    const second = await store.claim('acme');
    // As the new master has it, which had not received the second claim.
    await admin.hset(WEBHOOKS, 'fence', String(first.fence));
    expect(await store.save('acme', second.fence, saveOf({ endpoints: { crm: progressTo(2) } }))).toBe(false);
    const third = await store.claim('acme');
    expect(third.fence).toBeGreaterThan(second.fence);
    expect(await store.save('acme', first.fence, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(false);
    expect(await store.save('acme', third.fence, saveOf({ endpoints: { crm: progressTo(3) } }))).toBe(true);
  });

  it.each([WEBHOOKS, RECORDS])('writes nothing where %s is something else', async (key) => {
    const { admin } = given();
    const store = open();
    const { fence } = await store.claim('acme');
    await admin.del(key);
    await admin.set(key, 'x');
    const save = saveOf({ endpoints: { crm: progressTo(1) }, dead: { crm: [deadLetter(1)] } });
    await expect(store.save('acme', fence, save)).rejects.toThrow('WRONGTYPE');
    await admin.del(key);
    expect(await store.progress('acme')).toEqual(new Map());
  });

  it('leaves out attempts and letters that cannot be read', async () => {
    const { admin } = given();
    const store = open();
    const { fence } = await store.claim('acme');
    await store.save('acme', fence, saveOf({ dead: { crm: [deadLetter(1), deadLetter(2)] } }));
    await store.addAttempts('acme', 'crm', [attemptOf(1), attemptOf(2), attemptOf(3)]);
    await admin.hset(RECORDS, 'dead:crm:0', 'x', 'attempts:crm:1', '{}');
    await admin.hdel(RECORDS, 'attempts:crm:2');
    expect(await store.deadLetters('acme', 'crm')).toEqual([deadLetter(2)]);
    expect(await store.attempts('acme', 'crm')).toEqual([attemptOf(1)]);
  });

  it('works on after the scripts were flushed', async () => {
    const { admin } = given();
    const store = open();
    const { fence } = await store.claim('acme');
    await admin.script('FLUSH');
    expect(await store.save('acme', fence, saveOf({ endpoints: { crm: progressTo(1) } }))).toBe(true);
  });

  it('rejects within the time limit when no answer comes', async () => {
    const proxy = await startTcpProxy(given().redis.port);
    given().afterwards(() => proxy.close());
    const store = open({ url: `redis://127.0.0.1:${proxy.port}` }, 200);
    const { fence } = await store.claim('acme');
    proxy.swallowReplies();
    // Without its limit it would wait for as long as the proxy swallows.
    await expect(store.save('acme', fence, saveOf({}))).rejects.toThrow();
  });
});
