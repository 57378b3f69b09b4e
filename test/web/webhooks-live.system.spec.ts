import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { ROOT } from '../support/root.js';
import { until } from '../support/until.js';
import { WEBHOOK_SECRET } from '../support/webhook-endpoint.js';
import { Floor } from './floor.js';

const run = promisify(execFile);

/** A bridge as it is shipped, a receiver, the page and the command: what people do when a receiver fails. */
describe('webhooks of a running bridge', () => {
  let dir: string;
  let receiver: Server;
  let floor: Floor;
  let status = 200;
  const taken: { id: string; type: string }[] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pitel-webhooks-page-'));
    const webhook = new Webhook(WEBHOOK_SECRET);
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (piece) => (body += String(piece)));
      request.on('end', () => {
        const { type } = webhook.verify(body, request.headers as Record<string, string>) as { type: string };
        if (status === 200) taken.push({ id: String(request.headers['webhook-id']), type });
        response.writeHead(status).end(status === 200 ? 'ok' : 'the database is away');
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook?key=S3CRET`;
    const endpoint = {
      id: 'crm',
      url,
      secret: WEBHOOK_SECRET,
      allowHttp: true,
      allowAddresses: ['127.0.0.1'],
    };
    await writeFile(join(dir, 'webhooks.json'), JSON.stringify({ endpoints: [endpoint] }));
    floor = await Floor.open({ env: { WEBHOOKS_FILE: join(dir, 'webhooks.json') } });
  });
  afterAll(async () => {
    await floor?.close();
    receiver.closeAllConnections();
    receiver.close();
    await rm(dir, { recursive: true, force: true });
  });

  const call = () => {
    const { callKey } = floor.world.startCall({
      kind: 'direct',
      extension: '101',
      answerAfterMs: 500,
      talkMs: 60_000,
    });
    return () => floor.world.hangUp(callKey);
  };
  async function command(...args: string[]) {
    const program = fileURLToPath(new URL('dist/src/cli/webhooks-cli.js', ROOT));
    const env = { PATH: process.env.PATH, AUTH_MODE: 'none' };
    return run(process.execPath, [program, ...args, '--url', floor.url], { cwd: dir, env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
  }

  it('are tried, seen to fail, seen to recover, and delivered again, on the page', async () => {
    const page = await floor.page('/webhooks', { kept: { language: 'en' } });
    const card = page.locator('[data-webhook=crm]');
    await card.locator('button', { hasText: 'Send test' }).click();
    await card.locator('.said', { hasText: 'Test: delivered (status 200' }).waitFor();
    expect(taken.map(({ type }) => type)).toEqual(['webhook-test']);
    expect(await page.locator('main').innerText()).not.toContain('S3CRET');

    const hangUp = call();
    await until(() => taken.some(({ type }) => type === 'call-answered'), 'the events of a call');
    await card.locator('dd', { hasText: 'up to date' }).waitFor();

    status = 500;
    hangUp();
    await card.locator('dd', { hasText: 'HTTP 500: the database is away' }).waitFor();
    await card.locator('dd', { hasText: /[1-9]\d* events?, / }).waitFor();
    await card.locator('.opens').click();
    await page.locator('.attempts tbody tr[data-outcome=event-failed]').first().waitFor();

    status = 200;
    await until(() => taken.some(({ type }) => type === 'call-ended'), 'the event that was refused');
    await card.locator('dd', { hasText: 'up to date' }).waitFor();

    const answered = taken.find(({ type }) => type === 'call-answered')!;
    const row = page.locator('.attempts tbody tr[data-kind=event][data-outcome=delivered]').first();
    await row.locator('button').click();
    await card.locator('.said', { hasText: 'Redelivered: 1' }).waitFor();
    await page.locator('.attempts tbody tr[data-kind=replay]').first().waitFor();
    const before = taken.length;
    await page.locator('#since-crm').fill('2020-01-01T00:00:00');
    await page.locator('.replay button').click();
    await card.locator('.said', { hasText: /Redelivered: \d+$/ }).waitFor();
    await until(() => taken.slice(before).some(({ id }) => id === answered.id), 'the same id again');
    expect(floor.complaints).toEqual([]);
    await page.close();
  });

  it('are listed, tried and replayed by the command', async () => {
    expect(await command('list')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^crm +active +up to date /m),
    });
    expect(await command('test', 'crm')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^delivered: status 200/),
    });
    const before = taken.length;
    expect(await command('replay', 'crm', '--since', '1d')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^[1-9]\d* delivered\n$/),
    });
    expect(taken.length).toBeGreaterThan(before);
    status = 410;
    expect(await command('test', 'crm')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^gone: status 410/),
    });
    expect(await command('resume', 'none')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'no webhook of this tenant has this id\n',
    });
  });

  it('that answer 410 are disabled until somebody resumes them, and say so everywhere', async () => {
    const page = await floor.page('/webhooks', { kept: { language: 'vi' } });
    const card = page.locator('[data-webhook=crm]');
    await card.waitFor();
    const hangUp = call();
    await page.locator('[data-webhook=crm][data-state=disabled]').waitFor();
    expect(await card.locator('.badge').first().innerText()).toContain('đã tắt');
    hangUp();
    const ready = (await (await fetch(`${floor.url}/health/ready`)).json()) as {
      status: string;
      details: object;
    };
    expect(ready).toMatchObject({
      status: 'ok',
      details: { webhooks: { status: 'up', warning: expect.stringContaining('disabled: 1') } },
    });
    const metrics = await (await fetch(`${floor.url}/metrics`)).text();
    expect(metrics).toContain('pitel_webhook_endpoints{state="disabled"} 1');
    expect(metrics).toMatch(/pitel_webhook_lag_events [1-9]/);

    status = 200;
    const ended = () => taken.filter(({ type }) => type === 'call-ended').length;
    const before = ended();
    await card.locator('button', { hasText: 'Tiếp tục gửi' }).click();
    await page.locator('[data-webhook=crm][data-state=active]').waitFor();
    await until(() => ended() > before, 'what it missed');
    expect(await floor.violations(page)).toEqual([]);
    await page.close();
  });
});
