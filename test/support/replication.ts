import type { Redis } from 'ioredis';
import { until } from './until.js';

/** One field of INFO; undefined while the server does not answer. */
export async function infoOf(client: Redis, section: string, field: string): Promise<string | undefined> {
  const text = await client.info(section).catch(() => '');
  return new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(text)?.[1];
}

/**
 * Cuts a replica off from its master, for good: what the master takes from now on, the replica will not have, also
 * when it is promoted. (Freezing it would not do: what its socket holds is read on thawing.) Returns a function
 * that makes it follow the present master again.
 */
export async function cutOff(replica: Redis): Promise<() => Promise<void>> {
  const before = new Map<string, string>();
  for (const setting of ['masteruser', 'masterauth']) {
    const reply = (await replica.config('GET', setting)) as Record<string, string> | string[];
    before.set(setting, (Array.isArray(reply) ? reply[1] : reply[setting]) ?? '');
    await replica.config('SET', setting, 'unknown');
  }
  await replica.call('CLIENT', 'KILL', 'TYPE', 'master');
  await until(
    async () => (await infoOf(replica, 'replication', 'master_link_status')) === 'down',
    'the replica to be cut off',
  );
  return async () => {
    for (const [setting, value] of before) await replica.config('SET', setting, value);
  };
}
