import type { Policy, SourceState, TenantState } from '../model/call.js';
import type { Endpoint, Instant, Observations } from '../model/observation.js';

/** What holds for every call in this cycle. */
export interface CycleFacts {
  readonly policy: Policy;
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
    monitorSeenAt: lastLookAt(monitor, latestOf(observations)),
    monitorDown: monitor.status === 'down',
  };
}

function windowOf(endpoint: Endpoint, state: TenantState, observations: Observations): Window | null {
  const observation = observations[endpoint];
  if (observation === undefined || observation.outcome === 'failed') return null;
  return { earliest: lastLookAt(state.sources[endpoint], observation.at), latest: observation.at };
}

/** When the later of the answers was there. */
export function latestOf({ monitor, queue }: Observations): Instant {
  return Math.max(monitor?.at ?? 0, queue?.at ?? 0);
}

/** How long the queue's word waits for a look at the telephones: for one that times out, and another. */
const LOOK_WAIT_MS = 10_000;

/** There was a complete look at the telephones since then, so that what they did not show was not there. */
export function sawTelephones({ monitorComplete, monitorSeenAt }: CycleFacts, since: Instant): boolean {
  return monitorComplete || (monitorSeenAt !== null && monitorSeenAt > since);
}

/** No such look is to be had soon: the monitor is down, or has not been seen completely for long. */
export function cannotSeeTelephones({ monitorDown, queue }: CycleFacts, since: Instant): boolean {
  return monitorDown || (queue !== null && queue.latest - since >= LOOK_WAIT_MS);
}

/** Between the last complete observation of an endpoint and this one; null where the endpoint was not seen. */
export interface Window {
  readonly earliest: Instant | null;
  readonly latest: Instant;
}

/** When the last complete observation of an endpoint was asked for, as far as that is known to be before `now`. */
export function lastLookAt({ lastComplete }: SourceState, now: Instant): Instant | null {
  return ifBefore(lastComplete?.startedAt ?? null, now);
}

/** Null where the clock has been set back since `instant`, too: then nobody knows how long ago it was. */
export function ifBefore(instant: Instant | null, now: Instant): Instant | null {
  return instant !== null && instant <= now ? instant : null;
}
