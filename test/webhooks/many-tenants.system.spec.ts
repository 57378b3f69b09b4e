import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { type ScriptedPbx, sample, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';
import { WEBHOOK_SECRET } from '../support/webhook-endpoint.js';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';

const TENANTS = Array.from({ length: 50 }, (_, n) => `tenant-${n + 1}`);

describe('a bridge with the webhooks of fifty tenants', () => {
  let certificate: TestCertificate;
  let dir: string;
  let redis: TestRedis;
  let pbx: ScriptedPbx;
  let receiver: WebhookReceiver;
  let service: Service;

  beforeEach(async () => {
    certificate = await makeCertificate();
    dir = await mkdtemp(join(tmpdir(), 'pitel-webhooks-'));
    redis = await startRedis();
    pbx = await startPbx();
    receiver = await startReceiver(certificate);
    const rows = TENANTS.map((id) => ({
      id,
      baseUrl: pbx.url,
      token: 'upstream-token',
      webhooks: [{ id: 'crm', url: receiver.url, secret: WEBHOOK_SECRET, allowAddresses: ['127.0.0.1'] }],
    }));
    const file = join(dir, 'tenants.json');
    await writeFile(file, JSON.stringify({ tenants: rows }));
    service = await startService({
      TENANTS_FILE: file,
      PITEL_TOKEN: '',
      REDIS_URL: redis.url,
      POLL_INTERVAL_MS: '1000',
      NODE_EXTRA_CA_CERTS: certificate.certFile,
    });
  });
  afterEach(async () => {
    await service.stop();
    await receiver.close();
    await pbx.close();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
    await certificate.remove();
  });

  it('goes on for all of them after a Redis that was away, and nothing of it grows with their number', async () => {
    await service.line(({ msg }) => msg === 'webhooks: tenants served here: 50');
    const reached = () =>
      new Set(
        receiver.deliveries
          .filter(({ event }) => event.type === 'call-started')
          .map(({ event }) => event.data.tenant),
      ).size;
    const { port } = redis;
    await redis.kill();
    // Each tenant has something under way, and waits for Redis.
    await service.line(({ msg }) => msg.startsWith('lease renewal failed'));
    redis = await startRedis({ port });
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    await until(() => reached() === TENANTS.length, 'an event of each tenant');
    expect(receiver.badSignatures).toEqual([]);
    // Node warns of more than ten listeners of one event.
    expect(service.output).not.toContain('MaxListenersExceededWarning');
  });
});
