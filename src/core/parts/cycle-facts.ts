import type { Incomplete, Policy, TenantState } from '../model/call.js';
import {
  answerOf,
  type Endpoint,
  type Instant,
  type MonitorAnswer,
  type Observations,
  type PhoneNumber,
  type QueueAnswer,
} from '../model/observation.js';
import { extensionNamed, extensionOf, namedExtensions } from './agents.js';
import { changeWindow, hasAllSince, lastAnswered, lastWithoutNews, shownBetween } from './incomplete.js';
import type { Match } from './customer.js';
import { leadsTo } from './hotlines.js';
import { type Lack, lackOf, type LackingPart } from './partial-absence.js';
import { skewOf } from './pbx-clock.js';
import { ifBefore, isLongAgo, isLongBefore, isSince, type Window } from './window.js';

/** The facts that all calls of a cycle share. */
export interface CycleFacts {
  readonly policy: Policy;
  /** When the latest answer of this cycle was received. */
  readonly now: Instant;
  /** From the monitor's last complete observation to its observation in this cycle; null if it has none in this cycle. */
  readonly monitor: Window | null;
  /** The same of the queue. */
  readonly queue: Window | null;
  /** The monitor's observation in this cycle is complete, so that a leg it does not show is not there. */
  readonly monitorComplete: boolean;
  /** When the monitor's last complete observation was requested, in this cycle or before it. */
  readonly monitorSeenAt: Instant | null;
  /** When the monitor's last complete observation before this cycle was requested. */
  readonly monitorSeenBefore: Instant | null;
  /** When the queue's last complete observation was requested, in this cycle or before it. */
  readonly queueSeenAt: Instant | null;
  /** When the queue's last complete observation before this cycle was requested. */
  readonly queueSeenBefore: Instant | null;
  /** The queue was down before this cycle. */
  readonly queueDown: boolean;
  /** The monitor was down before this cycle. */
  readonly monitorDown: boolean;
  /** The observations since each endpoint's last complete one, with those of this cycle; null: it is complete. */
  readonly incomplete: Readonly<Record<Endpoint, Incomplete | null>>;
  /** Whether the endpoint has never answered before this cycle: what it shows may be of any age. */
  readonly isFirst: Readonly<Record<Endpoint, boolean>>;
  /** How far the PBX's clock is ahead, with what this cycle's rows say about it; null if unknown. */
  readonly skewMs: number | null;
  /** Whether the monitor's answer of this cycle shows a leg at an extension. */
  readonly isBusy: (extension: string) => boolean;
  /** Whether it lists an extension, with or without a call. */
  readonly isListed: (extension: string) => boolean;
  /** The extension of the agent with one of these names, as learnt or as the monitor's answer shows it. */
  readonly extensionOf: (names: readonly string[]) => string | undefined;
  /** Whether the leg began its call before it was known whose direction the rows show, so that it keeps the other one. */
  readonly isReadAsBefore: (leg: string) => boolean;
  /** Whether callers of the queue come in by this number, as far as has been learnt. */
  readonly leadsTo: (queueId: string, hotline: PhoneNumber | null) => Match;
  /** What it means that the monitor's answer of this cycle lacks the leg; `nothing` without an answer. */
  readonly lackOf: (this: void, leg: LackingPart) => Lack;
  readonly listsIdle: boolean;
  /** When a known leg came into the state that the monitor's answer of this cycle shows, if it is the first to show it. */
  readonly legChanged: (this: void, leg: string) => Window | null;
}

/** @param after the endpoints' state after this cycle; `state` has the one before */
export function factsOf(
  state: TenantState,
  observations: Observations,
  policy: Policy,
  after: TenantState['sources'],
): CycleFacts {
  const { monitor, queue } = state.sources;
  const now = latestAnswerAt(observations);
  const before = ifBefore(monitor.lastComplete?.startedAt ?? null, now);
  const queueBefore = ifBefore(queue.lastComplete?.startedAt ?? null, now);
  const answer = answerOf(observations.monitor);
  const isBusy = busyIn(answer);
  return {
    policy,
    now,
    monitor: windowOf('monitor', state, observations, policy),
    queue: windowOf('queue', state, observations, policy),
    monitorComplete: answer?.outcome === 'complete',
    monitorSeenAt: answer?.outcome === 'complete' ? answer.startedAt : before,
    monitorSeenBefore: before,
    queueSeenAt: observations.queue?.outcome === 'complete' ? observations.queue.startedAt : queueBefore,
    queueSeenBefore: queueBefore,
    queueDown: queue.status === 'down',
    monitorDown: monitor.status === 'down',
    incomplete: { monitor: after.monitor.incomplete, queue: after.queue.incomplete },
    isFirst: { monitor: lastAnswered(monitor) === null, queue: lastAnswered(queue) === null },
    skewMs: skewOf(after),
    isBusy,
    isListed: (extension) => answer !== null && (answer.idleExtensions.has(extension) || isBusy(extension)),
    lackOf: (leg) => (answer === null ? 'nothing' : lackOf(leg, answer, after.monitor.incomplete)),
    extensionOf: agentsIn(state, answer),
    isReadAsBefore: (leg) => state.direction.earlierLegs.includes(leg),
    leadsTo: (queueId, hotline) => leadsTo(queueId, hotline, state.hotlines),
    listsIdle: state.listsIdle,
    legChanged: (leg) => (answer === null ? null : changeWindow(leg, state.sources, answer, policy)),
  };
}

/** It collects the names that the answer shows on first use. */
function agentsIn({ agents }: TenantState, answer: MonitorAnswer | null): CycleFacts['extensionOf'] {
  let named: ReturnType<typeof namedExtensions> | null = null;
  return (names) => {
    if (names.length === 0) return undefined;
    const learnt = extensionOf(names, agents);
    if (learnt !== undefined || answer === null) return learnt;
    named ??= namedExtensions(answer);
    return extensionNamed(names, named);
  };
}

/** It collects the extensions with a call on first use. */
function busyIn(answer: MonitorAnswer | null): CycleFacts['isBusy'] {
  if (answer === null) return () => false;
  let busy: Set<string> | null = null;
  return (extension) => {
    busy ??= new Set([...answer.rows.values()].map((row) => row.extension));
    return busy.has(extension);
  };
}

function windowOf(
  endpoint: Endpoint,
  { sources }: TenantState,
  observations: Observations,
  policy: Policy,
): Window | null {
  const answer = answerOf(observations[endpoint]);
  return answer === null ? null : pollWindow(answer, sources, policy);
}

/** The window of what an answer shows first. */
export function pollWindow(
  answer: MonitorAnswer | QueueAnswer,
  sources: TenantState['sources'],
  policy: Policy,
): Window {
  return shownBetween(lastWithoutNews(sources[answer.endpoint], answer), answer, policy);
}

/** When the later of the answers was received. */
export function latestAnswerAt({ monitor, queue }: Observations): Instant {
  return Math.max(monitor?.at ?? 0, queue?.at ?? 0);
}

/** The PBX writes the queue’s rows so much sooner than the monitor’s of the same moment: 20 ms after it, and 110 at least. */
export const QUEUE_LEADS_MS = 90;

/** How long a queue status waits for a monitor answer: long enough for one request that times out and another. */
const MONITOR_WAIT_MS = 10_000;
/** The same of what the queue shows. */
const QUEUE_WAIT_MS = 10_000;

/**
 * Whether a monitor answer was requested so long after `since` that a leg it does not show was not there: a complete one, or
 * one whose unreadable rows had all been there before. The monitor is a little behind its own PBX.
 */
export function sawMonitor({ monitorSeenAt, incomplete, now, policy }: CycleFacts, since: Window): boolean {
  const isLater = (asked: Instant | null) => asked !== null && isSince(since, asked, policy.monitorLagMs);
  if (isLater(monitorSeenAt)) return true;
  const { monitor } = incomplete;
  return (
    monitor !== null && isLater(ifBefore(monitor.last?.startedAt ?? null, now)) && hasAllSince(monitor, since)
  );
}

/** When the queue was last asked by an answer that shows the row, or that would: a partial one shows what it has. */
export function rowAskedAt(
  { queueSeenAt, incomplete: { queue }, now }: Pick<CycleFacts, 'queueSeenAt' | 'incomplete' | 'now'>,
  rowKey: string,
): Instant | null {
  if (queue === null || queue.missing.has(rowKey)) return queueSeenAt;
  return ifBefore(queue.last?.startedAt ?? null, now) ?? queueSeenAt;
}

/**
 * Whether the queue's next answer may show that the caller of the row has left, since it was not asked after `since`. It is not
 * waited for where none can be expected soon.
 */
export function awaitsQueue(cycle: CycleFacts, rowKey: string, since: Window): boolean {
  const askedAt = rowAskedAt(cycle, rowKey);
  const wasAsked = askedAt !== null && isSince(since, askedAt, -QUEUE_LEADS_MS);
  return !wasAsked && !isQueueSilent(cycle, since);
}

/** Whether no answer of the queue about what happened within `since` can be expected soon: it is down, or has had long enough. */
export function isQueueSilent({ queueDown, now }: CycleFacts, since: Window): boolean {
  return queueDown || isLongAgo(since, now, QUEUE_WAIT_MS);
}

/** Whether the monitor's answer of this cycle has every leg that came into being within `since` or later. */
export function showsAllSince({ monitor, monitorComplete, incomplete }: CycleFacts, since: Window): boolean {
  if (monitorComplete) return true;
  return monitor !== null && incomplete.monitor !== null && hasAllSince(incomplete.monitor, since);
}

/** Whether no such answer can be expected soon: the monitor is down, or has had no complete answer for long. */
export function isMonitorUnavailable({ monitorDown, queue }: CycleFacts, since: Window): boolean {
  return monitorDown || (queue !== null && isLongBefore(since, queue, MONITOR_WAIT_MS));
}
