import type { TenantCalls } from '../index/tenant-calls.js';
import type { Policy, SourceState } from '../model/call.js';
import { type Delta, UNCHANGED } from '../model/delta.js';
import type { Transition } from '../model/event.js';
import type { Observation, Observations } from '../model/observation.js';
import { type KnownKeys, withObservation } from '../parts/incomplete.js';
import { observeRegistrations } from './registrations.js';
import { observeSource } from './sources.js';

/** Brings the registrations up to date and returns the new state of the sources without storing it in `known`. */
export function observeFreshness(
  { sources, registrations: known, index, ignoredEntries, created: awaited }: TenantCalls,
  { monitor, queue, registrations: answers }: Observations,
  policy: Policy,
  transitions: Transition[],
): Delta {
  const observed = (source: SourceState, observation: Observation, parts: KnownKeys) => {
    const incomplete = withObservation(source, observation, { parts, atMost: policy.sourceDownAfter });
    return observeSource(source, observation, incomplete, policy, transitions);
  };
  const legs: KnownKeys = {
    has: (key) => index.legs.has(key) || awaited.has(key),
    keys: () => [...index.legs.keys(), ...awaited.keys()],
  };
  const ofMonitor = monitor === undefined ? sources.monitor : observed(sources.monitor, monitor, legs);
  const entries: KnownKeys = {
    has: (key) => index.entries.has(key) || ignoredEntries.has(key),
    keys: () => index.entries.keys(),
  };
  const ofQueue = queue === undefined ? sources.queue : observed(sources.queue, queue, entries);
  const isAsked = monitor !== undefined || queue !== undefined;
  // The fields are named because this runs at every poll: spreading `UNCHANGED` would cost more than a small answer does.
  const { registrations, calls, ended, listsIdle, created, agents, hotlines, direction } = UNCHANGED;
  return {
    sources: isAsked ? { monitor: ofMonitor, queue: ofQueue } : null,
    registrations:
      answers === undefined || answers.length === 0
        ? registrations
        : observeRegistrations(known, answers, transitions),
    calls,
    ended,
    ignoredEntries: UNCHANGED.ignoredEntries,
    listsIdle,
    created,
    agents,
    hotlines,
    direction,
  };
}
