import { pino } from 'pino';
import { withRedis } from '../../../test/support/redis-store.js';
import { openLeases } from '../../../test/support/redis-leases.js';
import { inboxSubject } from '../../../test/support/redis-inbox.js';
import { openWebhooks } from '../../../test/support/redis-webhooks.js';
import { systemClock } from '../../base/clock.js';
import { UNCHANGED } from '../../core/model/delta.js';
import { logEvent, numbers, Owner, stateOf, call } from '../store.contract-kit.js';
import { LogKeeper } from '../upkeep/log-keeper.js';
import { request } from '../inbox.contract.js';
import { attemptOf, deadLetter, progressTo, saveOf } from '../webhook-store.contract.js';
import { connectRedis } from './redis-connection.js';
import { RedisUpkeep } from './redis-upkeep.js';

const MAX_BYTES = 24 * 1_024 * 1_024;
const DAY = 86_400_000;

/** A real Redis without memory left: what goes on without, and how it comes to have some again. */
describe('a full Redis', () => {
  const given = withRedis({ args: ['--maxmemory', String(MAX_BYTES), '--maxmemory-policy', 'noeviction'] });

  /** Appends events of about a kilobyte until Redis refuses them, of a tenant that is not configured. */
  async function fillLog(tenant: string, daysAgo: number): Promise<number> {
    const { admin } = given();
    await admin.hset('pitel:{leases}:default:logs', tenant, '');
    const recordedtime = new Date(Date.now() - daysAgo * DAY).toISOString();
    const { json } = logEvent(1, { recordedtime, pad: '.'.repeat(1_000) });
    for (let first = 1; ; first += 500) {
      const batch = admin.pipeline();
      for (const n of numbers(first, first + 499))
        batch.xadd(`pitel:{${tenant}}:events`, `${n}-0`, 'event', json);
      const answers = await batch.exec();
      const taken = answers!.filter(([error]) => error === null).length;
      if (taken < 500) return first - 1 + taken;
    }
  }

  /** Something else takes all the memory that is left, to the last few bytes. */
  async function fillRest(): Promise<void> {
    for (let size = 1_000_000; size >= 10; size = Math.floor(size / 4))
      for (let n = 0; ; n++) {
        const stored = await given()
          .admin.set(`other:${size}:${n}`, 'x'.repeat(size))
          .catch(() => null);
        if (stored === null) break;
      }
  }

  function keeper(): { readonly one: LogKeeper; readonly upkeep: RedisUpkeep } {
    const connection = connectRedis({ url: given().redis.url }, { onError: () => undefined });
    given().afterwards(() => connection.close());
    const upkeep = new RedisUpkeep(connection, 'default', systemClock);
    const retention = { ms: 7 * DAY, bytes: null };
    return {
      one: new LogKeeper({ upkeep, retention, clock: systemClock, log: pino({ level: 'silent' }) }),
      upkeep,
    };
  }

  it('refuses a commit with events, and takes the same one once there is room', async () => {
    const owner = await Owner.claim(given().open());
    await owner.commit({ state: stateOf([call('a')]), events: 1 });
    await fillRest();
    const prepared = owner.prepare({ events: [logEvent(2, { pad: '.'.repeat(100_000) })] });
    await expect(owner.send(prepared)).rejects.toThrow('OOM');
    expect((await owner.store.read('acme', 0, 10)).last).toBe(1);
    const { admin } = given();
    await admin.del(...(await admin.keys('other:*')));
    await expect(owner.send(prepared)).resolves.toMatchObject({
      status: 'committed',
      position: { sequence: 2 },
    });
  });

  it('gives, renews and ends leases, fences, counts attempts and keeps sources fresh', async () => {
    const store = given().open();
    const owner = await Owner.claim(store);
    await owner.commit({ state: stateOf([call('a')]), events: 1 });
    const { leases, close } = openLeases({ url: given().redis.url });
    given().afterwards(close);
    const renewal = { leaseMs: 60_000, list: 'x', wanted: numbers(0, 255), released: [] };
    await leases.renew('a', renewal);
    await fillRest();
    await expect(given().admin.set('more', 'x'.repeat(1_000))).rejects.toThrow('OOM');

    expect((await leases.renew('a', renewal)).held.size).toBe(256);
    expect((await leases.renew('b', renewal)).members).toEqual(['a', 'b']);
    await leases.leave('a');
    expect((await leases.renew('b', renewal)).held.size).toBe(256);
    const next = await store.claim('acme', { epoch: 'e1' });
    expect(next.fence).toBeGreaterThan(owner.fence);
    expect((await store.claim('new-tenant', { epoch: 'e1' })).version).toBe(0);
    expect(await store.attempt('acme', next.fence, 'me')).toBe(1);
    expect(await store.touch('acme', next.fence, UNCHANGED)).toEqual({ requests: [] });
    expect(await owner.commit({})).toEqual({ status: 'fenced' });
    expect(await keeper().upkeep.takeTurn('retention', 1_000)).toBe(true);
  });

  it('refuses what is asked of a tenant’s owner, and says what waits', async () => {
    const { redis, admin, afterwards } = given();
    const subject = inboxSubject({ url: redis.url }, () => Promise.resolve(admin));
    afterwards(() => subject.close());
    const { inbox, store } = subject;
    const owner = await Owner.claim(store);
    await inbox.ask('acme', request(1));
    await fillRest();
    await expect(inbox.ask('acme', request(2))).rejects.toThrow('OOM');
    const requests = [{ id: request(1).id, request: request(1) }];
    expect(await store.touch('acme', owner.fence, UNCHANGED)).toEqual({ requests });
  });

  it('fences webhooks and takes how far they have got, and no attempts', async () => {
    const { store, close } = openWebhooks({ url: given().redis.url });
    given().afterwards(close);
    await fillRest();
    await expect(given().admin.set('more', 'x'.repeat(1_000))).rejects.toThrow('OOM');
    const { fence } = await store.claim('acme');
    const open = numbers(1, 1_000).map((sequence) => ({ sequence, tries: 1, nextAt: 1_764_000_000_000 }));
    const endpoints = { crm: progressTo(2_000, { open }) };
    const save = saveOf({ endpoints, dead: { crm: numbers(1, 100).map(deadLetter) } });
    expect(await store.save('acme', fence, save)).toBe(true);
    expect(await store.progress('acme')).toEqual(save.endpoints);
    expect(await store.deadLetters('acme', 'crm')).toHaveLength(100);
    await expect(store.addAttempts('acme', 'crm', [attemptOf(1)])).rejects.toThrow('OOM');
    await expect(store.askToResume('acme', 'crm')).rejects.toThrow('OOM');
  });

  it('is emptied of what is past its age, and of nothing else where that is enough', async () => {
    const owner = await Owner.claim(given().open());
    await owner.commit({ events: 50 });
    const old = await fillLog('removed', 8);
    await expect(owner.commit({ events: 200 })).rejects.toThrow('OOM');
    const { one, upkeep } = keeper();
    await one.relieve(await upkeep.survey());
    expect(one.trimmed).toEqual({ age: old, bytes: 0, memory: 0 });
    expect(await owner.commit({ events: 200 })).toMatchObject({ status: 'committed' });
    expect((await owner.store.read('acme', 0, 1)).first).toBe(1);
  });

  it('is emptied of the oldest events where none is past its age, and the small log is spared', async () => {
    const owner = await Owner.claim(given().open());
    await owner.commit({ events: 50 });
    const young = await fillLog('flood', 1);
    await fillRest();
    await expect(owner.commit({ events: 200 })).rejects.toThrow('OOM');
    const { one, upkeep } = keeper();
    const begun = performance.now();
    await one.relieve(await upkeep.survey());
    expect(performance.now() - begun).toBeLessThan(5_000);
    const { memory } = (await upkeep.survey())[0]!;
    expect(memory!.used).toBeLessThan(0.95 * MAX_BYTES);
    expect(memory!.used).toBeGreaterThan(0.7 * MAX_BYTES);
    expect(one.trimmed.memory).toBeGreaterThan(young / 20);
    expect(one.trimmed.memory).toBeLessThan(young / 2);
    expect(await owner.commit({ events: 200 })).toMatchObject({ status: 'committed' });
    expect((await owner.store.read('acme', 0, 1)).first).toBe(1);
    // The newest are kept, and a reader learns where the log begins.
    const flood = await given().admin.xrange('pitel:{flood}:events', '-', '+', 'COUNT', 1);
    expect(Number.parseInt(flood[0]![0], 10)).toBe(one.trimmed.memory + 1);
  });

  it('stays as it is where something else takes the memory, and keeps the newest hundred events', async () => {
    const owner = await Owner.claim(given().open());
    await owner.commit({ events: 500 });
    await fillRest();
    const { one, upkeep } = keeper();
    await one.relieve(await upkeep.survey());
    const { first, last } = await owner.store.read('acme', 0, 1);
    expect([first, last]).toEqual([401, 500]);
  });
});
