import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../test/support/redis.js';
import { type Child, Children } from '../delivery/child.js';
import { tokenOf } from './orders.js';

/** Where many tenants are measured: the PBX of all of them, a Redis, and processes of the service. */
export interface Place {
  readonly children: Children;
  readonly pbx: Child<{ url: string }>;
  readonly pbxUrl: string;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly dir: string;
  /** Of the polls. */
  readonly intervalMs: number;
}

/** Starts a PBX of so many tenants and a Redis, and ends whatever was started there, whatever happens. */
export async function inPlace<T>(
  count: number,
  { profileDir, intervalMs }: { readonly profileDir: string | null; readonly intervalMs: number },
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
    return await act({ children, pbx, pbxUrl: pbx.ready.url, redis, redisUrl: server.url, dir, intervalMs });
  } finally {
    await children.end();
    redis.disconnect();
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

/** The service with the first so many tenants of the PBX. */
export async function replica(place: Place, count: number, name: string): Promise<Child> {
  const { children, pbxUrl, dir, intervalMs } = place;
  const file = join(dir, 'tenants.json');
  const listed = Array.from({ length: count }, (_, index) => ({
    id: `tenant-${index}`,
    baseUrl: pbxUrl,
    token: tokenOf(index),
  }));
  await writeFile(file, JSON.stringify({ tenants: listed }));
  const own = { TENANTS_FILE: file, POLL_HOST_CONCURRENCY: String(connections(count, intervalMs)) };
  return children.start('../tenants/replica.js', name, { env: environment(place, own) });
}

export function environment(
  { redisUrl, intervalMs }: Place,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: '0',
    AUTH_MODE: 'none',
    // A machine that is too busy for so many polls has a warning for each: the row of the latest poll says it once.
    LOG_LEVEL: 'error',
    REDIS_URL: redisUrl,
    POLL_INTERVAL_MS: String(intervalMs),
    ...more,
  };
}

/** As docs/polling.md has it: tenants × 2 ÷ interval × latency, for 60 ms when this machine is busy. */
export function connections(count: number, intervalMs: number): number {
  return Math.max(64, Math.ceil((count * 2 * 0.06) / (intervalMs / 1000)));
}
