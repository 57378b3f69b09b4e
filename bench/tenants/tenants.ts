import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../../test/support/redis.js';
import { type Child, Children } from '../delivery/child.js';
import type { Row } from '../measure.js';
import { type ClientOrder, type Gaps, INTERVAL_MS, type Memory, tokenOf } from './orders.js';
import { redisUsage } from './usage.js';

/**
 * Many tenants, each polled every second: two replicas of the real service, a real Redis, the simulator as the PBX of
 * all. Beside it the HTTP client alone, which is the limit, and a process per tenant, which is the peer.
 *
 * What is printed of CPU and memory is a sum over both replicas, divided by the tenants. Lateness is the PBX's word: from
 * one poll of an endpoint to the next, in the steady state.
 */
export interface TenantsOptions {
  /** Ascending. */
  readonly counts: readonly number[];
  readonly measuredMs: number;
  readonly profileDir: string | null;
  /** Without the limit and the peer. */
  readonly alone: boolean;
}

export async function tenants(options: TenantsOptions, note: (row: Row) => void): Promise<void> {
  const costs: Cost[] = [];
  for (const count of options.counts) {
    costs.push(await bridge(count, options));
    console.log(line(costs.at(-1)!));
  }
  const [first, last] = [costs[0]!, costs.at(-1)!];
  for (const { tenants, gaps } of costs) {
    note({
      what: `${tenants} tenants: latest poll`,
      ratio: gaps.latest / INTERVAL_MS,
      of: 'the interval',
      goal: 2,
      detail: `p99.9 ${gaps.p999.toFixed(0)} ms, median ${gaps.median.toFixed(0)} ms`,
    });
  }
  if (first !== last) {
    const growth = (of: (cost: Cost) => number) => of(last) / of(first);
    const what = `${first.tenants} → ${last.tenants} tenants`;
    const detail = `CPU × ${growth((cost) => cost.cpu * cost.tenants).toFixed(1)}`;
    note({ what: `${what}: CPU per tenant`, ratio: growth(({ cpu }) => cpu), of: 'linear', goal: 1, detail });
    note({
      what: `${what}: Redis CPU per tenant`,
      ratio: growth(({ redisCpu }) => redisCpu),
      of: 'linear',
      goal: 1,
      detail: '',
    });
  }
  if (options.alone) return;
  for (const way of ['request', 'dispatch'] as const) {
    const limit = await clientAlone(last.tenants, way, options);
    note({
      what: `${last.tenants} tenants: CPU per tenant`,
      ratio: last.cpu / limit,
      of: `the HTTP client alone, ${way}`,
      goal: way === 'request' ? 1 / TENANTS_PER_CORE : null,
      detail: `tenants per core: ${perCore(last.cpu)} of ${perCore(limit)}, ${(limit / last.cpu).toFixed(2)}`,
    });
  }
  const peer = await processPerTenant(PEER_TENANTS, options);
  note({
    what: 'CPU per tenant',
    ratio: last.cpu / peer.cpu,
    of: 'a process per tenant',
    goal: 1,
    detail: `${last.cpu.toFixed(0)} of ${peer.cpu.toFixed(0)} µs a second`,
  });
  note({
    what: 'memory (RSS) per tenant',
    ratio: last.rss / peer.rss,
    of: 'a process per tenant',
    goal: 1,
    detail: `${kb(last.rss)} of ${kb(peer.rss)}`,
  });
}

/** Per tenant: CPU in µs a second, memory in bytes. */
interface Cost {
  readonly tenants: number;
  readonly gaps: Gaps;
  readonly cpu: number;
  readonly heap: number;
  readonly rss: number;
  readonly redisCpu: number;
  readonly redisMemory: number;
  /** All tenants together, a second. */
  readonly redis: { readonly commands: number; readonly scripts: number; readonly bytes: number };
  readonly scriptUs: number;
  readonly pbxCpu: number;
  readonly load: number;
}

async function bridge(count: number, options: TenantsOptions): Promise<Cost> {
  return inPlace(count, options, async ({ children, pbx, pbxUrl, redis, redisUrl, dir }) => {
    const file = join(dir, 'tenants.json');
    const listed = Array.from({ length: count }, (_, index) => ({
      id: `tenant-${index}`,
      baseUrl: pbxUrl,
      token: tokenOf(index),
    }));
    await writeFile(file, JSON.stringify({ tenants: listed }));
    const env = environment(redisUrl, {
      TENANTS_FILE: file,
      POLL_HOST_CONCURRENCY: String(connections(count)),
    });
    // Both at once: none begins with all the tenants and hands over half of them.
    const replicas = await Promise.all(
      ['replica 1', 'replica 2'].map((name) =>
        children.start('../tenants/replica.js', `${name} of ${count}`, { env }),
      ),
    );
    const load = await measured(pbx, replicas, redis, count, options);
    const memory = await Promise.all(replicas.map((replica) => replica.call<Memory>('memory')));
    return {
      ...load,
      heap: sum(memory, ({ heap }) => heap) / count,
      rss: sum(memory, ({ rss }) => rss) / count,
    };
  });
}

async function processPerTenant(
  count: number,
  options: TenantsOptions,
): Promise<{ cpu: number; rss: number }> {
  return inPlace(count, options, async ({ children, pbx, pbxUrl, redis, redisUrl }) => {
    const processes = await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const own = { TENANT_ID: `tenant-${index}`, PITEL_BASE_URL: pbxUrl, PITEL_TOKEN: tokenOf(index) };
        const env = environment(redisUrl, { ...own, LEASE_GROUP: `tenant-${index}` });
        return children.start('../tenants/replica.js', `tenant ${index} alone`, { env });
      }),
    );
    const { cpu } = await measured(pbx, processes, redis, count, options);
    const memory = await Promise.all(processes.map((one) => one.call<Memory>('memory')));
    return { cpu, rss: sum(memory, ({ rss }) => rss) / count };
  });
}

/** CPU per tenant, µs a second; in two processes too, so that either has as much to do as a replica. */
async function clientAlone(count: number, way: ClientOrder['way'], options: TenantsOptions): Promise<number> {
  return inPlace(count, options, async ({ children, pbx, pbxUrl, redis }) => {
    const tokens = Array.from({ length: count }, (_, index) => tokenOf(index));
    const half = Math.ceil(count / 2);
    const clients = await Promise.all(
      [tokens.slice(0, half), tokens.slice(half)].map((own, index) =>
        children.start('../tenants/client-alone.js', `client ${way} ${index}`, {
          url: pbxUrl,
          tokens: own,
          connections: connections(count),
          way,
        }),
      ),
    );
    const { cpu } = await measured(pbx, clients, redis, count, options);
    return cpu;
  });
}

interface Place {
  readonly children: Children;
  readonly pbx: Child<{ url: string }>;
  readonly pbxUrl: string;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly dir: string;
}

async function inPlace<T>(
  count: number,
  { profileDir }: TenantsOptions,
  act: (place: Place) => Promise<T>,
): Promise<T> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const children = new Children(profileDir);
  const dir = await mkdtemp(join(tmpdir(), 'pitel-bench-'));
  try {
    const pbx = await children.start<{ url: string }>('../tenants/pbx.js', `pbx of ${count}`, {
      tenants: count,
    });
    return await act({ children, pbx, pbxUrl: pbx.ready.url, redis, redisUrl: server.url, dir });
  } finally {
    await children.end();
    redis.disconnect();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function measured(
  pbx: Child,
  pollers: readonly Child[],
  redis: Redis,
  count: number,
  { measuredMs }: TenantsOptions,
): Promise<Omit<Cost, 'heap' | 'rss'>> {
  while ((await pbx.call<number>('asked')) < 2 * count) await pause(200);
  await pause(WARM_UP_MS);
  const cpu = async () =>
    sum(await Promise.all(pollers.map((poller) => poller.call<number>('cpu'))), (us) => us);
  await pbx.call('begin');
  const before = {
    at: performance.now(),
    cpu: await cpu(),
    pbx: await pbx.call<number>('cpu'),
    ...(await redisUsage(redis)),
  };
  await pause(measuredMs);
  const gaps = await pbx.call<Gaps>('gaps');
  const after = {
    at: performance.now(),
    cpu: await cpu(),
    pbx: await pbx.call<number>('cpu'),
    ...(await redisUsage(redis)),
  };
  if (gaps.unpolled > 0) throw new Error(`${gaps.unpolled} endpoints of ${2 * count} were not polled`);
  const perSecond = (field: keyof typeof after) =>
    (after[field] - before[field]) / ((after.at - before.at) / 1000);
  return {
    tenants: count,
    gaps,
    cpu: perSecond('cpu') / count,
    redisCpu: perSecond('cpuUs') / count,
    redisMemory: after.memory / count,
    redis: {
      commands: perSecond('commands'),
      scripts: perSecond('scripts'),
      bytes: perSecond('bytes'),
    },
    scriptUs: (after.scriptUs - before.scriptUs) / Math.max(1, after.scripts - before.scripts),
    pbxCpu: perSecond('pbx') / count,
    load: loadavg()[0]!,
  };
}

function environment(redisUrl: string, more: Readonly<Record<string, string>>): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    AUTH_MODE: 'none',
    LOG_LEVEL: 'warn',
    REDIS_URL: redisUrl,
    POLL_INTERVAL_MS: String(INTERVAL_MS),
    ...more,
  };
}

/** As docs/polling.md has it: tenants × 2 ÷ interval × latency, for 60 ms when this machine is busy. */
function connections(count: number): number {
  return Math.max(64, Math.ceil((count * 2 * 0.06) / (INTERVAL_MS / 1000)));
}

function line(cost: Cost): string {
  const { gaps, redis } = cost;
  return [
    `${cost.tenants} tenants`,
    `polls latest ${gaps.latest.toFixed(0)} ms, p99.9 ${gaps.p999.toFixed(0)} ms, ${gaps.polls} in all`,
    `CPU ${cost.cpu.toFixed(0)} µs a second and tenant (${perCore(cost.cpu)} tenants a core), Redis ${cost.redisCpu.toFixed(1)} µs, PBX ${cost.pbxCpu.toFixed(0)} µs`,
    `RSS ${kb(cost.rss)}, heap ${kb(cost.heap)} a tenant, Redis ${kb(cost.redisMemory)}`,
    `Redis ${redis.scripts.toFixed(0)} scripts a second at ${cost.scriptUs.toFixed(0)} µs, ${redis.commands.toFixed(0)} commands with what they call, ${kb(redis.bytes)} a second`,
    `load ${cost.load.toFixed(1)}`,
  ].join(' · ');
}

function perCore(cpuUs: number): string {
  return (1e6 / cpuUs).toFixed(0);
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

const WARM_UP_MS = 8_000;
const PEER_TENANTS = 6;
/** Of what the HTTP client alone could do. */
const TENANTS_PER_CORE = 0.7;
