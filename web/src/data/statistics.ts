import type { CallView } from '@pitel-event-bridge/client';
import { type Day, isIn } from './day.js';

/**
 * How today's inbound calls ended, derived from their views.
 *
 * One record per call, made from the call's view alone: the same event twice, or the past read again after a lost
 * connection, changes nothing. A call counts on the day on which it was answered, or on which its caller left.
 * Outbound and local calls do not count; nor do calls whose outcome is not known.
 */
export interface CallRecord {
  readonly kind: 'answered' | 'abandoned';
  readonly at: number;
  /** How long the caller waited; null where the bridge could not know. */
  readonly waitMs: number | null;
  /** The last queue; null for a call that came straight to an extension. */
  readonly queueId: string | null;
  readonly queueName: string | null;
  /** Deduced, not seen. */
  readonly inferred: boolean;
}

/** Null while neither has happened, and for calls that do not count. `isEnding`: the view is of `call-ended`, so its outcome is the call's. */
export function recordOf(view: CallView, isEnding: boolean): CallRecord | null {
  if (view.direction !== 'inbound') return null;
  const queue = { queueId: view.queue?.id ?? null, queueName: view.queue?.name ?? null };
  if (view.answeredAt !== null) {
    const at = Date.parse(view.answeredAt);
    // An answer that was deduced has no known wait; neither has one that was there before the bridge polled.
    return { kind: 'answered', at, waitMs: view.waitMs, ...queue, inferred: view.waitMs === null };
  }
  if (!isEnding || view.outcome !== 'abandoned' || view.endedAt === null) return null;
  const inferred = view.observed.certainty === 'inferred';
  return { kind: 'abandoned', at: Date.parse(view.endedAt), waitMs: view.waitMs, ...queue, inferred };
}

export interface ServiceGoal {
  /** Answered within so long is in time. */
  readonly thresholdMs: number;
  /** Callers who left sooner than this are not counted; 0 counts all. */
  readonly ignoreAbandonedMs: number;
}

export interface Totals {
  readonly answered: number;
  readonly abandoned: number;
  readonly answeredInferred: number;
  readonly abandonedInferred: number;
  /** Calls through a queue whose wait is known: the service level is computed from these. */
  readonly measured: number;
  readonly inTime: number;
  /** Calls through a queue that are left out because it is not known how long they waited. */
  readonly unmeasured: number;
  /** `inTime / measured`; null when nothing was measured, because a day without calls is not a day of 100%. */
  readonly serviceLevel: number | null;
  readonly longestWaitMs: number | null;
}

export interface QueueTotals extends Totals {
  readonly id: string;
  readonly name: string;
}

export class DayRecords {
  private readonly records = new Map<string, CallRecord>();

  /** The latest view of a call replaces the earlier ones. */
  note(callId: string, record: CallRecord): void {
    this.records.set(callId, record);
  }

  /** Yesterday is forgotten. */
  keepOnly(day: Day): void {
    for (const [callId, { at }] of this.records) if (!isIn(day, at)) this.records.delete(callId);
  }

  in(day: Day): readonly CallRecord[] {
    return [...this.records.values()].filter(({ at }) => isIn(day, at));
  }
}

/**
 * Service level = answered within the threshold ÷ (answered + abandoned), calls through a queue only.
 * An abandoned caller of unknown wait counts as not answered: the caller waited, and no agent answered.
 */
export function totalsOf(records: Iterable<CallRecord>, goal: ServiceGoal): Totals {
  let [answered, abandoned, answeredInferred, abandonedInferred] = [0, 0, 0, 0];
  let [measured, inTime, unmeasured] = [0, 0, 0];
  let longestWaitMs: number | null = null;
  for (const { kind, waitMs, queueId, inferred } of records) {
    if (kind === 'answered') {
      answered += 1;
      if (inferred) answeredInferred += 1;
    } else {
      abandoned += 1;
      if (inferred) abandonedInferred += 1;
    }
    if (waitMs !== null) longestWaitMs = Math.max(longestWaitMs ?? 0, waitMs);
    if (queueId === null) continue;
    if (kind === 'answered') {
      if (waitMs === null) unmeasured += 1;
      else {
        measured += 1;
        if (waitMs <= goal.thresholdMs) inTime += 1;
      }
    } else if (waitMs === null || waitMs >= goal.ignoreAbandonedMs) measured += 1;
  }
  const serviceLevel = measured === 0 ? null : inTime / measured;
  return {
    answered,
    abandoned,
    answeredInferred,
    abandonedInferred,
    measured,
    inTime,
    unmeasured,
    serviceLevel,
    longestWaitMs,
  };
}

/** By queue, in the order of their names. */
export function totalsByQueue(records: Iterable<CallRecord>, goal: ServiceGoal): readonly QueueTotals[] {
  const byQueue = new Map<string, { name: string; records: CallRecord[] }>();
  for (const record of records) {
    const { queueId, queueName } = record;
    if (queueId === null) continue;
    const queue = byQueue.get(queueId) ?? { name: queueName ?? queueId, records: [] };
    queue.records.push(record);
    byQueue.set(queueId, queue);
  }
  return [...byQueue]
    .map(([id, { name, records: own }]) => ({ id, name, ...totalsOf(own, goal) }))
    .sort((a, b) => a.name.localeCompare(b.name));
}
