import type { Policy, TenantState } from '../model/call.js';
import type { Endpoint, Instant, Observations } from '../model/observation.js';
import { ifBefore, isBefore, isLongBefore, type Window, windowBetween } from './window.js';

/** What holds for every call in this cycle. */
export interface CycleFacts {
  readonly policy: Policy;
  /** Between the last complete observation of the endpoint and this one; null where it was not seen in this cycle. */
  readonly monitor: Window | null;
  readonly queue: Window | null;
  /** The monitor was seen completely in this cycle, so that a leg it does not show is not there. */
  readonly monitorComplete: boolean;
  /** When its last complete observation before this cycle was asked for. */
  readonly monitorSeenAt: Instant | null;
  /** It had stopped answering before this cycle. */
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

/** When the later of the answers was there. */
export function latestAnswerAt({ monitor, queue }: Observations): Instant {
  return Math.max(monitor?.at ?? 0, queue?.at ?? 0);
}

/** How long the queue's word waits for a look at the telephones: for one that times out, and another. */
const MONITOR_WAIT_MS = 10_000;

/** There was a complete look at the telephones since then, so that what they did not show was not there. */
export function sawMonitor({ monitorComplete, monitorSeenAt }: CycleFacts, since: Window): boolean {
  return monitorComplete || (monitorSeenAt !== null && isBefore(since, monitorSeenAt));
}

/** No such look is to be had soon: the monitor is down, or has not been seen completely for long. */
export function isMonitorUnavailable({ monitorDown, queue }: CycleFacts, since: Window): boolean {
  return monitorDown || (queue !== null && isLongBefore(since, queue, MONITOR_WAIT_MS));
}
