import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import type { BridgeEvent, CallEvent } from '../../src/core/model/event.js';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { type TestRedis, startRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';

describe('the vendor’s two samples, served as they are', () => {
  let redisServer: TestRedis;
  let redis: Redis;
  let subscriber: Redis;
  let pbx: ScriptedPbx;
  const published: { channel: string; event: BridgeEvent }[] = [];

  beforeAll(async () => {
    [redisServer, pbx] = await Promise.all([startRedis(), startPbx()]);
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    redis = new Redis(redisServer.url);
    subscriber = redis.duplicate();
    await subscriber.psubscribe('pitel:*');
    subscriber.on('pmessage', (_pattern: string, channel: string, json: string) => {
      published.push({ channel, event: JSON.parse(json) as BridgeEvent });
    });
  });
  afterAll(async () => {
    redis.disconnect();
    subscriber.disconnect();
    await pbx.close();
    await redisServer.stop();
  });

  const start = () =>
    startService({ PITEL_BASE_URL: pbx.url, REDIS_URL: redisServer.url, TENANT_ID: 'acme' });

  async function log(): Promise<CallEvent[]> {
    const entries = (await redis.xrange('pitel:{acme}:events', '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as CallEvent);
  }

  it('give exactly four events, once, however often they are polled and the bridge is restarted', async () => {
    for (const ending of ['SIGTERM', 'SIGKILL', 'SIGKILL'] as const) {
      const service: Service = await start();
      await pbx.polled(5);
      const code = await service.stop(ending);
      if (ending === 'SIGTERM') expect(code).toBe(0);
    }
    const events = await log();
    expect(events.map(({ type, subject }) => `${type} ${subject.slice(0, 8)}`).sort()).toEqual([
      'call-answered 34f6a205',
      'call-answered df3bd13a',
      'call-started 34f6a205',
      'call-started df3bd13a',
    ]);

    const outbound = events.find(
      (event) => event.type === 'call-answered' && event.subject.startsWith('df3bd13a'),
    )!;
    expect(outbound.data).toMatchObject({
      direction: 'outbound',
      startedAt: '2023-04-10T10:02:51.000Z',
      customer: { raw: '0914237383', e164: '+84914237383' },
      agent: { extension: '107', name: 'thanhhoang' },
      extensions: [{ extension: '107', state: 'answered' }],
      waitMs: null,
      observed: { certainty: 'inferred' },
    });
    const queue = events.filter((event) => event.subject.startsWith('34f6a205'));
    expect(queue.map(({ type, time }) => [type, time])).toEqual([
      ['call-started', '2023-10-12T10:48:19.000Z'],
      ['call-answered', '2023-10-12T10:48:26.000Z'],
    ]);
    expect(queue[1]!.data).toMatchObject({
      waitMs: 7_000,
      queue: { id: '7bc3db7b-e95e-4afe-a345-a8385dfb31b7', name: 'Nhi_Test_39989220' },
      customer: { e164: '+84865662711' },
      observed: { certainty: 'upstream' },
    });
  });

  it('are published to the channel of their type, the same object as in the log', async () => {
    const events = await log();
    expect(published.map(({ event }) => event)).toEqual(events);
    for (const { channel, event } of published) expect(channel).toBe(`pitel:acme:${event.type}`);
  });

  it('are what a client that connects finds in its snapshot', async () => {
    const service = await start();
    const socket = io(service.url, { transports: ['websocket'] });
    const snapshot = await new Promise<{ cursor: string; calls: { callId: string }[]; sources: unknown[] }>(
      (resolve) => socket.once('snapshot', resolve),
    );
    socket.close();
    await service.stop();
    expect(snapshot.calls.map(({ callId }) => callId.slice(0, 8)).sort()).toEqual(['34f6a205', 'df3bd13a']);
    expect(snapshot.cursor).toMatch(/^[\w-]+:\d{16}$/);
    expect(snapshot.sources).toHaveLength(2);
  });

  it('are asked for with the token, and nothing else', () => {
    expect([...pbx.asked.authorizations]).toEqual(['Bearer upstream-token']);
  });
});
