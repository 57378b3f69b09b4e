import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createSimulatorServer, type SimulatorServer } from '../../simulator/server.js';
import { createWorld } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { type TestRedis, startRedis } from '../support/redis.js';
import { startService } from '../support/service.js';
import { until } from '../support/until.js';

const REPLAY = fileURLToPath(new URL('../../dist/src/cli/replay-cli.js', import.meta.url));
const TOKEN = 'upstream-token';

async function replay(...args: string[]): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    const output = await promisify(execFile)(process.execPath, [REPLAY, ...args], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return { ...output, code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}

describe('the service’s own capture', () => {
  let redisServer: TestRedis;
  let redis: Redis;
  let simulator: SimulatorServer;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    redisServer = await startRedis();
    redis = new Redis(redisServer.url);
    folder = await mkdtemp(join(tmpdir(), 'captures-'));
    const world = createWorld({
      seed: 'capture',
      startAt: Date.now(),
      speed: 40,
      traffic: { callsPerHour: 900 },
    });
    simulator = createSimulatorServer({ tenants: [{ world, token: TOKEN }] });
    ({ url } = await simulator.listen(0, '127.0.0.1'));
  });
  afterAll(async () => {
    redis.disconnect();
    await simulator.close();
    await redisServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function logOf(tenant: string): Promise<BridgeEvent[]> {
    const entries = (await redis.xrange(`pitel:{${tenant}}:events`, '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
  }

  /** Runs the service until its log has so many events and its capture so many files, and stops it. */
  async function recorded(tenant: string, env: Record<string, string>, events: number, atLeast = 1) {
    const directory = join(folder, tenant);
    const service = await startService({
      PITEL_BASE_URL: url,
      PITEL_TOKEN: TOKEN,
      REDIS_URL: redisServer.url,
      TENANT_ID: tenant,
      CAPTURE_DIR: directory,
      ...env,
    });
    await until(async () => (await redis.xlen(`pitel:{${tenant}}:events`)) >= events, `${events} events`);
    // The last file is written as the service ends, and may be the only one.
    if (atLeast > 1)
      await until(async () => (await readdir(directory)).length >= atLeast, `${atLeast} files`);
    expect(await service.stop()).toBe(0);
    const files = (await readdir(directory)).sort().map((name) => join(directory, name));
    return { files, lines: service.lines, log: await logOf(tenant) };
  }

  /** What a replay cannot know: the log’s own name, and when Redis took it. */
  const comparable = ({ epoch: _epoch, recordedtime: _recordedtime, ...event }: BridgeEvent) => event;

  it('replays to the events of the log in Redis, every field of them, over several files', async () => {
    const { files, log } = await recorded(
      'plain',
      { CAPTURE_NUMBERS: 'plain', CAPTURE_MAX_BYTES: '65536', CAPTURE_MAX_FILES: '1000' },
      150,
      2,
    );
    expect(files.length).toBeGreaterThan(1);
    const { stdout, stderr, code } = await replay(...files, '--json');
    const events = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as BridgeEvent);
    expect(events.map(comparable)).toEqual(log.map(comparable));
    expect(stderr).toMatch(/^\d+ polls replayed, \d+ events\n$/);
    expect(code).toBe(0);
  });

  it('replays to the same ids with numbers hashed, and has neither a number nor the token in it', async () => {
    const { files, log } = await recorded('hashed', {}, 100);
    const { stdout } = await replay(...files, '--json');
    const events = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as BridgeEvent);
    // A call without an upstream id is named by a digest of its caller's number.
    const named = ({ id }: BridgeEvent): string => id.replace(/q-[0-9a-f]{32}/, 'q-');
    expect(events.map(named)).toEqual(log.map(named));
    const text = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
    const customers = new Set(log.map(({ data }) => ('customer' in data && data.customer?.e164) || ''));
    const national = [...customers].filter((e164) => e164 !== '').map((e164) => `"0${e164.slice(3)}"`);
    expect(national.length).toBeGreaterThan(10);
    // A pseudonym may happen to be another customer's number: then its bearer is among the hidden ones.
    expect(national.filter((number) => text.includes(number)).length).toBeLessThan(3);
    expect(text).not.toContain(TOKEN);
  });

  it('names what cannot be read, replays the rest, and ends with 1', async () => {
    const { files } = await recorded('broken', {}, 20);
    const lines = (await readFile(files[0]!, 'utf8')).split('\n');
    lines.splice(1, 0, '{"v":1,');
    const path = join(folder, 'broken.ndjson');
    await writeFile(path, lines.join('\n'));
    const { stdout, stderr, code } = await replay(path);
    expect(stderr).toContain(`${path}, line 2: not JSON`);
    expect(stdout.split('\n').length).toBeGreaterThan(10);
    expect(code).toBe(1);
    const absent = await replay(join(folder, 'absent.ndjson'));
    expect(absent).toMatchObject({ code: 1, stdout: '' });
    expect(absent.stderr).toContain('absent.ndjson');
  });

  it('goes on polling when it cannot be written, and says so once', async () => {
    await writeFile(join(folder, 'file'), '');
    const tenant = 'unwritable';
    const directory = join(folder, 'file', 'captures');
    const service = await startService({
      PITEL_BASE_URL: url,
      PITEL_TOKEN: TOKEN,
      REDIS_URL: redisServer.url,
      TENANT_ID: tenant,
      CAPTURE_DIR: directory,
    });
    await until(async () => (await redis.xlen(`pitel:{${tenant}}:events`)) >= 20, '20 events');
    expect(await service.stop()).toBe(0);
    const complaints = service.lines.filter(({ msg }) => msg.startsWith('capture stopped'));
    expect(complaints).toMatchObject([{ level: 'error', tenant, reason: 'cannot be written (ENOTDIR)' }]);
  });
});
