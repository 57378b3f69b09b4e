import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { clockOff, EIGHT_DAYS_MS } from '../support/clock-off.js';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

const DAY_MS = 86_400_000;

describe('a replica with a wrong clock', () => {
  let redis: TestRedis;
  let admin: Redis;
  let pbx: ScriptedPbx;
  let service: Service | null;

  beforeEach(async () => {
    redis = await startRedis();
    admin = new Redis(redis.url);
    pbx = await startPbx();
    service = null;
  });
  afterEach(async () => {
    await service?.stop();
    await pbx.close();
    admin.disconnect();
    await redis.stop();
  });

  const start = async (env: Record<string, string>) => {
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redis.url,
      TENANT_ID: 'acme',
      ...env,
    });
    return service;
  };
  /** Of a tenant that no replica polls: events of so many days ago, from sequence 1 on. */
  const removed = async (...daysAgo: number[]) => {
    await admin.hset('pitel:{leases}:tenant-acme:logs', 'removed', '');
    for (const [index, days] of daysAgo.entries()) {
      const recordedtime = new Date(Date.now() - days * DAY_MS).toISOString();
      await admin.xadd('pitel:{removed}:events', `${index + 1}-0`, 'event', JSON.stringify({ recordedtime }));
    }
  };
  const logged = async (tenant: string) =>
    (await admin.xrange(`pitel:{${tenant}}:events`, '-', '+')).map(([id, [, json]]) => ({
      entry: id,
      ...(JSON.parse(json!) as BridgeEvent),
    }));

  it.each([
    { name: 'ahead', shiftMs: EIGHT_DAYS_MS },
    { name: 'behind', shiftMs: -EIGHT_DAYS_MS },
  ])(
    'eight days $name stamps right times, deletes what is old and nothing young, and says so',
    async ({ name, shiftMs }) => {
      await removed(8, ...Array<number>(19).fill(6.5));
      const { url } = await start(clockOff(shiftMs));
      // A call that begins after polls that did not show it is stamped by the bridge itself.
      await pbx.polled(3);
      pbx.monitor = sample('monitor');
      pbx.queue = sample('queue');
      const about = await service!.line(({ msg }) => msg.startsWith('clock of this replica is'));
      expect(about).toMatchObject({ level: 'warn' });
      expect(about.msg).toMatch(new RegExp(`is 69(1200|1199)\\.\\d s ${name}: corrected by that of Redis$`));

      const isObserved = ({ data }: BridgeEvent) => data.observed.certainty === 'observed';
      await until(async () => (await logged('acme')).some(isObserved), 'events');
      await until(async () => (await logged('removed')).length < 20, 'the pass');
      expect((await logged('removed')).map(({ entry }) => entry)).toEqual(
        Array.from({ length: 19 }, (_, n) => `${n + 2}-0`),
      );
      for (const { recordedtime, data } of await logged('acme')) {
        expect(Math.abs(Date.parse(recordedtime) - Date.now())).toBeLessThan(60_000);
        const { certainty, latest } = data.observed;
        // Others have the PBX's own times.
        if (certainty === 'observed') expect(Math.abs(Date.parse(latest) - Date.now())).toBeLessThan(60_000);
      }

      const ready = await fetch(`${url}/health/ready`);
      expect(ready.status).toBe(200);
      const { details } = (await ready.json()) as { details: Record<string, { warning?: string }> };
      expect(details.clock?.warning).toMatch(/^the clock of this replica is 69(1200|1199)\.\d s off/);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(Number(/^pitel_clock_error_seconds (.*)$/m.exec(metrics)![1])).toBeCloseTo(691_200, -1);
    },
  );

  it('admits a token that is valid by the right clock', async () => {
    const secret = 'a secret of at least thirty-two bytes';
    const token = await new SignJWT({ tenant: 'acme' })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('8h')
      .sign(new TextEncoder().encode(secret));
    const { url } = await start({
      ...clockOff(EIGHT_DAYS_MS),
      AUTH_MODE: 'jwt',
      AUTH_JWT_SECRET: secret,
    });
    await service!.line(({ msg }) => msg.startsWith('clock of this replica is'));
    const authorization = `Bearer ${token}`;
    let status = 503;
    await until(async () => {
      ({ status } = await fetch(`${url}/v1/calls`, { headers: { authorization } }));
      // Until the tenant is claimed.
      return status !== 503;
    }, 'an answer');
    expect(status).toBe(200);
  });

  it('that is right says nothing', async () => {
    await removed(8);
    const { url, lines } = await start({});
    await until(async () => (await logged('removed')).length === 0, 'the pass');
    await pbx.polled(20);
    expect(lines.filter(({ msg }) => msg.startsWith('clock'))).toEqual([]);
    const { details } = (await (await fetch(`${url}/health/ready`)).json()) as { details: object };
    expect(details).toMatchObject({ clock: { status: 'up' }, memory: { status: 'up' } });
    expect(JSON.stringify(details)).not.toContain('warning');
  });
});
