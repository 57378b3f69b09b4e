import { DeliveryUnderTest, token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { parseCursor } from '../../src/core/model/position.js';
import { infoOf } from '../support/replication.js';
import { startSentinel, type TestSentinel } from '../support/redis-sentinel.js';
import type { TestRedis } from '../support/redis.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';
import { Bridge, busyWorld } from './bridge.js';
import { expectWhole } from './seen.js';

/** Another server becomes the master while the old one still runs, which would take commits until it is demoted. */
describe('a planned fail-over', () => {
  const tenant = 'acme';
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  async function start(sentinelConfig: readonly string[] = []): Promise<TestSentinel> {
    const sentinel = await startSentinel({ sentinelConfig });
    ends.push(() => sentinel.stop());
    return sentinel;
  }
  function open({ sentinels, name }: TestSentinel) {
    const store = openStore({ sentinels, name }, { maxEvents: 100_000 }, 1_000);
    ends.push(() => store.close());
    return store;
  }

  const epochAt = (sentinel: TestSentinel, server: TestRedis) =>
    sentinel.admin(server).hget(`pitel:{${tenant}}:state`, 'epoch');

  it('is followed by commits and deliveries before the old master is demoted', async () => {
    const sentinel = await start();
    const delivery = await DeliveryUnderTest.start(open(sentinel), { compareMs: 50, tenants: [tenant] });
    ends.push(() => delivery.stop());
    const bridge = new Bridge(open(sentinel), tenant, busyWorld('planned', Infinity), 'a');
    await bridge.cycles(10);
    const client = delivery.connect({ token: await token({ tenant }) });
    await client.first('snapshot');
    await sentinel.inSync();
    const { epoch } = (await bridge.store.position(tenant))!;

    const old = await sentinel.switchMaster();
    const next = await sentinel.successorOf(old);
    await until(async () => {
      await bridge.cycle();
      return (await epochAt(sentinel, next)) !== epoch;
    }, 'a commit at the new master');
    await client.until(() => client.messages.some(({ body }) => isAfter(epoch, body)));
    expect(await infoOf(sentinel.admin(old), 'replication', 'role')).toBe('master');
    await bridge.cycles(10);
    expectWhole(await bridge.log());
  });

  it('is noticed by a bridge that missed the message, as soon as it reaches a sentinel again', async () => {
    const sentinel = await start();
    const proxies = await Promise.all(sentinel.sentinels.map(({ port }) => startTcpProxy(port)));
    for (const proxy of proxies) ends.push(() => proxy.close());
    const sentinels = proxies.map(({ port }) => ({ host: '127.0.0.1', port }));
    const store = openStore({ sentinels, name: sentinel.name }, { maxEvents: 100_000 }, 1_000);
    ends.push(() => store.close());
    const bridge = new Bridge(store, tenant, busyWorld('deaf', Infinity), 'a');
    await bridge.cycles(5);

    const isDemoted = async (server: TestRedis) =>
      (await infoOf(sentinel.admin(server), 'replication', 'role')) !== 'master';
    /** False where the machine was too slow: the old master is demoted some ten seconds after the switch. */
    const noticedInTime = async (): Promise<boolean> => {
      await sentinel.inSync();
      for (const proxy of proxies) proxy.swallowReplies();
      const old = await sentinel.switchMaster();
      const next = await sentinel.successorOf(old);
      const before = await epochAt(sentinel, next);
      let cycles = 0;
      const deaf = bridge.cycles(3).then(() => (cycles = 3));
      // The demoted master takes no commit, and no sentinel names another one to the bridge.
      await until(
        async () => cycles === 3 || (await isDemoted(old)),
        'commits of a bridge that heard nothing',
      );
      if (cycles === 3) expect(await epochAt(sentinel, next)).toBe(before);
      for (const proxy of proxies) {
        proxy.passReplies();
        proxy.cut();
      }
      await until(() => cycles === 3, 'a cycle of a bridge that hears again');
      await deaf;
      await until(async () => {
        await bridge.cycle();
        return (await epochAt(sentinel, next)) !== before;
      }, 'a commit at the new master');
      return !(await isDemoted(old));
    };
    await until(noticedInTime, 'a commit at the new master before the old one was demoted');
    // Longer than two of the waits in it may take: then the one that has failed says so.
  }, 400_000);

  it('takes some ten seconds where the sentinels refuse the bridge’s subscription, which is reported once', async () => {
    const sentinel = await start(['user default on nopass ~* +@all -subscribe &*']);
    const errors: string[] = [];
    const store = openStore(
      { sentinels: sentinel.sentinels, name: sentinel.name },
      { maxEvents: 100_000 },
      1_000,
      (error) => errors.push(error.message),
    );
    ends.push(() => store.close());
    const bridge = new Bridge(store, tenant, busyWorld('refused'), 'a');
    await bridge.cycles(5);
    await until(() => errors.length >= sentinel.sentinels.length, 'the refusal');
    expect(errors.every((message) => /NOPERM.*subscribe/.test(message))).toBe(true);
    await bridge.cycles(5);
  });
});

/** Whether a message is of another epoch: an event, or a snapshot after a reset, where the old master's last events are lost. */
function isAfter(epoch: string, body: object): boolean {
  const { epoch: own, cursor } = body as { epoch?: string; cursor?: string };
  const its = own ?? (cursor === undefined ? undefined : parseCursor(cursor)?.epoch);
  return its !== undefined && its !== epoch;
}
