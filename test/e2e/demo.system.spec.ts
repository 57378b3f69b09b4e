import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
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
