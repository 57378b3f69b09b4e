import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Memory } from './orders.js';

/** Microseconds of CPU that this process has used, all its threads together. */
export function used(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** What this process keeps: after collecting, and after what collecting has set free. */
export async function kept(): Promise<Memory> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc!();
    await pause(20);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

/** What a Redis server has done so far. */
export interface RedisUsage {
  readonly cpuUs: number;
  /** As clients sent them; what scripts call is not counted. */
  readonly commands: number;
  readonly scripts: number;
  readonly scriptUs: number;
  readonly bytes: number;
  readonly memory: number;
}

export async function redisUsage(redis: Redis): Promise<RedisUsage> {
  const text = await redis.info('everything');
  const field = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1] ?? 0);
  const script = /^cmdstat_evalsha:calls=(\d+),usec=(\d+)/m.exec(text);
  return {
    cpuUs: (field('used_cpu_user') + field('used_cpu_sys')) * 1e6,
    commands: field('total_commands_processed'),
    scripts: Number(script?.[1] ?? 0),
    scriptUs: Number(script?.[2] ?? 0),
    bytes: field('total_net_input_bytes') + field('total_net_output_bytes'),
    memory: field('used_memory'),
  };
}
