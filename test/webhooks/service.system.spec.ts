import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { EMPTY_MONITOR, EMPTY_QUEUE, sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';
import { WEBHOOK_SECRET } from '../support/webhook-endpoint.js';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

describe('a bridge with webhooks', () => {
  let certificate: TestCertificate;
  let dir: string;
  let redis: TestRedis;
  let admin: Redis;
  let pbx: ScriptedPbx;
  let receiver: WebhookReceiver;
  const services: Service[] = [];

  beforeAll(async () => {
    certificate = await makeCertificate();
  });
  afterAll(() => certificate.remove());
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pitel-webhooks-'));
    redis = await startRedis();
    admin = new Redis(redis.url);
    pbx = await startPbx();
    receiver = await startReceiver(certificate);
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
    await receiver.close();
    await pbx.close();
    admin.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
    expect(receiver.badSignatures).toEqual([]);
  });

  const file = () => join(dir, 'webhooks.json');
  const configure = (...endpoints: object[]) =>
    writeFile(
      file(),
      JSON.stringify({
        endpoints: endpoints.map((endpoint) => ({
          id: 'crm',
          url: receiver.url,
          secret: WEBHOOK_SECRET,
          allowAddresses: ['127.0.0.1'],
          ...endpoint,
        })),
      }),
    );
  async function start(): Promise<Service> {
    const service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redis.url,
      TENANT_ID: 'acme',
      WEBHOOKS_FILE: file(),
      NODE_EXTRA_CA_CERTS: certificate.certFile,
    });
    services.push(service);
    return service;
  }
  const stop = async (service: Service, signal?: NodeJS.Signals) => {
    services.splice(services.indexOf(service), 1);
    return service.stop(signal);
  };
  const logged = async () =>
    (await admin.xrange('pitel:{acme}:events', '-', '+')).map(
      ([, [, json]]) => JSON.parse(json!) as BridgeEvent,
    );
  const calls = (endpoint = receiver) => endpoint.deliveries.map(({ event }) => event);
  const ring = () => {
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
  };
  const hangUp = () => {
    pbx.monitor = EMPTY_MONITOR;
    pbx.queue = EMPTY_QUEUE;
  };
  const saved = async () => JSON.stringify(await admin.hgetall('pitel:{acme}:webhooks'));

  it('delivers all that the log has, as the log has it, signed, and goes on after a restart where it was', async () => {
    await configure({});
    const first = await start();
    await first.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
    await pbx.polled(3);
    ring();
    await until(() => calls().some(({ type }) => type === 'call-started'), 'a delivery');
    expect(await stop(first)).toBe(0);
    const before = (await logged()).length;
    hangUp();
    const second = await start();
    await until(() => calls().some(({ type }) => type === 'call-ended'), 'the end');
    await until(async () => calls().length >= (await logged()).length, 'all of the log');
    expect(await stop(second)).toBe(0);
    const log = await logged();
    expect(log.length).toBeGreaterThan(before);
    const sorted = calls().toSorted((a, b) => Number(a.sequence) - Number(b.sequence));
    expect(sorted).toEqual(log);
    expect(new Set(receiver.deliveries.map(({ id }) => id)).size).toBe(log.length);
  });

  it('repeats only under equal ids after it was killed, and loses nothing', async () => {
    await configure({});
    const first = await start();
    await first.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
    await pbx.polled(3);
    ring();
    await until(() => calls().length > 0, 'a delivery');
    await stop(first, 'SIGKILL');
    hangUp();
    await start();
    await until(() => calls().some(({ type }) => type === 'call-ended'), 'the end');
    await until(
      async () => new Set(calls().map(({ id }) => id)).size >= (await logged()).length,
      'all of the log',
    );
    const ids = new Map(receiver.deliveries.map(({ id, event }) => [event.id, id]));
    expect([...ids.keys()].toSorted()).toEqual((await logged()).map(({ id }) => id).toSorted());
    for (const { id, event } of receiver.deliveries) expect(ids.get(event.id)).toBe(id);
  });

  it('tries again, is shown failing by HTTP, and takes changes of its file without a restart', async () => {
    const other = await startReceiver(certificate);
    try {
      receiver.answer = (_, response) => {
        response.writeHead(503, { 'retry-after': '1' }).end('closed for repair');
        return 'ignored';
      };
      await configure({});
      const service = await start();
      await service.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
      await pbx.polled(3);
      ring();
      const list = async () => {
        const answer = await fetch(`${service.url}/v1/webhooks`);
        return ((await answer.json()) as { webhooks: Record<string, unknown>[] }).webhooks;
      };
      await until(async () => String((await list())[0]!.lastError).startsWith('HTTP 503'), 'the error');
      expect((await list())[0]).toMatchObject({ id: 'crm', state: 'active', lastDeliveredAt: null });
      // A new address keeps its position; an endpoint that is new begins now.
      await configure({ url: other.url }, { id: 'new', url: receiver.url });
      service.signal('SIGHUP');
      await until(() => calls(other).some(({ type }) => type === 'call-started'), 'what waited');
      receiver.answer = (delivery, response) => {
        response.end();
        return delivery.path === '/hook' ? 'worked' : 'ignored';
      };
      hangUp();
      await until(() => calls(other).some(({ type }) => type === 'call-ended'), 'the end there');
      await until(() => calls().some(({ type }) => type === 'call-ended'), 'the end here');
      expect(calls().some(({ type }) => type === 'call-started')).toBe(false);
      await until(async () => calls(other).length === (await logged()).length, 'all of the log');
      // What is no longer configured is forgotten.
      await configure({ id: 'new' });
      service.signal('SIGHUP');
      await until(async () => !(await saved()).includes('crm'), 'the position that goes');
    } finally {
      await other.close();
    }
  });

  it('writes into the log that an endpoint is gone, for those who listen elsewhere', async () => {
    receiver.answer = (_, response) => {
      response.writeHead(410).end();
      return 'ignored';
    };
    await configure({});
    const service = await start();
    await service.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
    await pbx.polled(3);
    ring();
    await until(async () => (await logged()).some(({ type }) => type === 'webhook-failing'), 'the event');
    const event = (await logged()).find(({ type }) => type === 'webhook-failing')!;
    expect(event).toMatchObject({ data: { tenant: 'acme', endpoint: 'crm' } });
    receiver.answer = (_, response) => {
      response.end();
      return 'worked';
    };
    expect((await fetch(`${service.url}/v1/webhooks/crm/resume`, { method: 'POST' })).status).toBeLessThan(
      300,
    );
    await until(
      async () => (await logged()).some(({ type }) => type === 'webhook-recovered'),
      'the recovery',
    );
    await until(() => calls().some(({ type }) => type === 'call-started'), 'what waited');
    expect((await fetch(`${service.url}/v1/webhooks/crm/test`, { method: 'POST' })).status).toBe(200);
    await until(() => calls().some(({ type }) => type === 'webhook-test'), 'the test');
  });

  it('shares tenants among replicas, hands over at once, and delivers nothing twice', async () => {
    await configure({});
    const first = await start();
    await first.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
    const second = await start();
    await pbx.polled(3);
    ring();
    await until(() => calls().some(({ type }) => type === 'call-started'), 'a delivery');
    expect(await stop(first)).toBe(0);
    hangUp();
    await until(() => calls().some(({ type }) => type === 'call-ended'), 'the end');
    await until(async () => calls().length >= (await logged()).length, 'all of the log');
    expect(await stop(second)).toBe(0);
    expect(
      calls()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual((await logged()).map(({ id }) => id).toSorted());
  });
});
