import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { BOT_TOKEN } from '../support/notices.js';
import { EMPTY_MONITOR, EMPTY_QUEUE, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

interface Message {
  readonly path: string;
  readonly body: { readonly chat_id: string; readonly text: string };
}

describe('messages by a bot', () => {
  let certificate: TestCertificate;
  let folder: string;
  let redis: TestRedis;
  let pbx: ScriptedPbx;
  let chat: Server;
  let service: Service;
  /** What has come to the chat, and what it answered: what is missing is 200. */
  const messages: Message[] = [];
  const answers: [status: number, body: (path: string) => object][] = [];

  beforeAll(async () => {
    certificate = await makeCertificate();
    folder = await mkdtemp(join(tmpdir(), 'pitel-notices-'));
    redis = await startRedis();
    pbx = await startPbx();
    pbx.monitor = EMPTY_MONITOR;
    pbx.queue = EMPTY_QUEUE;
    const [cert, key] = await Promise.all([readFile(certificate.certFile), readFile(certificate.keyFile)]);
    chat = createServer({ cert, key }, (request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        const path = request.url!;
        messages.push({ path, body: JSON.parse(text) as Message['body'] });
        const [status, body] = answers.shift() ?? [200, () => ({ ok: true })];
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body(path)));
      });
    }).listen(0, '127.0.0.1');
    await once(chat, 'listening');
    const { port } = chat.address() as AddressInfo;
    const file = join(folder, 'webhooks.json');
    const endpoint = {
      id: 'floor',
      url: `https://127.0.0.1:${port}/`,
      allowAddresses: ['127.0.0.1'],
      // Many a second: the pauses that the chat asks for are what is tried here.
      ratePerSecond: 100,
      template: { name: 'telegram', values: { chatId: '-100123' }, valuesEnv: { botToken: 'BOT' } },
    };
    await writeFile(file, JSON.stringify({ endpoints: [endpoint] }));
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redis.url,
      TENANT_ID: 'acme',
      WEBHOOKS_FILE: file,
      BOT: BOT_TOKEN,
      LOG_LEVEL: 'trace',
      NODE_EXTRA_CA_CERTS: certificate.certFile,
    });
    await service.line(({ msg }) => msg === 'webhooks: tenants served here: 1');
    await pbx.polled(3);
  });
  afterAll(async () => {
    await service.stop();
    chat.closeAllConnections();
    await new Promise((resolve) => chat.close(resolve));
    await pbx.close();
    await redis.stop();
    await certificate.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const asked = async (path: string, method = 'GET') => {
    const response = await fetch(service.url + path, { method });
    return response.text();
  };

  it('are sent to its address, in Vietnamese, also as a test', async () => {
    const result = JSON.parse(await asked('/v1/webhooks/floor/test', 'POST')) as object;
    expect(result).toMatchObject({ status: 200 });
    expect(messages).toEqual([
      {
        path: `/bot${BOT_TOKEN}/sendMessage`,
        body: expect.objectContaining({
          chat_id: '-100123',
          text: '<b>ℹ️ Gửi thử [acme]</b>\nWebhook floor hoạt động.',
        }) as object,
      },
    ]);
  });

  it('come after the pause that the chat asks for, and again where it refuses them', async () => {
    answers.push(
      [429, (path) => ({ ok: false, description: `flood at ${path}`, parameters: { retry_after: 1 } })],
      [
        400,
        (path) => ({ ok: false, description: `Bad Request at ${path}: ${encodeURIComponent(BOT_TOKEN)}` }),
      ],
    );
    messages.length = 0;
    pbx.monitor = (response) => void response.writeHead(500).end();
    await until(() => messages.length >= 3, 'the third try');
    for (const { path, body } of messages) {
      expect(path).toBe(`/bot${BOT_TOKEN}/sendMessage`);
      expect(body.text).toContain('Mất kết nối với tổng đài');
    }
  });

  it('leave the token of the bot in no log, page, metric, error or store', async () => {
    const paths = [
      '/v1/webhooks',
      '/v1/webhooks/floor/attempts',
      '/v1/webhooks/floor/dead',
      '/v1/events',
      '/metrics',
      '/health/ready',
      '/docs',
    ];
    const shown = new Map(await Promise.all(paths.map(async (path) => [path, await asked(path)] as const)));
    // The answers that hold it have been read and are shown.
    await until(
      async () => (await asked('/v1/webhooks/floor/attempts')).includes('Bad Request'),
      'the refusal',
    );
    shown.set('attempts', await asked('/v1/webhooks/floor/attempts'));
    expect(shown.get('attempts')).toContain('flood at');
    shown.set('log', service.output);
    shown.set('store', await stored(redis.url));
    const [, secret] = BOT_TOKEN.split(':');
    for (const [where, text] of shown) expect([where, text.includes(secret!)]).toEqual([where, false]);
    expect(shown.get('store')).toContain('[secret]');
  });
});

/** All that the store holds. */
async function stored(url: string): Promise<string> {
  const admin = new Redis(url);
  try {
    const keys = await admin.keys('*');
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await admin.type(key);
        if (type === 'hash') return admin.hgetall(key);
        if (type === 'list') return admin.lrange(key, 0, -1);
        if (type === 'stream') return admin.xrange(key, '-', '+');
        if (type === 'zset') return admin.zrange(key, '0', '-1');
        if (type === 'set') return admin.smembers(key);
        return admin.get(key);
      }),
    );
    return JSON.stringify(values);
  } finally {
    admin.disconnect();
  }
}
