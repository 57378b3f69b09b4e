import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { EMPTY_MONITOR, EMPTY_QUEUE, sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

const MAXMEMORY = '32mb';
const DAY_MS = 86_400_000;
/** Recovery takes at most so long. */
const HEALED_WITHIN_MS = 10_000;

describe('a bridge whose Redis becomes full', () => {
  let redis: TestRedis;
  let admin: Redis;
  let pbx: ScriptedPbx;
  let service: Service;

  beforeEach(async () => {
    redis = await startRedis({ args: ['--maxmemory', MAXMEMORY, '--maxmemory-policy', 'noeviction'] });
    admin = new Redis(redis.url);
    pbx = await startPbx();
    pbx.monitor = EMPTY_MONITOR;
    pbx.queue = EMPTY_QUEUE;
    service = await startService({ PITEL_BASE_URL: pbx.url, REDIS_URL: redis.url, TENANT_ID: 'acme' });
    await pbx.polled(3);
  });
  afterEach(async () => {
    await service.stop();
    await pbx.close();
    admin.disconnect();
    await redis.stop();
  });

  /** Fills the log of a tenant that no replica polls until Redis refuses more; returns how many events it took. */
  async function fill(ageMs: number): Promise<number> {
    await admin.hset('pitel:{leases}:tenant-acme:logs', 'removed', '');
    const recordedtime = new Date(Date.now() - ageMs).toISOString();
    const json = JSON.stringify({ recordedtime, pad: '.'.repeat(1_000) });
    for (let first = 1; ; first += 500) {
      const batch = admin.pipeline();
      for (let n = first; n < first + 500; n++) batch.xadd('pitel:{removed}:events', `${n}-0`, 'event', json);
      const taken = (await batch.exec())!.filter(([error]) => error === null).length;
      if (taken < 500) return first - 1 + taken;
    }
  }
  const ready = async () => {
    const answer = await fetch(`${service.url}/health/ready`);
    const { details } = (await answer.json()) as { details: Record<string, { warning?: string }> };
    return { status: answer.status, warning: details.memory?.warning };
  };
  const metric = async (series: string) => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const line = text.split('\n').find((each) => each.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1));
  };
  const events = async () =>
    (await admin.xrange('pitel:{acme}:events', '-', '+')).map(
      ([, [, json]]) => JSON.parse(json!) as BridgeEvent,
    );

  it.each([
    { of: 'events past their age', ageMs: 8 * DAY_MS, reason: 'age' },
    { of: 'events that are not', ageMs: DAY_MS, reason: 'memory' },
  ])('of $of heals, says so, and announces the call that began meanwhile', async ({ ageMs, reason }) => {
    const filled = await fill(ageMs);
    const begun = performance.now();
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    await until(async () => (await events()).some(({ type }) => type === 'call-started'), 'the call');
    expect(performance.now() - begun).toBeLessThan(HEALED_WITHIN_MS);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);

    const sequences = (await events()).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    // The call is announced as soon as there is room for it, and the rest of what is too old goes in the next steps.
    if (reason === 'age')
      await until(async () => (await admin.xlen('pitel:{removed}:events')) === 0, 'the old events to go');
    await service.line(({ level, msg }) => level === 'warn' && msg.startsWith('Redis is full, or nearly ('));
    await service.line(({ msg }) => msg === 'Redis has room again');
    expect(await metric('pitel_store_full_total')).toBe(1);
    const left = () => admin.xlen('pitel:{removed}:events');
    await until(
      async () =>
        (await metric(`pitel_log_trimmed_events_total{reason="${reason}"}`)) === filled - (await left()),
      'what has gone to be counted',
    );
    if (reason === 'memory') {
      expect(await left()).toBeGreaterThan(filled / 2);
      const [oldest] = await admin.xrange('pitel:{removed}:events', '-', '+', 'COUNT', 1);
      expect(oldest![0]).toBe(`${filled - (await left()) + 1}-0`);
    }
    expect(await ready()).toMatchObject({
      status: 200,
      warning: expect.stringMatching(/^Redis is full now and then/),
    });
  });

  it('of something else stays up, polls on, keeps the newest events and says why it is silent', async () => {
    await service.line(({ msg }) => msg.startsWith('tenants polled here'));
    // Of a larger value Redis gives the connection's buffer back when it is quiet: there would be room again.
    for (let size = 16_000; size >= 10; size = Math.floor(size / 4))
      for (let n = 0; ; n++) {
        const stored = await admin.set(`other:${size}:${n}`, 'x'.repeat(size)).catch(() => null);
        if (stored === null) break;
      }
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    await service.line(({ msg }) => msg.startsWith('store failed: ') && msg.includes('OOM'));
    await until(
      async () => (await ready()).warning?.startsWith('Redis is full, or nearly: ') === true,
      'the warning',
    );
    expect((await ready()).status).toBe(200);
    // Connections and their buffers come and go. Below it the bridge would say that there is room again.
    expect(await metric('pitel_store_memory_ratio')).toBeGreaterThan(0.95);
    // An operator makes room.
    await admin.del(...(await admin.keys('other:*')));
    await until(async () => (await events()).some(({ type }) => type === 'call-started'), 'the call');
    expect(service.lines.some(({ msg }) => msg.startsWith('lease'))).toBe(false);
  });
});
