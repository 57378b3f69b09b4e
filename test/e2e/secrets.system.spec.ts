import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SignJWT } from 'jose';
import { io } from 'socket.io-client';
import { VARIABLE_NAMES } from '../../src/config/settings/variables.js';
import type { BridgeEvent, CallEvent } from '../../src/core/model/event.js';
import { ECHOES, type EchoingUpstream, startEchoingUpstream } from '../support/echoing-upstream.js';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { freePort, startRedis, type TestRedis } from '../support/redis.js';
import { ROOT } from '../support/root.js';
import { Secrets } from '../support/secrets.js';
import {
  runToItsEnd,
  type RunningService,
  type Service,
  spawnService,
  startService,
} from '../support/service.js';
import { until } from '../support/until.js';

const REPLAY = fileURLToPath(new URL('dist/src/cli/replay-cli.js', ROOT));

/** On SIGUSR2 the process throws an error that carries its arguments, like those of Redis. */
const DEFECT = `data:text/javascript,${encodeURIComponent(`
process.on('SIGUSR2', () => {
  const { REDIS_PASSWORD, AUTH_JWT_SECRET } = process.env;
  const error = new Error('a defect');
  error.command = { name: 'auth', args: [REDIS_PASSWORD, AUTH_JWT_SECRET] };
  if (process.env.TEST_DEFECT === 'rejection') void Promise.reject(error);
  else throw error;
});`)}`;

describe('secrets', () => {
  const secrets = new Secrets();
  const redisPassword = secrets.make('REDIS_PASSWORD');
  const jwtSecret = secrets.make('AUTH_JWT_SECRET');
  const tokens = {
    inline: secrets.make('token'),
    env: secrets.make('tokenEnv'),
    key: secrets.make('apiKeyFile'),
  };
  const collectorKey = secrets.make('OTEL_EXPORTER_OTLP_HEADERS', { plain: true });
  /** All output of the bridge, whatever the way out. */
  const shown: { readonly where: string; readonly text: string }[] = [];
  const show = (where: string, text: string) => void shown.push({ where, text });

  let redisServer: TestRedis;
  let redis: Redis;
  let upstream: EchoingUpstream;
  let pbx: ScriptedPbx;
  let folder: string;
  const running: Service[] = [];

  beforeAll(async () => {
    redisServer = await startRedis({ args: ['--requirepass', redisPassword] });
    redis = new Redis(redisServer.url, { password: redisPassword });
    upstream = await startEchoingUpstream();
    pbx = await startPbx();
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    folder = await mkdtemp(join(tmpdir(), 'secrets-'));
    await writeFile(join(folder, 'key'), tokens.key);
    const tenants = [
      { id: 'echo', baseUrl: upstream.url, token: tokens.inline },
      { id: 'keyed', baseUrl: upstream.url, apiKeyFile: 'key' },
      { id: 'plain', baseUrl: pbx.url, tokenEnv: 'PLAIN_TENANT' },
    ];
    await writeFile(join(folder, 'tenants.json'), JSON.stringify({ tenants }));
  });
  afterEach(async () => {
    for (const service of running.splice(0)) {
      await service.stop();
      show('the log', service.output);
    }
    const found = shown
      .splice(0)
      .flatMap(({ where, text }) => secrets.in(text).map((secret) => `${where}: ${secret}`));
    expect(found).toEqual([]);
  });
  afterAll(async () => {
    redis.disconnect();
    await upstream.close();
    await pbx.close();
    await redisServer.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = () => ({
    TENANTS_FILE: join(folder, 'tenants.json'),
    PITEL_TOKEN: '',
    PLAIN_TENANT: tokens.env,
    REDIS_URL: redisServer.url,
    REDIS_PASSWORD: redisPassword,
    AUTH_MODE: 'jwt',
    AUTH_JWT_SECRET: jwtSecret,
    LOG_LEVEL: 'trace',
    CAPTURE_DIR: join(folder, 'captures'),
    OTEL_EXPORTER_OTLP_ENDPOINT: upstream.url,
    OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${collectorKey}`,
    NODE_OPTIONS: `--import=${DEFECT}`,
  });
  async function start(more: Record<string, string> = {}): Promise<Service> {
    const service = await startService({ ...environment(), ...more });
    running.push(service);
    return service;
  }
  async function clientToken(claims: object, key = jwtSecret): Promise<string> {
    const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' });
    return token.setIssuedAt().setExpirationTime('1h').sign(Buffer.from(key));
  }
  async function ask(service: Service, path: string, init: RequestInit = {}): Promise<number> {
    const response = await fetch(service.url + path, { signal: AbortSignal.timeout(20_000), ...init });
    show(`${init.method ?? 'GET'} ${path}`, JSON.stringify([...response.headers]) + (await response.text()));
    return response.status;
  }

  it('are found by this test, in every form', () => {
    for (const text of [
      `x${redisPassword}`,
      encodeURIComponent(redisPassword),
      Buffer.from(`user:${redisPassword}`).toString('base64'),
      Buffer.from(redisPassword).toString('base64url'),
      `${redisPassword.slice(0, 20)}…`,
    ]) {
      expect(secrets.in(text)).toContainEqual(expect.stringContaining('REDIS_PASSWORD'));
    }
    expect(secrets.in('nothing of the kind')).toEqual([]);
  });

  it('come out nowhere, in whatever form the PBX and the collector repeat them', async () => {
    const service = await start();
    await until(() => ECHOES.every((way) => (upstream.said.get(way) ?? 0) > 2), 'every echo');
    await until(async () => (await redis.xlen('pitel:{plain}:events')) > 0, 'events');
    const good = secrets.know('a client’s token', await clientToken({ tenant: 'echo' }));
    const headers = { authorization: `Bearer ${good}` };
    for (const path of ['/v1/calls', '/v1/events', '/v1/sources', '/v1/extensions/107/registration'])
      await ask(service, path, { headers });
    for (const path of ['/metrics', '/health/live', '/health/ready', '/docs', '/v1/schemas/event', '/'])
      await ask(service, path);
    expect(shown.find(({ where }) => where === 'GET /metrics')?.text).toContain('pitel_polls_total');
  });

  it('come out nowhere when clients bring tokens that are wrong, in places that are wrong', async () => {
    const service = await start();
    const wrong = [
      secrets.make('a made-up token'),
      secrets.know(
        'a wrongly signed token',
        await clientToken({ tenant: 'plain' }, secrets.make('another key')),
      ),
      secrets.know('another tenant’s token', await clientToken({ tenant: 'unknown' })),
      tokens.inline,
      jwtSecret,
    ];
    for (const token of wrong) {
      const query = `?token=${encodeURIComponent(token)}`;
      expect(await ask(service, '/v1/calls', { headers: { authorization: `Bearer ${token}` } })).toBe(401);
      expect(
        await ask(service, '/v1/calls', { headers: { authorization: `Basic ${btoa(`u:${token}`)}` } }),
      ).toBe(401);
      const query401 = await fetch(`${service.url}/v1/events/stream${query}`);
      show(
        'the answer to a token in the address',
        JSON.stringify([...query401.headers]) + (await query401.text()),
      );
      expect(query401.status).toBe(401);
      for (const path of ['/metrics', '/health/ready', '/docs']) {
        const response = await fetch(service.url + path + query);
        show(`${path} with a token in the address`, await response.text());
      }
      const bad = {
        method: 'POST',
        body: `{"token":"${token}"`,
        headers: { 'content-type': 'application/json' },
      };
      show('POST of a broken body', await (await fetch(`${service.url}/v1/calls`, bad)).text());
      for (const options of [{ auth: { token } }, { query: { token } }]) {
        const socket = io(service.url, {
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
          ...options,
        });
        const error = await new Promise<Error & { data?: unknown }>((resolve) =>
          socket.once('connect_error', resolve),
        );
        show('a refused handshake', JSON.stringify([error.message, error.data]));
        socket.disconnect();
      }
    }
    const auth = { token: secrets.know('a live token', await clientToken({ tenant: 'plain' })) };
    const socket = io(service.url, { transports: ['websocket'], forceNew: true, auth });
    socket.onAny((name: string, ...args: unknown[]) => show(`socket: ${name}`, JSON.stringify(args)));
    await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
    for (const token of wrong)
      show('a refused refresh', JSON.stringify(await socket.emitWithAck('refresh', { token })));
    socket.disconnect();
    expect(shown.filter(({ where }) => where === 'a refused handshake')).toHaveLength(2 * wrong.length);
  });

  it('come out nowhere when Redis does not take the password any more', async () => {
    const service = await start();
    await until(async () => (await redis.xlen('pitel:{plain}:events')) > 0, 'events');
    const other = secrets.make('Redis’ new password');
    await redis.config('SET', 'requirepass', other);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await service.line(({ msg }) => /WRONGPASS/.test(msg));
    expect(await ask(service, '/health/ready')).toBe(503);
    await redis.config('SET', 'requirepass', redisPassword);
  });

  it.each(['exception', 'rejection'])('come out nowhere when a defect ends the process: %s', async (kind) => {
    const service = await start({ TEST_DEFECT: kind });
    service.signal('SIGUSR2');
    const line = await service.line(({ level }) => level === 'fatal');
    expect(line).toMatchObject({ reason: 'a defect', stack: expect.stringContaining('a defect') });
    expect(await service.stop()).toBe(1);
  });

  it('come out nowhere at a start that fails, or that waits for sentinels', async () => {
    const malformed = Object.fromEntries(
      VARIABLE_NAMES.map((name) => [name, ` ${secrets.make(name)} and more`]),
    );
    const refused = await runToItsEnd(malformed);
    expect(refused.code).toBe(1);
    show('a refused configuration', refused.stdout + refused.stderr);

    const taken = await start();
    const inUse = await runToItsEnd({
      ...environment(),
      NODE_OPTIONS: '',
      PORT: new URL(taken.url).port,
      HOST: '127.0.0.1',
    });
    expect(inUse.code).toBe(1);
    show('a port that is taken', inUse.stdout + inUse.stderr);

    const waiting: RunningService = spawnService({
      ...environment(),
      TENANTS_FILE: '',
      PITEL_BASE_URL: upstream.url,
      PITEL_API_KEY: secrets.make('PITEL_API_KEY alone'),
      REDIS_URL: '',
      REDIS_SENTINELS: `127.0.0.1:${await freePort()}`,
      REDIS_SENTINEL_NAME: 'main',
      REDIS_SENTINEL_PASSWORD: secrets.make('REDIS_SENTINEL_PASSWORD set'),
    });
    running.push(waiting);
    await waiting.line(({ msg }) => msg.startsWith('redis connection failed'));
  });

  it('are in nothing that is kept: events, state, captures, and what is replayed from them', async () => {
    await start();
    await until(async () => (await redis.xlen('pitel:{plain}:events')) > 0, 'events');
    await until(() => (upstream.said.get('rows that are none') ?? 0) > 4);
    for (const service of running.splice(0)) await service.stop();

    const keys = await redis.keys('*');
    expect(keys).toContain('pitel:{plain}:events');
    for (const key of keys) show(`Redis: ${key}`, JSON.stringify(await contentOf(redis, key)));
    const captures = join(folder, 'captures');
    const files = (await readdir(captures, { recursive: true })).filter((name) => name.includes('.ndjson'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) show(`capture ${name}`, await readFile(join(captures, name), 'latin1'));
    for (const name of files) {
      const run = promisify(execFile)(process.execPath, [REPLAY, join(captures, name)]);
      const { stdout, stderr } = await run.catch(
        (error: unknown) => error as { stdout: string; stderr: string },
      );
      show(`replay of ${name}`, stdout + stderr);
    }
  });

  it('are kept out of the log, and so are customers’ numbers', async () => {
    await redis.flushall();
    const service = await start();
    await until(
      () => service.lines.some(({ msg, tenant }) => msg === 'event' && tenant === 'plain'),
      'events',
    );
    const entries = await redis.xrange('pitel:{plain}:events', '-', '+');
    const events = entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
    const numbers = events
      .filter((event): event is CallEvent => event.type.startsWith('call-'))
      .flatMap(({ data: { customer, hotline } }) => [customer, hotline])
      .flatMap((number) => (number === null ? [] : [number.raw, number.e164, number.national]))
      .filter((number): number is string => number !== null && number.replaceAll(/\D/g, '').length >= 8);
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter((number) => service.output.includes(number))).toEqual([]);
  });
});

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return [key, await redis.hgetall(key)];
    case 'stream':
      return [key, await redis.xrange(key, '-', '+')];
    case 'zset':
      return [key, await redis.zrange(key, '0', '-1')];
    case 'set':
      return [key, await redis.smembers(key)];
    case 'list':
      return [key, await redis.lrange(key, 0, -1)];
    default:
      return [key, await redis.get(key)];
  }
}
