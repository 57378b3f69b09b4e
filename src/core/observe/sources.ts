import type { Incomplete, Policy, SourceState, SourceStatus } from '../model/call.js';
import {
  observedView,
  rfc3339,
  rfc3339OrNull,
  type SourceEventType,
  type Transition,
} from '../model/event.js';
import type { Instant, Observation } from '../model/observation.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';
import { observedIn, windowBetween } from '../parts/window.js';
import { afterOutage } from '../parts/incomplete.js';

/**
 * Keeps the health of one endpoint. An endpoint that becomes degraded, down or up again emits an event, once. Only a
 * complete observation moves `lastComplete`: a partial one shows that the PBX answers, but it may lack rows.
 */

export interface SourceFacts {
  readonly before: SourceStatus;
  readonly poll: 'complete' | 'partial' | 'put off' | 'failed';
  readonly failsOften: boolean;
  readonly incompleteLong: boolean;
}

export const SOURCE_STATES = new RuleTable<SourceFacts, SourceStatus>({
  title: 'The state of a source',
  facts: {
    before: {
      heading: 'before',
      meaning: 'the state before this poll',
      values: { unknown: 'unknown', up: 'up', degraded: 'degraded', down: 'down' },
    },
    poll: {
      heading: 'poll',
      meaning: 'its result. `put off`: the PBX asked by `Retry-After` not to be polled for a while',
      values: { complete: 'complete', partial: 'partial', 'put off': 'put off', failed: 'failed' },
    },
    failsOften: {
      heading: 'fails often',
      meaning: 'as many polls in a row as `SOURCE_DOWN_AFTER` have failed or were put off',
      values: YES_NO,
    },
    incompleteLong: {
      heading: 'incomplete',
      meaning:
        'it is degraded already; or since the last complete answer there was a partial one or one that put the poll off, and there have been as many polls as `SOURCE_DOWN_AFTER`, or 10 s have passed or will pass before the next poll',
      values: YES_NO,
    },
  },
  outcome: { 'the source is': (status) => status },
  rows: [
    { when: { poll: 'complete' }, then: 'up', why: 'the bridge sees everything again' },
    { when: { failsOften: true }, then: 'down', why: 'the bridge sees nothing there' },
    {
      when: { before: 'down', poll: 'partial' },
      then: 'degraded',
      why: 'it answers again, but not with everything',
    },
    { when: { before: 'down' }, then: 'down', why: 'only an answer ends an outage' },
    { when: { incompleteLong: true }, then: 'degraded', why: 'it answers, but not with everything' },
    { when: { poll: 'partial' }, then: 'up', why: 'it answers, and one such answer means little' },
    { when: { before: 'unknown' }, then: 'unknown', why: 'nothing was observed yet' },
    { when: {}, then: 'up', why: 'one poll without an answer means little' },
  ],
  impossible: [
    { when: { poll: 'partial', failsOften: true }, why: 'an answer ends the failures' },
    { when: { poll: 'complete', failsOften: true }, why: 'an answer ends the failures' },
    { when: { poll: 'complete', incompleteLong: true }, why: 'the answer is complete' },
    { when: { before: 'degraded', poll: 'partial', incompleteLong: false }, why: 'it is degraded already' },
    { when: { before: 'degraded', poll: 'put off', incompleteLong: false }, why: 'it is degraded already' },
    { when: { before: 'degraded', poll: 'failed', incompleteLong: false }, why: 'it is degraded already' },
  ],
});

/**
 * @param incomplete the observations since the last complete one, this one included
 * @param transitions receives the changes
 */
export function observeSource(
  source: SourceState,
  observation: Observation,
  incomplete: Incomplete | null,
  policy: Policy,
  transitions: Transition[],
): SourceState {
  const { outcome, reason: lastError } = observation;
  const hasFailed = outcome === 'failed';
  // The count stops at the threshold, because a state that does not change need not be written.
  const failures = hasFailed ? Math.min(source.failures + 1, policy.sourceDownAfter) : 0;
  const failingSince = hasFailed ? (source.failingSince ?? observation.at) : null;
  const lastComplete =
    outcome === 'complete' ? { startedAt: observation.startedAt, at: observation.at } : source.lastComplete;
  const status = SOURCE_STATES.decide({
    before: source.status,
    poll: hasFailed && observation.heldUntil !== undefined ? 'put off' : outcome,
    failsOften: failures >= policy.sourceDownAfter,
    incompleteLong:
      incomplete !== null &&
      (source.status === 'degraded' || isIncompleteLong(incomplete, observation, policy)),
  });
  const since = sinceOf(status, source, { observation, failingSince, incomplete });
  const next = {
    status,
    since,
    lastComplete,
    failures,
    failingSince,
    lastError,
    incomplete: status === 'down' ? afterOutage(incomplete) : incomplete,
    clock: source.clock,
  };
  const event = eventOf(source.status, status);
  if (event !== null) transitions.push(sourceTransition(event, source, next, observation));
  return next;
}

function isIncompleteLong(
  { answered, polls, since }: Incomplete,
  poll: Observation,
  policy: Policy,
): boolean {
  const until = poll.outcome === 'failed' ? (poll.heldUntil ?? poll.at) : poll.at;
  return answered && (polls >= policy.sourceDownAfter || until - since >= DEGRADED_AFTER_MS);
}

function sinceOf(
  status: SourceStatus,
  before: SourceState,
  now: {
    readonly observation: Observation;
    readonly failingSince: Instant | null;
    readonly incomplete: Incomplete | null;
  },
): Instant | null {
  if (status === 'up' || status === 'unknown') return null;
  const { observation, failingSince, incomplete } = now;
  if (status === before.status) return before.since ?? failingSince ?? observation.at;
  if (status === 'down') return failingSince;
  return before.status === 'down' ? observation.at : incomplete!.since;
}

function eventOf(before: SourceStatus, now: SourceStatus): SourceEventType | null {
  if (before === now || now === 'unknown') return null;
  if (now !== 'up') return `source-${now}`;
  return before === 'unknown' ? null : 'source-up';
}

/** The event that says that an endpoint's status has changed. */
export function sourceTransition(
  type: SourceEventType,
  before: SourceState,
  now: SourceState,
  { endpoint, at }: Pick<Observation, 'endpoint' | 'at'>,
): Transition {
  const isUp = type === 'source-up';
  const since = (isUp ? (before.since ?? before.failingSince) : now.since) ?? at;
  const lastCompleteAt = before.lastComplete?.at ?? null;
  const window = windowBetween(lastCompleteAt, isUp ? at : since);
  return {
    type,
    subject: endpoint,
    discriminator: String(since),
    time: window.by,
    data: {
      endpoint,
      state: isUp ? 'up' : now.status === 'down' ? 'down' : 'degraded',
      since: rfc3339(since),
      reason: isUp ? before.lastError : now.lastError,
      lastCompleteAt: rfc3339OrNull(lastCompleteAt),
      unwatchedMs: isUp && window.after !== null ? window.by - window.after : null,
      observed: observedView(observedIn(window, 'observed')),
    },
  };
}

/** Polls come about every second: so long without a complete answer, calls may have come and gone unseen. */
const DEGRADED_AFTER_MS = 10_000;
