import type { Policy, TenantState } from '../model/call.js';
import type { Endpoint, Instant, Observations } from '../model/observation.js';
import { extensionInAnswer, extensionOf } from './agents.js';
import { ifBefore, isLongBefore, isSince, type Window, windowBetween } from './window.js';

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
  /** When the queue's last complete observation before this cycle was requested. */
  readonly queueSeenBefore: Instant | null;
  /** The monitor was down before this cycle. */
  readonly monitorDown: boolean;
  /** Whether the monitor's answer of this cycle lists an extension, with or without a call. */
  isListed(extension: string): boolean;
  /** The extension of the agent with one of these names, as learnt or as the monitor's answer shows it. */
  extensionOf(names: readonly string[]): string | undefined;
  readonly listsIdle: boolean;
}

export function factsOf(state: TenantState, observations: Observations, policy: Policy): CycleFacts {
  const { monitor, queue } = state.sources;
  const now = latestAnswerAt(observations);
  const before = ifBefore(monitor.lastComplete?.startedAt ?? null, now);
  const answer = observations.monitor;
  return {
    policy,
    now,
    monitor: windowOf('monitor', state, observations),
    queue: windowOf('queue', state, observations),
    monitorComplete: observations.monitor?.outcome === 'complete',
    monitorSeenAt: answer?.outcome === 'complete' ? answer.startedAt : before,
    monitorSeenBefore: before,
    queueSeenBefore: ifBefore(queue.lastComplete?.startedAt ?? null, now),
    monitorDown: monitor.status === 'down',
    isListed: listedBy(answer),
    extensionOf: agentsIn(state, answer),
    listsIdle: state.listsIdle,
  };
}

function agentsIn({ agents }: TenantState, answer: Observations['monitor']): CycleFacts['extensionOf'] {
  const isShown = answer !== undefined && answer.outcome !== 'failed';
  return (names) =>
    names.length === 0
      ? undefined
      : (extensionOf(names, agents) ?? (isShown ? extensionInAnswer(names, answer) : undefined));
}

/** It collects the extensions with a call on first use. */
function listedBy(answer: Observations['monitor']): (extension: string) => boolean {
  if (answer === undefined || answer.outcome === 'failed') return () => false;
  let busy: Set<string> | null = null;
  return (extension) => {
    if (answer.idleExtensions.has(extension)) return true;
    busy ??= new Set([...answer.rows.values()].map((row) => row.extension));
    return busy.has(extension);
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

/**
 * Whether a complete monitor answer was requested so long after `since` that a leg it does not show was not there: the
 * monitor is a little behind its own PBX.
 */
export function sawMonitor({ monitorSeenAt, policy }: CycleFacts, since: Window): boolean {
  return monitorSeenAt !== null && isSince(since, monitorSeenAt, policy.monitorLagMs);
}

/** Whether no such answer can be expected soon: the monitor is down, or has had no complete answer for long. */
export function isMonitorUnavailable({ monitorDown, queue }: CycleFacts, since: Window): boolean {
  return monitorDown || (queue !== null && isLongBefore(since, queue, MONITOR_WAIT_MS));
}
