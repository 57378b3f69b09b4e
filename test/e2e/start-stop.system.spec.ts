import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { EMPTY_MONITOR, sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { freePort, startRedis, type TestRedis } from '../support/redis.js';
import { type Service, spawnService, START, startService } from '../support/service.js';
import { ROOT } from '../support/root.js';
import { until } from '../support/until.js';
import type { BridgeEvent } from '../../src/core/model/event.js';

interface Part {
  readonly status: string;
  readonly reason?: string;
}

async function health(service: Service, which: 'live' | 'ready') {
  const response = await fetch(`${service.url}/health/${which}`);
  const { details } = (await response.json()) as { details: Record<string, Part> };
  return { status: response.status, details };
}

describe('start and shutdown', () => {
  let pbx: ScriptedPbx;
  let server: TestRedis | null = null;
  let service: Service | null = null;

  beforeEach(async () => {
    pbx = await startPbx();
    pbx.monitor = sample('monitor');
  });
  afterEach(async () => {
    await service?.stop('SIGKILL');
    service = null;
    await server?.stop();
    server = null;
    await pbx.close();
  });

  const start = async (port: number) => {
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: `redis://127.0.0.1:${port}`,
      TENANT_ID: 'acme',
      POLL_TIMEOUT_MS: '60000',
    });
    return service;
  };
  const startBoth = async () => {
    server = await startRedis();
    await start(server.port);
    await pbx.polled(3);
    return { server, service: service! };
  };
  const isReady = async () => (await health(service!, 'ready')).status === 200;
  /** The exit code: past the bound of the whole shutdown, 15 seconds, the process ends with code 1. */
  const stopped = (signal: NodeJS.Signals = 'SIGTERM') => service!.stop(signal);
  /** What the log says, and whether the state agrees with its end. */
  const stored = async () => {
    const redis = new Redis(server!.url);
    try {
      const both = redis
        .multi()
        .xrange('pitel:{acme}:events', '-', '+')
        .hget('pitel:{acme}:state', 'sequence');
      const [[, entries], [, sequence]] = (await both.exec()) as [
        [null, [string, string[]][]],
        [null, string | null],
      ];
      const events = entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
      expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
      expect(Number(sequence)).toBe(events.length);
      return events.map(({ type }) => type);
    } finally {
      redis.disconnect();
    }
  };
  const members = async () => {
    const redis = new Redis(server!.url);
    try {
      return await redis.zcard('pitel:{leases}:tenant-acme:members');
    } finally {
      redis.disconnect();
    }
  };

  it('starts without Redis: alive, not ready and why, and ready by itself when Redis comes', async () => {
    const port = await freePort();
    await start(port);
    expect((await health(service!, 'live')).status).toBe(200);
    await until(async () => (await health(service!, 'ready')).details.store?.reason === 'connection refused');
    const { status, details } = await health(service!, 'ready');
    expect([status, details]).toEqual([
      503,
      {
        store: { status: 'down', reason: 'connection refused' },
        memory: { status: 'up' },
        clock: { status: 'up' },
        polling: { status: 'down', reason: 'waiting for the lease' },
        tenants: { status: 'up' },
        webhooks: { status: 'up' },
        sources: { status: 'up' },
        delivery: { status: 'up' },
        clients: { status: 'up' },
        keys: { status: 'up' },
        log: { status: 'up' },
        running: { status: 'up' },
      },
    ]);
    server = await startRedis({ port });
    await until(isReady, 'readiness');
    await pbx.polled(2);
    expect(await stored()).toContain('call-started');
    expect(await stopped()).toBe(0);
  });

  it('says why it is not ready while Redis is frozen, and is ready again when it thaws', async () => {
    const { server } = await startBoth();
    await until(isReady, 'readiness');
    server.signal('SIGSTOP');
    await until(async () => !(await isReady()), 'an end of readiness');
    expect((await health(service!, 'ready')).details.store).toEqual({
      status: 'down',
      reason: 'no answer in time',
    });
    expect((await health(service!, 'live')).status).toBe(200);
    server.signal('SIGCONT');
    await until(isReady, 'readiness');
  });

  it('ends while Redis has never been there', async () => {
    await start(await freePort());
    expect(await stopped()).toBe(0);
  });

  it('obeys a signal that comes while it starts', async () => {
    service = spawnService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      // Its warning is the first line of all, before anything has been put together.
      AUTH_JWT_SECRET: 'is set and not used, which is said at once',
    });
    await service.line(({ msg }) => msg.startsWith('AUTH_JWT_SECRET'));
    expect(service.lines.some(({ address }) => address !== undefined)).toBe(false);
    expect(await stopped()).toBe(0);
  });

  it('is, with `npm start`, the very process that was started: it answers its signals', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
      scripts: { start: string };
    };
    expect(scripts.start).toBe('node tools/run.mjs bridge/main');
    const env = { PITEL_BASE_URL: pbx.url, REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    service = spawnService(env, START);
    await service.line(({ address }) => address !== undefined);
    expect(await stopped()).toBe(0);
  });

  it('is not ended by a SIGHUP that comes while it starts, which is about the tenants file', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pitel-start-'));
    const file = join(dir, 'tenants.yaml');
    await writeFile(file, `tenants: [{ id: acme, baseUrl: '${pbx.url}', token: t }]\n`);
    service = spawnService({
      TENANTS_FILE: file,
      PITEL_TOKEN: '',
      REDIS_URL: `redis://127.0.0.1:${await freePort()}`,
      AUTH_JWT_SECRET: 'is set and not used, which is said at once',
    });
    await service.line(({ msg }) => msg.startsWith('AUTH_JWT_SECRET'));
    expect(service.lines.some(({ address }) => address !== undefined)).toBe(false);
    service.signal('SIGHUP');
    await service.line(({ address }) => address !== undefined);
    expect(await stopped()).toBe(0);
    await rm(dir, { recursive: true });
  });

  it('goes on with a new epoch when Redis comes back empty, and counts it', async () => {
    const { server } = await startBoth();
    const epochs = async () =>
      /^pitel_epochs_total (\d+)$/m.exec(await (await fetch(`${service!.url}/metrics`)).text())?.[1];
    expect(await epochs()).toBe('0');
    const redis = new Redis(server.url);
    await redis.flushall();
    redis.disconnect();
    await until(async () => (await epochs()) === '1', 'a new epoch to be counted');
    await until(async () => (await stored()).includes('call-started'), 'the log to begin again');
  });

  it('gives its lease back, and a later start goes on where it was', async () => {
    const { server } = await startBoth();
    expect(await members()).toBe(1);
    expect(await stopped('SIGINT')).toBe(0);
    expect(await members()).toBe(0);
    const before = await stored();
    await start(server.port);
    await pbx.polled(3);
    pbx.monitor = EMPTY_MONITOR;
    await until(async () => (await stored()).includes('call-ended'), 'the end of the call');
    const after = await stored();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).not.toContain('call-started');
  });

  it('is not held up by a frozen Redis, and nothing is lost or invented by it', async () => {
    const { server } = await startBoth();
    const before = await stored();
    server.signal('SIGSTOP');
    // Starts a call, which cannot be committed.
    pbx.monitor = EMPTY_MONITOR;
    const { monitor } = pbx.asked;
    await until(() => pbx.asked.monitor > monitor, 'a poll');
    expect(await stopped()).toBe(0);
    server.signal('SIGCONT');
    await start(server.port);
    await until(async () => (await stored()).includes('call-ended'), 'the end of the call');
    const after = await stored();
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.filter((type) => type === 'call-ended')).toHaveLength(
      before.filter((type) => type === 'call-started').length,
    );
  });

  it('is not held up by a PBX that hangs', async () => {
    await startBoth();
    let hanging = 0;
    pbx.monitor = pbx.queue = () => void hanging++;
    await until(() => hanging >= 2, 'both endpoints to hang');
    // The deadline of a request is a minute here.
    expect(await stopped()).toBe(0);
    expect(await members()).toBe(0);
    expect(await stored()).not.toContain('call-ended');
  });

  it('is not held up by a client that sends half a request', async () => {
    await startBoth();
    const socket = connect(Number(new URL(service!.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.write('GET /v1/calls HTTP/1.1\r\nHost: x');
    expect(await stopped()).toBe(0);
    socket.destroy();
  });

  it('says that it shuts down as soon as it does, and further signals change nothing', async () => {
    await startBoth();
    await until(isReady, 'readiness');
    // An open event stream is not closed at once, which leaves time to ask for the health.
    const stream = await fetch(`${service!.url}/v1/events/stream`);
    const reasons: (string | undefined)[] = [];
    const ending = stopped();
    await until(async () => {
      const asked = await health(service!, 'ready').catch(() => null);
      if (asked !== null) reasons.push(asked.details.running?.reason);
      return asked === null || reasons.at(-1) !== undefined;
    });
    service!.signal('SIGTERM');
    service!.signal('SIGINT');
    service!.signal('SIGHUP');
    expect(await ending).toBe(0);
    expect(await stream.text()).toContain('event: closing\ndata: {"code":"shutting-down"}');
    expect(reasons.at(-1)).toBe('the process is shutting down');
    expect(await members()).toBe(0);
  });
});
