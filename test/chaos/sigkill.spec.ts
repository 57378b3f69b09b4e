import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { judge } from '../../simulator/judge.js';
import type { JudgedEvent } from '../../simulator/judge-report.js';
import { createSimulatorServer, type SimulatorServer, type Tenant } from '../../simulator/server.js';
import { createWorld } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/event.js';
import { connectRedis } from '../../src/store/redis-connection.js';
import { RedisStore } from '../../src/store/redis-store.js';
import { type TestRedis, startRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

const KILLS = Number(process.env.CHAOS_KILLS ?? 8);
const CALLS = KILLS * 15;

/** Row 1, 6 and 19 of the faults: the bridge is killed at any moment around its commits, again and again. */
describe('a bridge that is killed again and again', () => {
  let redisServer: TestRedis;
  let redis: Redis;
  let simulator: SimulatorServer;
  let tenant: Tenant;
  let url: string;

  beforeAll(async () => {
    redisServer = await startRedis();
    redis = new Redis(redisServer.url);
    // Calls of seconds instead of minutes, several a second: there is always something to be lost.
    const world = createWorld({
      seed: 'sigkill',
      startAt: Date.now(),
      speed: 30,
      traffic: { totalCalls: CALLS, callsPerHour: 1_000, firstCallAfterMs: 200 },
      quirks: { lingerMs: 5_000 },
    });
    simulator = createSimulatorServer({ tenants: [{ world, token: 'upstream-token' }] });
    tenant = simulator.tenants[0]!;
    ({ url } = await simulator.listen(0));
  });
  afterAll(async () => {
    redis.disconnect();
    await simulator.close();
    await redisServer.stop();
  });

  const start = () => startService({ PITEL_BASE_URL: url, REDIS_URL: redisServer.url, TENANT_ID: 'acme' });

  /** Resolves when the monitor has been polled so many times more. */
  async function polled(times: number): Promise<void> {
    const target = tenant.polls.monitor.length + times;
    await until(() => tenant.polls.monitor.length >= target, `poll ${target}`);
  }

  async function log(): Promise<BridgeEvent[]> {
    const entries = (await redis.xrange('pitel:{acme}:events', '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
  }

  it('loses nothing, doubles nothing and invents nothing, and its state agrees with its log', async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      const service = await start();
      // From the very first poll to the middle of things, and right after an answer: around the commit it leads to.
      await polled(1 + ((kill * 7) % 23));
      expect(await service.stop('SIGKILL')).toBeNull();
    }
    const service: Service = await start();
    const isOver = () =>
      tenant.world.truth.length === CALLS && tenant.world.truth.every((call) => call.endedAt !== null);
    await until(isOver, 'the end of the last call');
    await polled(10);
    await service.stop();

    const events = await log();
    const report = judge(tenant.world.truth, events as unknown as JudgedEvent[], tenant.polls, {
      // A poll that was answered may have died with the bridge before its commit.
      sightingsToDemand: 3,
    });
    const { missing, doubled, invented, misreported, expected, matched } = report;
    console.log(
      `${KILLS} kills, ${events.length} events: ${matched} of ${expected} told,`,
      report.unseen.byReason,
    );
    expect({ missing, doubled, invented, misreported }).toEqual({
      missing: [],
      doubled: [],
      invented: [],
      misreported: [],
    });
    // How much three polls in a row could see depends on how fast the machine starts processes; some there must be.
    expect(expected).toBeGreaterThan(KILLS * 2);

    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const store = new RedisStore(connectRedis({ url: redisServer.url }, { onError: () => undefined }), {
      maxEvents: 100_000,
    });
    const snapshot = await store.snapshot('acme');
    await store.close();
    expect(snapshot!.position.sequence).toBe(events.length);
    expect([...snapshot!.state.calls.keys()]).toEqual([]);
  }, 300_000);
});
