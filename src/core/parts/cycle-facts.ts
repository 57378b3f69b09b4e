import type { Policy, TenantState } from '../model/call.js';
import type { Endpoint, Instant, Observations } from '../model/observation.js';
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
}

export function factsOf(state: TenantState, observations: Observations, policy: Policy): CycleFacts {
  const { monitor } = state.sources;
  return {
    policy,
    monitor: windowOf('monitor', state, observations),
    queue: windowOf('queue', state, observations),
    monitorComplete: observations.monitor?.outcome === 'complete',
    monitorSeenAt: ifBefore(monitor.lastComplete?.startedAt ?? null, latestAnswerAt(observations)),
    monitorDown: monitor.status === 'down',
  };
}

function windowOf(endpoint: Endpoint, state: TenantState, observations: Observations): Window | null {
  const observation = observations[endpoint];
  if (observation === undefined || observation.outcome === 'failed') return null;
  return windowBetween(state.sources[endpoint].lastComplete?.startedAt ?? null, observation.at);
}

/** When the later of the answers was received. */
export function latestAnswerAt({ monitor, queue }: Observations): Instant {
  return Math.max(monitor?.at ?? 0, queue?.at ?? 0);
}

/** How long a queue status waits for a monitor answer: long enough for one request that times out and another. */
const MONITOR_WAIT_MS = 10_000;

/** Whether a complete monitor answer was requested after `since`, so that a leg it does not show was not there. */
export function sawMonitor({ monitorComplete, monitorSeenAt }: CycleFacts, since: Window): boolean {
  return monitorComplete || (monitorSeenAt !== null && isBefore(since, monitorSeenAt));
}

/** Whether no such answer can be expected soon: the monitor is down, or has had no complete answer for long. */
export function isMonitorUnavailable({ monitorDown, queue }: CycleFacts, since: Window): boolean {
  return monitorDown || (queue !== null && isLongBefore(since, queue, MONITOR_WAIT_MS));
}
