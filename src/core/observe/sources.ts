import type { Policy, SourceState } from '../model/call.js';
import { observedIn, windowBetween } from '../parts/window.js';
import { observedView, rfc3339, rfc3339OrNull, type Transition } from '../model/event.js';
import type { FailedObservation, MonitorAnswer, Observation, QueueAnswer } from '../model/observation.js';

/**
 * Keeps the health of one endpoint, by this table:
 *
 *   status    failed observation                         complete or partial observation
 *   unknown   failures + 1; down at SOURCE_DOWN_AFTER     up
 *   up        failures + 1; down at SOURCE_DOWN_AFTER     up, failures = 0
 *   down      down                                        up, `source-up`
 *
 * An endpoint that becomes down emits `source-down`, once per outage, with the time of the first failure. Only a complete
 * observation moves `lastComplete`: a partial one shows that the PBX answers, but it may lack rows.
 *
 * @param transitions receives the changes
 */
export function observeSource(
  source: SourceState,
  observation: Observation,
  policy: Policy,
  transitions: Transition[],
): SourceState {
  return observation.outcome === 'failed'
    ? failed(source, observation, policy, transitions)
    : answered(source, observation, transitions);
}

function failed(
  source: SourceState,
  observation: FailedObservation,
  policy: Policy,
  transitions: Transition[],
): SourceState {
  const failingSince = source.failingSince ?? observation.at;
  const next: SourceState = {
    ...source,
    // The count stops at the threshold, because a state that does not change need not be written.
    failures: Math.min(source.failures + 1, policy.sourceDownAfter),
    failingSince,
    lastError: observation.reason,
  };
  if (source.status === 'down' || next.failures < policy.sourceDownAfter) return next;
  transitions.push({
    type: 'source-down',
    subject: observation.endpoint,
    discriminator: String(failingSince),
    time: failingSince,
    data: {
      endpoint: observation.endpoint,
      state: 'down',
      since: rfc3339(failingSince),
      reason: observation.reason,
      lastCompleteAt: rfc3339OrNull(source.lastComplete?.at ?? null),
      unwatchedMs: null,
      observed: observedView(
        observedIn(windowBetween(source.lastComplete?.at ?? null, failingSince), 'observed'),
      ),
    },
  });
  return { ...next, status: 'down' };
}

function answered(
  source: SourceState,
  observation: MonitorAnswer | QueueAnswer,
  transitions: Transition[],
): SourceState {
  const complete = observation.outcome === 'complete';
  const next: SourceState = {
    status: 'up',
    lastComplete: complete ? { startedAt: observation.startedAt, at: observation.at } : source.lastComplete,
    failures: 0,
    failingSince: null,
    lastError: observation.reason,
    clock: source.clock,
  };
  if (source.status !== 'down') return next;

  const since = source.failingSince ?? observation.at;
  const lastCompleteAt = source.lastComplete?.at ?? null;
  const unwatched = windowBetween(lastCompleteAt, observation.at);
  transitions.push({
    type: 'source-up',
    subject: observation.endpoint,
    discriminator: String(since),
    time: observation.at,
    data: {
      endpoint: observation.endpoint,
      state: 'up',
      since: rfc3339(since),
      reason: source.lastError,
      lastCompleteAt: rfc3339OrNull(lastCompleteAt),
      unwatchedMs: unwatched.after === null ? null : unwatched.by - unwatched.after,
      observed: observedView(observedIn(unwatched, 'observed')),
    },
  });
  return next;
}
