import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { logKey, stateKey } from '../../src/store/keys.js';
import { STORED_FORM } from '../../src/store/stored/formats.js';
import { goldenFile } from '../support/golden-state.js';
import { type Build, makeNextBuild } from '../support/next-build.js';
import { sample } from '../support/pbx.js';
import { startRedis, type TestRedis, type TestRedisOptions } from '../support/redis.js';
import { infoOf } from '../support/replication.js';
import { type Replica, startReplica } from '../support/replica.js';
import { ROOT } from '../support/root.js';
import { nothing, type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';
import { until } from '../support/until.js';

/** What docs/upgrading.md promises, with two builds that know different formats, as processes over one Redis. */

const TENANTS = ['acme', 'berlin', 'cantho', 'dalat', 'emden', 'fulda'];
const OWN = STORED_FORM.format;
const REPAIR = fileURLToPath(new URL('dist/src/cli/repair-cli.js', ROOT));
const inTime = 600_000;

describe('another build', () => {
  let next: Build;
  let server: TestRedis;
  let redis: Redis;
  let pbx: SharedPbx;
  const replicas = new Set<Replica>();
  const ends: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    next = await makeNextBuild();
  });
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    pbx = await startSharedPbx();
  });
  afterEach(async () => {
    await Promise.all([...replicas].map((replica) => replica.end()));
    replicas.clear();
    await pbx.close();
    redis.disconnect();
    for (const end of ends.splice(0)) await end();
    await server.stop();
  });
  afterAll(() => next.remove());

  async function start(name: string, main?: string, tenants: readonly string[] = TENANTS, at = server) {
    const env = { REDIS_URL: at.url, POLL_INTERVAL_MS: '200' };
    const replica = await startReplica(name, tenants, pbx.url, env, main);
    replicas.add(replica);
    return replica;
  }

  /** As an operator stops it: its last commit is done, and its shards are free. */
  async function stop(replica: Replica): Promise<void> {
    await replica.service.stop();
    await replica.end();
    replicas.delete(replica);
  }

  const state = (tenant: string, field: string, of = redis) => of.hget(stateKey(tenant), field);
  const areIn = async (format: number, of = redis) =>
    (await Promise.all(TENANTS.map((tenant) => state(tenant, 'format', of)))).every(
      (found) => found === String(format),
    );
  const fences = () => Promise.all(TENANTS.map((tenant) => state(tenant, 'fence')));
  const rows = () => Promise.all(TENANTS.map((tenant) => redis.hgetall(stateKey(tenant))));
  const types = async (tenant: string, of = redis) => {
    const entries = (await of.xrange(logKey(tenant), '-', '+')) as [string, string[]][];
    return entries.map(([, [, json]]) => (JSON.parse(json!) as BridgeEvent).type);
  };
  const readiness = async ({ service }: Replica) => {
    const response = await fetch(`${service.url}/health/ready`);
    const body = (await response.json()) as { status: string; details: { tenants: object } };
    return { code: response.status, status: body.status, tenants: body.details.tenants };
  };
  const isUnserved = (count: number, reason = 'newer-format') => ({
    code: 200,
    status: 'degraded',
    tenants: {
      status: 'degraded',
      unserved: { 'unreadable-entry': 0, 'newer-format': 0, [reason]: count },
    },
  });
  const isServing = { code: 200, status: 'ok', tenants: { status: 'up' } };
  const unservedLines = ({ service }: Replica) =>
    service.lines.filter(({ msg }) => msg.startsWith('tenant not served'));
  /** Calls that the PBX shows from now on, which every tenant emits events of. */
  const callsBegin = async () => {
    pbx.answer = (asked) => (asked.endpoint === 'monitor' ? sample('monitor') : nothing(asked));
    for (const tenant of TENANTS)
      await until(async () => (await types(tenant)).includes('call-started'), `a call of ${tenant}`);
  };
  const polledBy = async (name: string, tenant: string) => {
    const from = pbx.asked.length;
    const asks = () => pbx.asked.slice(from).filter((one) => one.replica === name && one.tenant === tenant);
    await pbx.until(() => asks().length >= 6);
  };

  async function copyOf(folder: string, options: TestRedisOptions): Promise<{ at: TestRedis; admin: Redis }> {
    const at = await startRedis({ ...options, args: [...(options.args ?? []), '--dir', folder] });
    const admin = new Redis(at.url);
    ends.push(async () => {
      admin.disconnect();
      await at.stop();
      await rm(folder, { recursive: true, force: true });
    });
    return { at, admin };
  }

  it(
    'goes on from what builds before formats have left: the log, the epoch, and the calls that are alive',
    async () => {
      const golden = JSON.parse(await readFile(goldenFile(0), 'utf8')) as Record<string, string>;
      const lineage = (await infoOf(redis, 'replication', 'master_replid'))!;
      const kept = { fence: '7', version: '3', epoch: 'e0', epochStart: '1', sequence: '1', lineage };
      await redis.hset(stateKey('acme'), { ...golden, ...kept });
      const old = { type: 'call-started', sequence: '0000000000000001', epoch: 'e0' };
      await redis.xadd(logKey('acme'), '1-0', 'event', JSON.stringify(old));

      await start('now', undefined, ['acme']);
      await until(async () => (await state('acme', 'format')) === String(OWN), 'the state in this format');
      expect(await state('acme', 'epoch')).toBe('e0');
      // The PBX shows none of them any more.
      const alive = Object.keys(golden).filter((field) => field.startsWith('call:'));
      await until(
        async () => (await types('acme')).filter((type) => type === 'call-ended').length === alive.length,
      );
      expect((await redis.hkeys(stateKey('acme'))).filter((field) => field.startsWith('call:'))).toEqual([]);
    },
    inTime,
  );

  it(
    'takes all tenants over in a rolling update, and the old one lets them go without a fight',
    async () => {
      const old = await start('old');
      await until(() => areIn(OWN), 'all states');
      await callsBegin();
      const young = await start('young', next.main);
      await until(() => areIn(next.format), 'all states in the next format');
      await until(() => unservedLines(old).length === TENANTS.length, 'the old one to let go');
      expect(unservedLines(old)[0]).toMatchObject({
        tenant: expect.any(String),
        msg: expect.stringContaining(`has format ${next.format}, and this build knows formats up to ${OWN}`),
      });
      expect(await readiness(old)).toEqual(isUnserved(6));
      expect(await readiness(young)).toEqual(isServing);
      const epochs = (await rows()).map(({ epoch }) => epoch);

      // From here on neither claims again, and the newer one emits what happens.
      const before = await fences();
      pbx.answer = nothing;
      for (const tenant of TENANTS)
        await until(async () => (await types(tenant)).includes('call-ended'), `an end at ${tenant}`);
      expect(await fences()).toEqual(before);
      expect((await rows()).map(({ epoch }) => epoch)).toEqual(epochs);
      for (const tenant of TENANTS) {
        const emitted = await types(tenant);
        expect(emitted.filter((type) => type === 'call-started')).toHaveLength(
          emitted.filter((type) => type === 'call-ended').length,
        );
      }

      await stop(old);
      await polledBy('young', 'acme');
      expect(await readiness(young)).toEqual(isServing);
    },
    inTime,
  );

  it(
    'is not followed by an older one: that says so and changes nothing, and the newer one goes on later',
    async () => {
      const young = await start('young', next.main);
      await until(() => areIn(next.format), 'all states in the next format');
      await callsBegin();
      await stop(young);
      const before = await rows();

      const old = await start('old');
      await until(() => unservedLines(old).length === TENANTS.length, 'all tenants unserved');
      expect(await readiness(old)).toEqual(isUnserved(6));
      const response = await fetch(`${old.service.url}/v1/calls?tenant=acme`);
      expect([response.status, (await response.json()) as object]).toEqual([
        503,
        expect.objectContaining({ code: 'state-unreadable' }),
      ]);
      expect(await rows()).toEqual(before);
      await stop(old);

      const again = await start('again', next.main);
      await polledBy('again', 'acme');
      expect(await readiness(again)).toEqual(isServing);
      expect(await state('acme', 'epoch')).toBe(before[0]!.epoch);

      // Back without a backup: the state goes, and the log is kept.
      await stop(again);
      const entries = await redis.xlen(logKey('acme'));
      await redis.del(...TENANTS.map(stateKey));
      const fresh = await start('fresh');
      await until(() => areIn(OWN), 'all states in this format');
      await until(async () => (await redis.xlen(logKey('acme'))) > entries, 'what is alive, announced again');
      expect(await readiness(fresh)).toEqual(isServing);
      expect(await state('acme', 'epoch')).not.toBe(before[0]!.epoch);
    },
    inTime,
  );

  it.each<[string, TestRedisOptions]>([
    ['a snapshot of Redis', { args: ['--dbfilename', 'dump.rdb'] }],
    ['its append-only file', { args: ['--appendonly', 'yes'] }],
  ])(
    'is undone by %s from before it, in a new epoch',
    async (what, options) => {
      redis.disconnect();
      await server.stop();
      server = await startRedis(options);
      redis = new Redis(server.url);
      const old = await start('old');
      await until(() => areIn(OWN), 'all states');
      await callsBegin();
      await stop(old);
      const epochs = (await rows()).map(({ epoch }) => epoch);
      if (what.includes('snapshot')) await redis.save();
      const backup = await mkdtemp(join(tmpdir(), 'pitel-backup-'));
      await cp(server.dir, backup, { recursive: true });

      const young = await start('young', next.main);
      await until(() => areIn(next.format), 'all states in the next format');
      pbx.answer = nothing;
      for (const tenant of TENANTS)
        await until(async () => (await types(tenant)).includes('call-ended'), `an end at ${tenant}`);
      await stop(young);

      const { at, admin } = await copyOf(backup, options);
      expect(await areIn(OWN, admin)).toBe(true);
      const back = await start('back', undefined, TENANTS, at);
      for (const tenant of TENANTS)
        await until(async () => (await types(tenant, admin)).includes('call-ended'), `an end at ${tenant}`);
      expect(await readiness(back)).toEqual(isServing);
      const after = await Promise.all(TENANTS.map((tenant) => state(tenant, 'epoch', admin)));
      for (const [index, epoch] of after.entries()) expect(epoch).not.toBe(epochs[index]);
    },
    inTime,
  );

  it(
    'or none can read an entry: it is named, repaired by its tenant alone, and served again',
    async () => {
      const run = promisify(execFile);
      const repair = (...args: string[]) =>
        run(process.execPath, [REPAIR, ...args], {
          env: {
            PATH: process.env.PATH,
            REDIS_URL: server.url,
            PITEL_BASE_URL: pbx.url,
            PITEL_TOKEN: 't',
            AUTH_MODE: 'none',
            TENANT_ID: 'acme',
          },
        });
      const first = await start('first');
      await until(() => areIn(OWN), 'all states');
      await callsBegin();
      await stop(first);
      await redis.hset(stateKey('acme'), 'call:odd', 'a customer');
      const { epoch } = await redis.hgetall(stateKey('acme'));

      const second = await start('second');
      await until(() => unservedLines(second).length === 1, 'the line about it');
      expect(unservedLines(second)[0]).toMatchObject({ tenant: 'acme', keys: ['call:odd'] });
      await until(async () => (await readiness(second)).status === 'degraded');
      expect(await readiness(second)).toEqual(isUnserved(1, 'unreadable-entry'));
      const metrics = await (await fetch(`${second.service.url}/metrics`)).text();
      expect(metrics).toContain('pitel_tenant_unreadable_entry{tenant="acme",key="call:odd"} 1');
      await polledBy('second', 'berlin');

      const shown = await repair('acme');
      expect(shown.stdout).toMatch(/Unreadable: 1\n {2}call:odd\nNothing was changed/);
      expect(await redis.hexists(stateKey('acme'), 'call:odd')).toBe(1);
      const dropped = await repair('acme', '--drop');
      expect(dropped.stdout).toContain('a new epoch begins');
      expect(shown.stdout + dropped.stdout).not.toContain('a customer');
      expect(await redis.hexists(stateKey('acme'), 'call:odd')).toBe(0);
      expect((await repair('acme')).stdout).toContain('all of them can be read');

      expect(await state('acme', 'epoch')).not.toBe(epoch);
      expect(second.service.output).not.toContain('a customer');

      // Who ran meanwhile looks again within half a minute, as its loop's own test shows; a new one at once.
      await stop(second);
      const third = await start('third');
      await polledBy('third', 'acme');
      expect(await readiness(third)).toEqual(isServing);
    },
    inTime,
  );
});
