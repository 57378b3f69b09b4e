import type { Incomplete, Policy, TenantState } from '../model/call.js';
import type { Endpoint, Instant, Observations } from '../model/observation.js';
import { hasAllSince, lastAnswered, lastWithoutNews } from './incomplete.js';
import { ifBefore, isBefore, isLongBefore, type Window, windowBetween } from './window.js';

/** The facts that all calls of a cycle share. */
export interface CycleFacts {
  readonly policy: Policy;
  /** From the monitor's last complete observation to its observation in this cycle; null if it has none in this cycle. */
  readonly monitor: Window | null;
  /** The same of the queue. */
  readonly queue: Window | null;
  /** The monitor's observation in this cycle is complete, so that a leg it does not show is not there. */
  readonly monitorComplete: boolean;
  /** When the monitor's last complete observation before this cycle was requested. */
  readonly monitorSeenAt: Instant | null;
  /** The monitor was down before this cycle. */
  readonly monitorDown: boolean;
  /** The observations since each endpoint's last complete one, with those of this cycle; null: it is complete. */
  readonly incomplete: Readonly<Record<Endpoint, Incomplete | null>>;
  /** Whether the endpoint has never answered before this cycle: what it shows may be of any age. */
  readonly isFirst: Readonly<Record<Endpoint, boolean>>;
}

/** @param sources the sources with this cycle's observations; null: unchanged */
export function factsOf(
  state: TenantState,
  observations: Observations,
  policy: Policy,
  sources: TenantState['sources'] | null,
): CycleFacts {
  const { monitor, queue } = state.sources;
  const now = sources ?? state.sources;
  return {
    policy,
    monitor: windowOf('monitor', state, observations),
    queue: windowOf('queue', state, observations),
    monitorComplete: observations.monitor?.outcome === 'complete',
    monitorSeenAt: ifBefore(monitor.lastComplete?.startedAt ?? null, latestAnswerAt(observations)),
    monitorDown: monitor.status === 'down',
    incomplete: { monitor: now.monitor.incomplete, queue: now.queue.incomplete },
    isFirst: { monitor: lastAnswered(monitor) === null, queue: lastAnswered(queue) === null },
  };
}

function windowOf(endpoint: Endpoint, state: TenantState, observations: Observations): Window | null {
  const observation = observations[endpoint];
  if (observation === undefined || observation.outcome === 'failed') return null;
  return windowBetween(lastWithoutNews(state.sources[endpoint], observation), observation.at);
}

/** When the later of the answers was received. */
export function latestAnswerAt({ monitor, queue }: Observations): Instant {
  return Math.max(monitor?.at ?? 0, queue?.at ?? 0);
}

/** How long a queue status waits for a monitor answer: long enough for one request that times out and another. */
const MONITOR_WAIT_MS = 10_000;

/**
 * Whether a monitor answer was requested after `since` that has every leg which began since then: a complete one, or one
 * whose unreadable rows had all been there before.
 */
export function sawMonitor(cycle: CycleFacts, since: Window): boolean {
  const { monitorComplete, monitorSeenAt, monitor, incomplete } = cycle;
  if (monitorComplete || (monitorSeenAt !== null && isBefore(since, monitorSeenAt))) return true;
  return monitor !== null && incomplete.monitor !== null && hasAllSince(incomplete.monitor, since);
}

/** Whether no such answer can be expected soon: the monitor is down, or has had no complete answer for long. */
export function isMonitorUnavailable({ monitorDown, queue }: CycleFacts, since: Window): boolean {
  return monitorDown || (queue !== null && isLongBefore(since, queue, MONITOR_WAIT_MS));
}
