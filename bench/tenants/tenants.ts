import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from '../delivery/child.js';
import type { Bench } from '../bench.js';
import type { Row } from '../measure.js';
import { type Gaps, INTERVAL_MS, type Memory, tokenOf } from './orders.js';
import { connections, environment, inPlace, type Place, replica } from './place.js';
import { redisUsage } from './usage.js';

/**
 * Many tenants, each polled every second: two replicas of the real service, a real Redis, the simulator as the PBX of
 * all. Beside it the HTTP client alone, which is the limit, and a process per tenant, which is the peer.
 *
 * What is printed of CPU and memory is a sum over both replicas, divided by the tenants. Lateness is the PBX's word: from
 * one poll of an endpoint to the next, in the steady state.
 */
export type Part = 'growth' | 'limit' | 'peer';

interface TenantsOptions {
  /** Ascending. */
  readonly counts: readonly number[];
  readonly measuredMs: number;
  readonly profileDir: string | null;
  readonly intervalMs: number;
}

/**
 * @param counts numbers of tenants, ascending, between which growth is looked at
 * @param intervalMs of the polls; only the growth can be measured with another one
 */
export async function tenants(
  { profileDir, rounds }: Bench,
  parts: readonly Part[],
  counts: readonly number[],
  intervalMs = INTERVAL_MS,
): Promise<Row[]> {
  const measuredMs = Math.max(rounds(MEASURED_S, LEAST_MEASURED_S) * 1_000, intervalMs * 4);
  const options = { counts, measuredMs, profileDir, intervalMs };
  const rows: Row[] = [];
  const costs = parts.includes('growth') ? await growth(options) : [];
  rows.push(...growthRows(costs, intervalMs));
  if (parts.includes('limit')) rows.push(...(await besideTheLimit(options)));
  if (parts.includes('peer')) rows.push(...(await besideThePeer(costs, options)));
  return rows;
}

const MEASURED_S = 10;
/** Every endpoint is polled several times, and every tenant's health is renewed once. */
const LEAST_MEASURED_S = 6;

async function growth(options: TenantsOptions): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const count of options.counts) {
    const cost = await bridge(count, options);
    console.log(line(cost));
    costs.push(cost);
  }
  return costs;
}

function growthRows(costs: readonly Cost[], intervalMs: number): Row[] {
  const rows: Row[] = costs.map(({ tenants, gaps, load, cpu, redisCpu, pbxCpu }) => ({
    what: `${tenants} tenants: latest poll`,
    ratio: gaps.latest / intervalMs,
    of: 'the interval',
    goal: 2,
    detail:
      `p99.9 ${gaps.p999.toFixed(0)} ms, median ${gaps.median.toFixed(0)} ms, ` +
      `${gaps.unpolled} endpoints not polled at all, load ${load.toFixed(1)}`,
    miss:
      `polled in time they take ${(((cpu + redisCpu + pbxCpu) * tenants) / 1e6).toFixed(2)} s of CPU a second, replicas, PBX and ` +
      `Redis together, and share ${availableParallelism()} cores: a process that waits for a core polls late`,
  }));
  if (costs.length > 1) for (const grown of GROWING) rows.push(growthRow(costs, grown));
  return rows;
}

/** What of a cost is looked at as tenants become more, and how all of them together are plotted. */
const GROWING = [
  { name: 'CPU', field: 'cpu', unit: 'ms of CPU a second', scale: 1e-3 },
  { name: 'memory (RSS)', field: 'rss', unit: 'MiB', scale: 2 ** -20 },
  { name: 'heap', field: 'heap', unit: 'MiB of heap', scale: 2 ** -20 },
  { name: 'Redis CPU', field: 'redisCpu', unit: 'ms of CPU a second', scale: 1e-3 },
] as const;

function growthRow(costs: readonly Cost[], { name, field, unit, scale }: (typeof GROWING)[number]): Row {
  const [first, last] = [costs[0]!, costs.at(-1)!];
  return {
    what: `${first.tenants} → ${last.tenants} tenants: ${name} per tenant`,
    ratio: last[field] / first[field],
    of: 'linear',
    goal: 1,
    detail: `all together × ${((last[field] * last.tenants) / (first[field] * first.tenants)).toFixed(1)}`,
    curve: {
      of: 'tenants',
      sizes: costs.map(({ tenants }) => tenants),
      unit,
      lines: [
        { name: 'all tenants together', values: costs.map((cost) => cost[field] * cost.tenants * scale) },
      ],
    },
  };
}

/** A replica, and the HTTP client alone in both ways: at the same time, as what else the machine does hits them alike. */
async function besideTheLimit(options: TenantsOptions): Promise<Row[]> {
  const count = LIMIT_TENANTS;
  return inPlace(3 * count, options, async (place) => {
    const { children, pbx, pbxUrl } = place;
    const tokens = Array.from({ length: 3 * count }, (_, index) => tokenOf(index));
    const ways = ['request', 'dispatch'] as const;
    const clients = ways.map((way, index) =>
      children.start('../tenants/client-alone.js', `client ${way}`, {
        url: pbxUrl,
        tokens: tokens.slice((index + 1) * count, (index + 2) * count),
        connections: connections(count, options.intervalMs),
        way,
      }),
    );
    const pollers = await Promise.all([replica(place, count, 'replica beside clients'), ...clients]);
    await pollingAll(pbx, 3 * count, options.intervalMs);
    const before = await cpuOf(pollers);
    await pause(options.measuredMs);
    const after = await cpuOf(pollers);
    const [ours, ...limits] = after.map(
      (us, index) => (us - before[index]!) / count / (options.measuredMs / 1000),
    );
    return ways.map((way, index) => ({
      what: `${count} tenants: CPU per tenant`,
      ratio: ours! / limits[index]!,
      of: `undici alone, ${way}`,
      goal: Number((1 / TENANTS_PER_CORE).toFixed(2)),
      detail: `tenants per core: ${perCore(ours!)} of ${perCore(limits[index]!)}, ${(limits[index]! / ours!).toFixed(2)} of the limit`,
      miss:
        `${((ours! - limits[index]!) / POLLS_A_SECOND).toFixed(0)} µs a poll more than the client's ` +
        `${(limits[index]! / POLLS_A_SECOND).toFixed(0)}: the tenant's timer and cycle, its share of the host's line, a deadline, ` +
        'comparing the bytes, counting them, and every five seconds a script',
    }));
  });
}

async function besideThePeer(known: readonly Cost[], options: TenantsOptions): Promise<Row[]> {
  const together =
    known.find(({ tenants }) => tenants === PEER_TENANTS) ?? (await bridge(PEER_TENANTS, options));
  const apart = await processPerTenant(PEER_TENANTS, options);
  return (['cpu', 'rss'] as const).map((field) => ({
    what: `${PEER_TENANTS} tenants in two replicas: ${field === 'cpu' ? 'CPU' : 'memory (RSS)'} per tenant`,
    ratio: together[field] / apart[field],
    of: 'a process per tenant',
    goal: 1,
    detail:
      field === 'cpu'
        ? `${together.cpu.toFixed(0)} of ${apart.cpu.toFixed(0)} µs a second`
        : `${kb(together.rss)} of ${kb(apart.rss)}`,
    miss: `${PEER_TENANTS * POLLS_A_SECOND} polls a second are next to nothing: it is what processes take that are idle, which differs from run to run`,
  }));
}

/** Per tenant: memory in bytes, and CPU in µs for the polls that are due in a second, also where fewer came about. */
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
  return inPlace(count, options, async (place) => {
    // Both at once: none begins with all the tenants and hands over half of them.
    const replicas = await Promise.all(
      [1, 2].map((index) => replica(place, count, `replica ${index} of ${count}`)),
    );
    const load = await measured(place, replicas, count, options);
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
  return inPlace(count, options, async (place) => {
    const { children, pbxUrl } = place;
    const processes = await Promise.all(
      Array.from({ length: count }, (_, index) => {
        const own = { TENANT_ID: `tenant-${index}`, PITEL_BASE_URL: pbxUrl, PITEL_TOKEN: tokenOf(index) };
        const env = environment(place, { ...own, LEASE_GROUP: `tenant-${index}` });
        return children.start('../tenants/replica.js', `tenant ${index} alone`, { env });
      }),
    );
    const { cpu } = await measured(place, processes, count, options);
    const memory = await Promise.all(processes.map((one) => one.call<Memory>('memory')));
    return { cpu, rss: sum(memory, ({ rss }) => rss) / count };
  });
}

/** Until all have been polled, and the compiler has seen enough of it. */
async function pollingAll(pbx: Child, tenants: number, intervalMs: number): Promise<void> {
  while ((await pbx.call<number>('asked')) < 2 * tenants) await pause(200);
  await pause(Math.max(WARM_UP_MS, intervalMs));
}

/** Microseconds so far. */
function cpuOf(processes: readonly Child[]): Promise<number[]> {
  return Promise.all(processes.map((one) => one.call<number>('cpu')));
}

async function measured(
  { pbx, redis, intervalMs }: Place,
  pollers: readonly Child[],
  count: number,
  { measuredMs }: TenantsOptions,
): Promise<Omit<Cost, 'heap' | 'rss'>> {
  const look = async () => {
    const [pbxCpu, ...cpu] = await cpuOf([pbx, ...pollers]);
    return { at: performance.now(), pbx: pbxCpu!, cpu: sum(cpu, (us) => us), ...(await redisUsage(redis)) };
  };
  await pollingAll(pbx, count, intervalMs);
  await pbx.call('begin');
  const before = await look();
  await pause(measuredMs);
  const gaps = await pbx.call<Gaps>('gaps');
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  const perSecond = (field: keyof typeof after) => (after[field] - before[field]) / seconds;
  const due = (ENDPOINTS * 1000) / intervalMs;
  const perTenant = (field: keyof typeof after) => ((after[field] - before[field]) / gaps.polls) * due;
  return {
    tenants: count,
    gaps,
    cpu: perTenant('cpu'),
    redisCpu: perTenant('cpuUs'),
    redisMemory: after.memory / count,
    redis: {
      commands: perSecond('commands'),
      scripts: perSecond('scripts'),
      bytes: perSecond('bytes'),
    },
    scriptUs: (after.scriptUs - before.scriptUs) / Math.max(1, after.scripts - before.scripts),
    pbxCpu: perTenant('pbx'),
    load: loadavg()[0]!,
  };
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

const WARM_UP_MS = 6_000;
const PEER_TENANTS = 10;
const LIMIT_TENANTS = 500;
const ENDPOINTS = 2;
/** Of a tenant at `INTERVAL_MS`. */
const POLLS_A_SECOND = (ENDPOINTS * 1_000) / INTERVAL_MS;
/** Of what the HTTP client alone could do. */
const TENANTS_PER_CORE = 0.7;
