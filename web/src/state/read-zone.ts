import { ask } from './ask.js';
import { zone } from './zone.js';

/** Times are the tenant's, where an answer names its zone; without one they remain the screen's own. */
export async function readZone(signal: AbortSignal): Promise<void> {
  const answer = await ask<{ timeZone: string }>('v1/stats/queues', { signal });
  if (answer.ok) zone.value = answer.body.timeZone;
}
