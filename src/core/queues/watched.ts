import type { TenantState } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/** Whether what the endpoints show is what there is. */
export function isUp({ monitor, queue }: TenantState['sources']): boolean {
  return monitor.status === 'up' && queue.status === 'up';
}

/** When the thresholds were checked before this poll, as far as the sources say so: for an owner that has taken over. */
export function lastWatched(before: TenantState['sources']): Instant | null {
  // Of the last complete answer before incomplete ones it is not known whether the monitor was up then.
  const isWatched = isUp(before) && before.queue.incomplete === null;
  return isWatched ? (before.queue.lastComplete?.startedAt ?? null) : null;
}
