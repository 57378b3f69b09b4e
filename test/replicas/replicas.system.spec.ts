import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { sample } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { haveShared, type Replica, startReplica, whileShared } from '../support/replica.js';
import { type Asked, nothing, type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';

const TENANTS = Array.from({ length: 24 }, (_, index) => `tenant-${index}`);
/** As a deployment has it: the figures are those of the defaults. */
const INTERVAL_MS = 1_000;

/**
 * How long a takeover takes is printed here and expected nowhere: to the millisecond, in virtual time, that is
 * `poll`'s lease-keeper.spec.ts, and on a machine of its own `npm run chaos`.
 */
describe('replicas of one bridge', () => {
  let server: TestRedis;
  let redis: Redis;
  let pbx: SharedPbx;
  let replicas: Replica[] = [];
  const figures: string[] = [];

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    await redis.flushall();
    pbx = await startSharedPbx();
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
    replicas = [];
    await pbx.close();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    console.log(figures.join('\n'));
  });

  async function start(...names: string[]): Promise<Replica[]> {
    const env = {
      REDIS_URL: server.url,
      POLL_INTERVAL_MS: String(INTERVAL_MS),
      POLL_TIMEOUT_MS: '60000',
    };
    replicas = await Promise.all(names.map((name) => startReplica(name, TENANTS, pbx.url, env)));
    await pbx.until(() => haveShared(replicas, TENANTS.length));
    return replicas;
  }

  /** Which replicas ask for each tenant, from now until each was asked for so often. */
  const askers = (times: number) => whileShared(replicas, () => askersNow(times));

  async function askersNow(times: number): Promise<Map<string, Set<string>>> {
    const from = pbx.asked.length;
    const since = () => pbx.asked.slice(from);
    await pbx.until(() =>
      TENANTS.every((tenant) => since().filter((asked) => asked.tenant === tenant).length >= times * 2),
    );
    return new Map(
      TENANTS.map((tenant) => [
        tenant,
        new Set(
          since()
            .filter((asked) => asked.tenant === tenant)
            .map(({ replica }) => replica),
        ),
      ]),
    );
  }

  /** How long it takes from now until the others ask for all that `gone` had, in milliseconds. */
  async function takeover(gone: Replica, orphans: readonly string[], from: number): Promise<number> {
    const first = (tenant: string) =>
      pbx.asked.find((asked) => asked.tenant === tenant && asked.replica !== gone.name && asked.at > from);
    await pbx.until(() => orphans.every((tenant) => first(tenant) !== undefined));
    return Math.max(...orphans.map((tenant) => first(tenant)!.at)) - from;
  }

  const tenantsOf = (owners: Map<string, Set<string>>, name: string) =>
    TENANTS.filter((tenant) => owners.get(tenant)!.has(name));

  async function log(tenant: string): Promise<BridgeEvent[]> {
    const entries = (await redis.xrange(`pitel:{${tenant}}:events`, '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
  }

  it('a single one polls every tenant at once, without waiting for a lease', async () => {
    const env = { REDIS_URL: server.url, POLL_INTERVAL_MS: String(INTERVAL_MS) };
    replicas = [await startReplica('alone', TENANTS, pbx.url, env)];
    const listening = performance.now();
    const isPolled = (tenant: string) => pbx.asked.some((asked) => asked.tenant === tenant);
    await pbx.until(() => TENANTS.every(isPolled));
    const ms = performance.now() - listening;
    figures.push(`a single replica, from listening to the last of 24 tenants polled: ${ms.toFixed(0)} ms`);
    // None had to wait for its lease while others were polled again and again.
    const polls = TENANTS.map((tenant) => pbx.asked.filter((asked) => asked.tenant === tenant).length / 2);
    expect(Math.max(...polls)).toBeLessThanOrEqual(3);
  });

  it('share the tenants: each is polled by exactly one, and each polls some', async () => {
    const names = ['one', 'two', 'three'];
    await start(...names);
    const owners = await askers(3);
    for (const [tenant, by] of owners) expect([tenant, by.size]).toEqual([tenant, 1]);
    const shares = names.map((name) => tenantsOf(owners, name).length);
    expect(Math.min(...shares)).toBeGreaterThan(0);
    figures.push(`24 tenants over three replicas: ${shares.join(' + ')}`);
  });

  it('take over from one that was killed', async () => {
    const [killed, heir] = await start('killed', 'heir');
    const orphans = tenantsOf(await askers(2), 'killed');
    const from = performance.now();
    await killed!.service.stop('SIGKILL');
    const ms = await takeover(killed!, orphans, from);
    figures.push(`takeover of ${orphans.length} tenants after SIGKILL: ${ms.toFixed(0)} ms`);
    await pbx.until(() => haveShared([heir!], TENANTS.length));
  });

  it('take over from one that was asked to end', async () => {
    const [ended] = await start('ended', 'heir');
    const orphans = tenantsOf(await askers(2), 'ended');
    const from = performance.now();
    ended!.service.signal('SIGTERM');
    const ms = await takeover(ended!, orphans, from);
    figures.push(`takeover of ${orphans.length} tenants after SIGTERM: ${ms.toFixed(0)} ms`);
    expect(await ended!.service.stop()).toBe(0);
  });

  it('commit nothing of what one saw that was paused past its lease, and share again when it wakes', async () => {
    const calls = new Map<string, string>();
    let paused: { asked: Asked; response: ServerResponse } | null = null;
    let toPause: string | null = null;
    const [first, second] = await start('first', 'second');
    const owners = await askers(2);
    const sleeper = tenantsOf(owners, 'first').length > 0 ? first! : second!;
    const tenant = tenantsOf(owners, sleeper.name)[0]!;

    pbx.answer = (asked, response) => {
      if (asked.tenant !== tenant || asked.endpoint === 'queue') return nothing(asked);
      if (asked.replica === toPause) {
        toPause = null;
        paused = { asked, response };
        return null;
      }
      const call = calls.get(tenant);
      return call === undefined ? nothing(asked) : monitor(call);
    };
    toPause = sleeper.name;
    await pbx.until(() => paused !== null);
    sleeper.service.signal('SIGSTOP');
    const from = performance.now();
    try {
      const ms = await takeover(sleeper, [tenant], from);
      figures.push(`takeover after SIGSTOP: ${ms.toFixed(0)} ms`);
      calls.set(tenant, 'seen-by-the-heir');
      while ((await log(tenant)).length === 0) await polledAgain(tenant);
      // The paused replica gets the answer to its old request: a call that no other replica has seen.
      paused!.response.writeHead(200, { 'content-type': 'application/json' }).end(monitor('seen-asleep'));
    } finally {
      sleeper.service.signal('SIGCONT');
    }
    await pbx.until(() => haveShared(replicas, TENANTS.length));
    for (let poll = 0; poll < 3; poll++) await polledAgain(tenant);
    calls.delete(tenant);
    while ((await log(tenant)).at(-1)!.type !== 'call-ended') await polledAgain(tenant);

    const events = await log(tenant);
    expect(new Set(events.map(({ subject }) => subject))).toEqual(new Set(['seen-by-the-heir']));
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1);
    expect((await askers(2)).get(tenant)!.size).toBe(1);
  });

  /** A line of the log for every poll would be too much to ask. */
  async function polledAgain(tenant: string): Promise<void> {
    const from = pbx.asked.length;
    await pbx.until(() => pbx.asked.slice(from).filter((asked) => asked.tenant === tenant).length >= 2);
  }
});

/** One outbound call in talk, as the vendor's sample has it. */
function monitor(callId: string): string {
  return sample('monitor').replace('df3bd13a-0cb4-455a-ac70-92ed00e13dd7', callId);
}
