import type { Row } from '../measure.js';
import { exactness } from './exactness.js';
import { fanOut } from './fan-out.js';
import { latency } from './latency.js';
import { reconnect } from './reconnect.js';
import { slowConsumers } from './slow-consumer.js';

/** The second part: events from the commit to the clients, beside its peers. */
export const MEASUREMENTS = { fanOut, reconnect, latency, exactness, slowConsumers } as const;

export async function delivery(
  redisUrl: string,
  note: (row: Row) => void,
  { profileDir, only }: { readonly profileDir: string | null; readonly only: readonly string[] },
): Promise<void> {
  for (const [name, measure] of Object.entries(MEASUREMENTS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    for (const row of await measure(redisUrl, profileDir)) note(row);
  }
}
