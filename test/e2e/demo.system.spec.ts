import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { startChromium } from '../../client/test/chromium.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { freePort, startRedis, type TestRedis } from '../support/redis.js';
import { ROOT } from '../support/root.js';
import { until } from '../support/until.js';

const DEMO = fileURLToPath(new URL('dist/simulator/demo.js', ROOT));

/** `npm run demo` in a folder, and with a Redis, that a bridge for real calls is run in and with. */
describe('the demo', () => {
  let folder: string;
  let server: TestRedis;
  let redis: Redis;
  let demo: ChildProcess;
  let output: string;
  let ended: Promise<number | null>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitel-demo-'));
    server = await startRedis();
    redis = new Redis(server.url);
    output = '';
  });
  afterEach(async () => {
    // It takes its bridge with it.
    demo.kill('SIGTERM');
    await ended;
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Resolves with the address of its bridge when it has shown a call. */
  async function begin(): Promise<string> {
    const port = await freePort();
    demo = spawn(process.execPath, [DEMO], {
      cwd: folder,
      env: { PATH: process.env.PATH, PORT: String(port), REDIS_URL: server.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [demo.stdout!, demo.stderr!])
      stream.on('data', (piece) => (output += String(piece)));
    ended = once(demo, 'exit').then(([code]) => code as number | null);
    await until(() => demo.exitCode !== null || output.includes('call-started'), 'a call');
    return /Wallboard +(http\S+)\//.exec(output)![1]!;
  }

  it('ends with its bridge when its output is no longer read', async () => {
    const url = await begin();
    demo.stdout!.destroy();
    expect(await ended).toBe(0);
    expect(output).not.toContain('EPIPE');
    await expect(fetch(`${url}/health/live`)).rejects.toThrow('fetch failed');
  });

  it('has a receiver to which the bridge’s webhooks come, verified', async () => {
    const url = await begin();
    const receiver = /A sample CRM +(http\S+)\//.exec(output)![1]!;
    const deliveries = async () =>
      (await (await fetch(`${receiver}/deliveries`)).json()) as { type: string; verdict: string }[];
    await until(async () => (await deliveries()).some(({ type }) => type === 'call-started'), 'a delivery');
    expect((await deliveries()).every(({ verdict }) => verdict === 'verified')).toBe(true);
    const answer = await fetch(`${url}/v1/webhooks`);
    expect(await answer.json()).toMatchObject({
      webhooks: [{ id: 'demo', state: 'active', lastError: null }],
    });
    expect((await fetch(`${receiver}/hook`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect(await (await fetch(`${receiver}/`)).text()).toContain('webhooks that have come');
  });

  it('has a desk around the page of the pop, whose buttons show each state of the card', async () => {
    const url = await begin();
    const desk = /Screen pop +(http\S+)\//.exec(output)![1]!;
    const chromium = await startChromium();
    try {
      const page = await chromium.context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(desk);
      const frame = page.frameLocator('iframe');
      await frame.locator('.pill[data-state=fresh]').waitFor();
      const act = (name: string) => page.locator(`[data-act=${name}]`).click();
      // Callers of the traffic may ring here too: most come through a queue, whose name has a `_`; the desk's own come straight.
      const card = (state: string) =>
        frame.locator('pitel-pop .card', { hasText: state, hasNotText: '_' }).first().waitFor();
      await act('ring');
      await card('Ringing');
      await act('answer');
      await card('Talking');
      await act('transfer');
      await card('Transferred');
      await act('ring');
      await card('Ringing');
      await act('caller-gives-up');
      await card('The caller hung up');
      // The colleague talks for 2.5 s first; on a busy machine the bridge may not have asked in that time, and does not say from whom.
      await until(async () => {
        await act('colleague-transfers');
        return card('from 1').then(
          () => true,
          () => false,
        );
      }, 'a card that says who transferred');
      await act('hang-up');
      await card('Ended');
      expect(complaints).toEqual([]);
    } finally {
      await chromium.close();
    }
    const act = (type: string, body: string) =>
      fetch(`${desk}/act`, { method: 'POST', headers: { 'content-type': type }, body });
    const statuses = [
      await act('text/plain', '{"extension":"107","act":"ring"}'),
      await act('application/json', '{"extension":"9","act":"ring"}'),
      // A bridge has no such address.
      await fetch(`${url}/act`, { method: 'POST' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([415, 400, 404]);
  }, 300_000);

  it('leaves the .env and the tenant of the real bridge alone', async () => {
    await writeFile(
      join(folder, '.env'),
      'TENANTS_FILE=real-tenants.yaml\nPITEL_API_KEY=real\nTENANT_ID=default\n',
    );
    const url = await begin();
    expect(output).not.toContain('configuration');

    const answer = await fetch(`${url}/v1/events?limit=1`);
    const { events } = (await answer.json()) as { events: BridgeEvent[] };
    expect(events[0]!.source).toBe('/pitel/demo');
    const keys = await redis.keys('*');
    expect(keys).toContain('pitel:{demo}:events');
    expect(keys.filter((key) => !key.includes('demo'))).toEqual([]);

    demo.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
