import { type VisitTruth, visitsOf } from './desk-truth.js';
import type { DeskEvent, JudgedQueue, JudgedThreshold } from './judge-desk-report.js';
import type { JudgedRule } from './threshold-callers.js';
import type { CallTruth } from './truth.js';

/**
 * The thresholds of a bridge that makes no mistake: it sees the answers of the queue, and takes from the truth who waits. The judge
 * finds nothing wrong with what it says, and lies are made of it.
 */
export interface ThresholdTellerCase {
  readonly truth: readonly CallTruth[];
  /** When the answers of the queue show it. */
  readonly polls: readonly number[];
  readonly rules: readonly JudgedRule[];
}

/** So many polls fail before a source is down. */
const DOWN_AFTER = 3;
const PACE_MS = 1_000;
const CALM_MS = 5_000;
const SECOND = 1_000;
const LAG_MS = 300;

export function perfectThresholds({ truth, polls, rules }: ThresholdTellerCase): readonly DeskEvent[] {
  const visits = truth.flatMap((call) => visitsOf(call));
  const queues = new Map(visits.map(({ queue }) => [queue.id, queue]));
  const events: DeskEvent[] = outagesIn(polls);
  for (const queue of queues.values()) {
    const own = visits.filter((visit) => visit.queue.id === queue.id);
    for (const rule of rules)
      if (rule.queue === null || rule.queue === queue.id) events.push(...stated(queue, rule, own, polls));
  }
  return inOrder(events);
}

export function inOrder(events: readonly DeskEvent[]): readonly DeskEvent[] {
  return [...events].sort((one, other) =>
    one.recordedtime < other.recordedtime ? -1 : one.recordedtime > other.recordedtime ? 1 : 0,
  );
}

/** What is said of the source where answers are missing. */
function outagesIn(polls: readonly number[]): DeskEvent[] {
  return polls.flatMap((at, nth) => {
    const before = polls[nth - 1] ?? at;
    if (at - before <= DOWN_AFTER * PACE_MS) return [];
    return [sourceEvent('source-down', before + DOWN_AFTER * PACE_MS), sourceEvent('source-up', at)];
  });
}

function sourceEvent(type: string, at: number): DeskEvent {
  const [time, subject] = [text(at), 'source/queue'];
  const data = { endpoint: 'queue' };
  return { id: `day/${subject}/${type}/${at}`, type, subject, time, recordedtime: time, sequence: '', data };
}

function stated(
  queue: JudgedQueue,
  rule: JudgedRule,
  visits: readonly VisitTruth[],
  polls: readonly number[],
): DeskEvent[] {
  const events: DeskEvent[] = [];
  let since: number | null = null;
  let heldAt = -Infinity;
  /** The first answer by which it does not hold any more. */
  let calmAt: number | null = null;
  for (const [nth, at] of polls.entries()) {
    const before = polls[nth - 1] ?? at;
    const joined = waitingAt(visits, at);
    const waits = joined.map((one) => at - one);
    const limitMs = rule.limit * SECOND;
    const isOfCallers = rule.rule === 'waiting';
    const holds = isOfCallers ? joined.length >= rule.limit : waits.some((one) => one >= limitMs + SECOND);
    // The PBX cuts its times to seconds.
    const mayHold = holds || (!isOfCallers && waits.some((one) => one >= limitMs));
    const value = isOfCallers ? joined.length : Math.floor(Math.max(0, ...waits) / SECOND);
    const of = { queue, rule, value, recorded: at };
    if (since === null && holds) {
      const time = isOfCallers ? joined[rule.limit - 1]! : joined[0]! + limitMs;
      since = time;
      const window = { earliest: time, latest: Math.min(time + SECOND, at), certainty: 'upstream' };
      events.push(thresholdEvent('queue-threshold-crossed', of, { time, since, ...window }));
    }
    if (holds) heldAt = at;
    if (since === null || mayHold) {
      calmAt = null;
      continue;
    }
    // When nothing was asked it is not known that it went on as it was.
    const isGap = at - before > DOWN_AFTER * PACE_MS;
    calmAt = isGap ? at : (calmAt ?? at);
    if (at - calmAt < CALM_MS) continue;
    const window = { earliest: Math.max(since, heldAt - LAG_MS), latest: calmAt, certainty: 'observed' };
    events.push(thresholdEvent('queue-threshold-cleared', of, { time: calmAt, since, ...window }));
    [since, calmAt] = [null, null];
  }
  return events;
}

/** Since when the callers wait who do, in the PBX's whole seconds. */
function waitingAt(visits: readonly VisitTruth[], at: number): number[] {
  return visits
    .filter(({ row, joined, left }) => {
      const state = row.states.findLast((one) => one.at <= at)?.state ?? null;
      const isThere = joined <= at && (row.to ?? Infinity) > at && (left ?? Infinity) > at;
      return isThere && (state === 'Waiting' || state === 'Trying');
    })
    .map(({ joined }) => Math.floor(joined / SECOND) * SECOND)
    .sort((one, other) => one - other);
}

interface Of {
  readonly queue: JudgedQueue;
  readonly rule: JudgedRule;
  readonly value: number;
  readonly recorded: number;
}

interface When {
  readonly time: number;
  readonly since: number;
  readonly earliest: number;
  readonly latest: number;
  readonly certainty: string;
}

function thresholdEvent(type: string, { queue, rule, value, recorded }: Of, when: When): DeskEvent {
  const [since, earliest, latest] = [when.since, when.earliest, when.latest].map(text);
  const data: JudgedThreshold = {
    rule: rule.rule,
    queue: { id: queue.id, name: queue.name },
    value,
    limit: rule.limit,
    since: since!,
    observed: { earliest: earliest!, latest: latest!, certainty: when.certainty },
  };
  return {
    id: `day/queue/${queue.id}/${type}/${rule.rule}/${since!}`,
    type,
    subject: `queue/${queue.id}`,
    time: text(when.time),
    recordedtime: text(recorded),
    sequence: '',
    data,
  };
}

function text(at: number): string {
  return new Date(at).toISOString();
}
