import type { CallView } from '@pitel-event-bridge/client';

/** Callers in a queue who have not been answered yet. */
export interface Waiting {
  readonly id: string;
  readonly name: string;
  readonly count: number;
  /** Since when the caller who waits longest has waited. */
  readonly longestSince: number;
}

function isWaiting(call: CallView): boolean {
  return call.queue !== null && call.answeredAt === null && call.state !== 'ended';
}

/** Longest wait first. A queue without waiting callers is left out. */
export function waitingByQueue(calls: Iterable<CallView>): readonly Waiting[] {
  const queues = new Map<string, Waiting>();
  for (const call of calls) {
    if (!isWaiting(call)) continue;
    const { id, name } = call.queue!;
    const since = Date.parse(call.startedAt);
    const queue = queues.get(id);
    queues.set(id, {
      id,
      name,
      count: (queue?.count ?? 0) + 1,
      longestSince: Math.min(queue?.longestSince ?? since, since),
    });
  }
  return [...queues.values()].sort((a, b) => a.longestSince - b.longestSince);
}
