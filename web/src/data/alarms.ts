import type { Queue, QueueState, ThresholdRule } from '@pitel-event-bridge/client';

/** A threshold of a queue that is crossed. One that is cleared and crossed again is another. */
export interface Alarm {
  readonly key: string;
  readonly queue: Queue;
  readonly rule: ThresholdRule;
  readonly limit: number;
  readonly since: number;
}

/** The one that was crossed first comes first. */
export function alarmsOf(queues: readonly QueueState[]): readonly Alarm[] {
  return queues
    .flatMap(({ queue, thresholds }) =>
      thresholds.map(({ rule, limit, since }) => ({
        key: `${queue.id} ${rule} ${since}`,
        queue,
        rule,
        limit,
        since: Date.parse(since),
      })),
    )
    .sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1));
}

/** What was crossed since the last time; nothing the first time, because those are no news. */
export function newAlarms(known: ReadonlySet<string> | null, alarms: readonly Alarm[]): readonly Alarm[] {
  return known === null ? [] : alarms.filter(({ key }) => !known.has(key));
}

/** An acknowledgement lasts as long as what it acknowledges. */
export function stillAcknowledged(
  acknowledged: ReadonlySet<string>,
  alarms: readonly Alarm[],
): ReadonlySet<string> {
  return new Set(alarms.flatMap(({ key }) => (acknowledged.has(key) ? [key] : [])));
}

/** How those of one place look together: `acknowledged` once a person has seen all of them. */
export function toneOf(
  alarms: readonly Alarm[],
  acknowledged: ReadonlySet<string>,
): 'calm' | 'acknowledged' | 'alarm' {
  if (alarms.length === 0) return 'calm';
  return alarms.every(({ key }) => acknowledged.has(key)) ? 'acknowledged' : 'alarm';
}
