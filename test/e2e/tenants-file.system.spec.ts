import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createSimulatorServer, type SimulatorServer } from '../../simulator/server.js';
import { createWorld } from '../../simulator/world.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { haveShared, type Replica, startReplica, whileShared } from '../support/replica.js';
import { type LogLine, type Service, startService } from '../support/service.js';
import { nothing, type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';
import { until } from '../support/until.js';

const NAMES = ['acme', 'berlin', 'cantho'] as const;

describe('a tenants file that changes while the bridge runs', () => {
  let server: TestRedis;
  let redis: Redis;
  let dir: string;
  let service: Service | null = null;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  beforeEach(async () => {
    await redis.flushall();
    dir = await mkdtemp(join(tmpdir(), 'pitel-tenants-'));
  });
  afterEach(async () => {
    await service?.stop('SIGKILL');
    service = null;
    await rm(dir, { recursive: true, force: true });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const log = async (tenant: string) => {
    const entries = (await redis.xrange(`pitel:{${tenant}}:events`, '-', '+')) as [string, string[]][];
    return entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
  };
  const fenceOf = async (tenant: string) => redis.hget(`pitel:{${tenant}}:state`, 'fence');
  const ready = async () => {
    const response = await fetch(`${service!.url}/health/ready`);
    const body = (await response.json()) as { details: { tenants: { warning?: string } } };
    return { status: response.status, warning: body.details.tenants.warning };
  };
  const changes = () => service!.lines.filter(({ msg }) => msg.startsWith('tenants changed'));
  /** Resolves with the line about the change that comes next. */
  const nextChange = async (make: () => Promise<void>): Promise<string> => {
    const before = changes().length;
    await make();
    await until(() => changes().length > before, 'a line about the change');
    return changes()[before]!.msg;
  };
  /** Replaces the file as editors and configuration management do. */
  const replace = async (path: string, text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  const start = async (file: string) => {
    service = await startService({ TENANTS_FILE: file, PITEL_TOKEN: '', REDIS_URL: server.url });
    return service;
  };

  describe('in front of a PBX with traffic', () => {
    let simulator: SimulatorServer;
    let url: string;

    beforeEach(async () => {
      const tenants = NAMES.map((name) => ({
        world: createWorld({
          seed: name,
          startAt: Date.now(),
          speed: 30,
          traffic: { callsPerHour: 1_000, firstCallAfterMs: 200 },
          quirks: { lingerMs: 5_000 },
        }),
        token: `${name}-token`,
      }));
      simulator = createSimulatorServer({ tenants });
      ({ url } = await simulator.listen(0));
    });
    afterEach(() => simulator.close());

    const rows = (...names: string[]) =>
      `tenants:\n${names.map((name) => `  - { id: ${name}, baseUrl: '${url}', token: ${name}-token }\n`).join('')}`;
    const polls = (name: (typeof NAMES)[number]) =>
      simulator.tenants[NAMES.indexOf(name)]!.polls.monitor.length;
    const polledAgain = async (name: (typeof NAMES)[number], times = 3) => {
      const target = polls(name) + times;
      await until(() => polls(name) >= target, `${name} polled`);
    };
    const hasEvents = (tenant: string, more = 1) => {
      let from: number | null = null;
      return until(async () => {
        const { length } = await log(tenant);
        from ??= length;
        return length >= from + more;
      }, `events of ${tenant}`);
    };

    it('adds, removes and alters tenants, and leaves the others and their events alone', async () => {
      const file = join(dir, 'tenants.yaml');
      await writeFile(file, rows('acme', 'berlin'));
      const { url: bridge } = await start(file);
      await Promise.all([hasEvents('acme'), hasEvents('berlin')]);
      const fence = await fenceOf('acme');

      expect(await nextChange(() => replace(file, rows('acme', 'berlin', 'cantho')))).toBe(
        'tenants changed: 1 added, 0 removed, 0 altered',
      );
      await hasEvents('cantho');
      const calls = (tenant: string) => fetch(`${bridge}/v1/calls?tenant=${tenant}`);
      expect((await calls('cantho')).status).toBe(200);

      expect(await nextChange(() => replace(file, rows('acme', 'cantho')))).toBe(
        'tenants changed: 0 added, 1 removed, 0 altered',
      );
      // What was under way has ended with the line; two polls of another are time enough for one of this.
      await polledAgain('acme');
      const polledBerlin = polls('berlin');
      const logBerlin = (await log('berlin')).length;
      await polledAgain('acme', 10);
      expect([polls('berlin'), (await log('berlin')).length]).toEqual([polledBerlin, logBerlin]);

      const fenceOfCantho = await fenceOf('cantho');
      const slower = rows('acme', 'cantho').replace('token: cantho-token', '$&, pollIntervalMs: 150');
      expect(await nextChange(() => replace(file, slower))).toBe(
        'tenants changed: 0 added, 0 removed, 1 altered',
      );
      await until(async () => (await fenceOf('cantho')) !== fenceOfCantho, 'cantho to begin again');
      await hasEvents('cantho', 5);

      expect(await nextChange(() => replace(file, rows('acme', 'berlin', 'cantho')))).toBe(
        'tenants changed: 1 added, 0 removed, 1 altered',
      );
      await hasEvents('berlin', 5);
      // Acme's loop never began again: it was not claimed since the start.
      expect(await fenceOf('acme')).toBe(fence);
      expect(await service!.stop()).toBe(0);

      for (const name of NAMES) {
        const events = await log(name);
        expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
        expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1);
        expect(await redis.hget(`pitel:{${name}}:state`, 'sequence')).toBe(String(events.length));
      }
    });

    it('refuses a bad file whole, polls on, warns where readiness is asked for, and takes the mended one', async () => {
      const file = join(dir, 'tenants.json');
      const good = [{ id: 'acme', baseUrl: url, token: 'acme-token' }];
      await writeFile(file, JSON.stringify({ tenants: good }));
      await start(file);
      await hasEvents('acme');
      const bad = [
        ...good,
        { id: 'berlin', baseUrl: url, token: 'Hd7secret Qp' },
        { id: 'acme', baseUrl: 7 },
      ];
      await replace(file, JSON.stringify({ tenants: bad }));
      const line = (await service!.line(({ msg }) => msg.includes('refused'))) as LogLine & {
        problems: string[];
      };
      expect(line.problems).toEqual(['tenants[2].baseUrl must be a text']);
      await polledAgain('acme', 5);
      expect(await ready()).toEqual({
        status: 200,
        warning: expect.stringContaining('refused (problems: 1'),
      });

      expect(
        await nextChange(() =>
          replace(
            file,
            JSON.stringify({ tenants: [...good, { id: 'berlin', baseUrl: url, token: 'berlin-token' }] }),
          ),
        ),
      ).toBe('tenants changed: 1 added, 0 removed, 0 altered');
      expect(await ready()).toEqual({ status: 200, warning: undefined });
      expect(service!.lines.filter(({ msg }) => msg.includes('refused'))).toHaveLength(1);
      expect(JSON.stringify(service!.lines)).not.toContain('Hd7secret');
    });
  });

  describe('in front of a PBX that knows who asks', () => {
    let pbx: SharedPbx;
    let replicas: Replica[] = [];

    beforeEach(async () => {
      pbx = await startSharedPbx();
      pbx.answer = nothing;
    });
    afterEach(async () => {
      await Promise.all(replicas.map((replica) => replica.end()));
      replicas = [];
      await pbx.close();
    });

    const askedAs = (tenant: string, name: string) =>
      pbx.until(() => {
        const from = pbx.asked.length - 1;
        const last = pbx.asked[from];
        return last?.tenant === tenant && last.replica === name;
      });

    it('takes a secret that was exchanged behind a symbolic link, as Kubernetes does, and SIGHUP at once', async () => {
      const publish = async (version: string, secret: string) => {
        await mkdir(join(dir, version));
        await writeFile(join(dir, version, 'acme'), secret);
        await writeFile(
          join(dir, version, 'tenants.yaml'),
          `tenants: [{ id: acme, baseUrl: '${pbx.url}', tokenFile: acme }]\n`,
        );
        await symlink(version, join(dir, '..data.new'));
        await rename(join(dir, '..data.new'), join(dir, '..data'));
      };
      await publish('v1', 'acme.one');
      await symlink('..data/tenants.yaml', join(dir, 'tenants.yaml'));
      await symlink('..data/acme', join(dir, 'acme'));
      await start(join(dir, 'tenants.yaml'));
      await askedAs('acme', 'one');
      expect(await nextChange(() => publish('v2', 'acme.two'))).toBe(
        'tenants changed: 0 added, 0 removed, 1 altered',
      );
      await askedAs('acme', 'two');
      const change = await nextChange(async () => {
        await publish('v3', 'acme.three');
        service!.signal('SIGHUP');
      });
      expect(change).toBe('tenants changed: 0 added, 0 removed, 1 altered');
      await askedAs('acme', 'three');
      expect(await service!.stop()).toBe(0);
    });

    it('reaches replicas one after the other, and each tenant is polled by one of them', async () => {
      const before = Array.from({ length: 12 }, (_, index) => `t${index}`);
      const env = { REDIS_URL: server.url };
      replicas = await Promise.all(['one', 'two'].map((name) => startReplica(name, before, pbx.url, env)));
      await until(() => haveShared(replicas, before.length), 'tenants shared');
      const after = [...before.slice(1), 'new-1', 'new-2', 'new-3'];
      for (const replica of replicas) {
        await replica.tenants(after);
        await replica.service.line(({ msg }) => msg === 'tenants changed: 3 added, 1 removed, 0 altered');
      }
      await until(() => haveShared(replicas, after.length), 'changed tenants shared');
      let from = 0;
      const since = (tenant: string) => pbx.asked.slice(from).filter((asked) => asked.tenant === tenant);
      await whileShared(replicas, () => {
        from = pbx.asked.length;
        return pbx.until(() => after.every((tenant) => since(tenant).length >= 6));
      });
      for (const tenant of after)
        expect([tenant, new Set(since(tenant).map(({ replica }) => replica)).size]).toEqual([tenant, 1]);
      expect(since('t0')).toEqual([]);
    });
  });
});
