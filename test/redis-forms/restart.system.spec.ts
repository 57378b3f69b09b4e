import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCursor } from '../../src/core/model/position.js';
import { DeliveryUnderTest, type TestClient, token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { Bridge, busyWorld } from './bridge.js';
import { atTheEndOf, cursorOf, eventsOf, expectWhole, idsOf } from './seen.js';

/** Redis goes down under connected clients, and comes back with all that it had acknowledged, or without the newest of it. */
describe('a Redis that restarts', () => {
  const tenant = 'acme';
  const CLIENTS = 20;
  let redis: TestRedis;
  /** Where the first one keeps its file. */
  let folder: string;
  let bridge: Bridge;
  let delivery: DeliveryUnderTest;
  let clients: TestClient[];
  const ends: (() => Promise<unknown>)[] = [];

  const open = () => {
    const store = openStore({ url: redis.url }, { maxEvents: 100_000 }, 1_000);
    ends.push(() => store.close());
    return store;
  };
  /** As after a power cut, with the file in `dir`. */
  const restart = async (dir: string) => {
    await redis.kill();
    redis = await startRedis({ port: redis.port, args: [...DURABLE, '--dir', dir] });
    ends.push(() => redis.stop());
  };
  const everyClientAtTheEnd = async () => {
    const log = await bridge.log();
    await Promise.all(clients.map((client) => client.until(() => atTheEndOf(log, client))));
    return log;
  };
  const resetsOf = ({ messages }: TestClient) =>
    messages.filter(({ name }) => name === 'reset').map(({ body }) => (body as { reason: string }).reason);

  beforeEach(async () => {
    redis = await startRedis({ args: DURABLE });
    const first = redis;
    folder = redis.dir;
    ends.push(() => first.stop());
    delivery = await DeliveryUnderTest.start(open(), { compareMs: 50, tenants: [tenant] });
    ends.push(() => delivery.stop());
    bridge = new Bridge(open(), tenant, busyWorld('restart', Infinity), 'a');
    await bridge.cycles(10);
    const bearer = await token({ tenant });
    clients = Array.from({ length: CLIENTS }, () => delivery.connect({ token: bearer }));
    await Promise.all(clients.map((client) => client.first('snapshot')));
    await bridge.cycles(20);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('resets no client when it has lost nothing, time after time', async () => {
    const away = cursorOf((await bridge.log()).at(-1)!);
    for (let restarts = 1; restarts <= 3; restarts++) {
      await everyClientAtTheEnd();
      await restart(folder);
      await bridge.cycles(15);
    }
    const log = await everyClientAtTheEnd();
    expectWhole(log);
    expect(new Set(log.map(({ epoch }) => epoch)).size).toBe(4);
    for (const client of clients) {
      expect(resetsOf(client)).toEqual([]);
      const { sequence } = parseCursor((client.messages[0]!.body as { cursor: string }).cursor)!;
      expect(idsOf(eventsOf(client))).toEqual(idsOf(log).slice(sequence));
    }
    const back = delivery.connect({ token: await token({ tenant }), cursor: away });
    await back.until(() => atTheEndOf(log, back));
    expect(back.names).not.toContain('reset');
    expect(idsOf(eventsOf(back))).toEqual(idsOf(log).slice(parseCursor(away)!.sequence));
  });

  it('resets every client that had what it has lost, once, and no other', async () => {
    await everyClientAtTheEnd();
    const kept = (await bridge.log()).length;
    const away = cursorOf((await bridge.log()).at(-1)!);
    const backup = await mkdtemp(join(tmpdir(), 'pitel-backup-'));
    ends.push(() => rm(backup, { recursive: true, force: true }));
    await cp(folder, backup, { recursive: true });
    await bridge.cycles(20);
    const before = await everyClientAtTheEnd();
    expect(before.length).toBeGreaterThan(kept + 5);

    await restart(backup);
    await bridge.cycles(20);
    const log = await everyClientAtTheEnd();
    expectWhole(log);
    expect(idsOf(log).slice(0, kept)).toEqual(idsOf(before).slice(0, kept));
    for (const client of clients) {
      expect(resetsOf(client)).toEqual(['cursor-unknown']);
      const at = client.names.indexOf('reset');
      const { sequence } = parseCursor((client.messages[at + 1]!.body as { cursor: string }).cursor)!;
      const after = client.messages.slice(at + 2).map(({ body }) => (body as { id: string }).id);
      expect(after).toEqual(idsOf(log).slice(sequence));
    }
    const back = delivery.connect({ token: await token({ tenant }), cursor: away });
    await back.until(() => atTheEndOf(log, back));
    expect(back.names).not.toContain('reset');
    expect(idsOf(eventsOf(back))).toEqual(idsOf(log).slice(kept));
  });
});

const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];
