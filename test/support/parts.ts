import {
  type Absence,
  type Call,
  DEFAULT_POLICY,
  EMPTY_STATE,
  type EndedCall,
  type Participant,
  type QueueEntry,
  type RowDirection,
  type TenantState,
} from '../../src/core/model/call.js';
import type { MonitorAnswer, ObservedLeg } from '../../src/core/model/observation.js';
import { CallIndex } from '../../src/core/index/call-index.js';
import type { CycleFacts } from '../../src/core/parts/cycle-facts.js';
import { entry, leg, number, T0 } from './history.js';

/** Parts and facts for specs of a single rule. `at` counts seconds since `T0`. */
export const at = (seconds: number): number => T0 + seconds * 1_000;

/** The window of a poll that is received at this second, a second after the one before it. */
export const window = (seconds: number) => ({ after: at(seconds - 1), by: at(seconds) });

/** What is known in a cycle whose answers are both complete and received at this second. */
export function cycleAt(seconds: number, given: Partial<CycleFacts> = {}): CycleFacts {
  return {
    policy: DEFAULT_POLICY,
    now: at(seconds),
    monitor: window(seconds),
    queue: window(seconds),
    monitorComplete: true,
    monitorSeenAt: at(seconds) - 40,
    monitorSeenBefore: at(seconds - 1) - 40,
    queueSeenAt: at(seconds) - 40,
    queueSeenBefore: at(seconds - 1) - 40,
    queueDown: false,
    monitorDown: false,
    skewMs: null,
    listsIdle: false,
    legChanged: () => window(seconds),
    isBusy: () => false,
    isListed: () => false,
    extensionOf: () => undefined,
    isReadAsBefore: () => false,
    leadsTo: () => 'unknown',
    incomplete: { monitor: null, queue: null },
    isFirst: { monitor: false, queue: false },
    lackOf: () => (given.monitorComplete === false ? 'nothing' : 'absent'),
    ...given,
  };
}

/** The absence of a part that the poll received at this second missed first. */
export function absentSince(seconds: number, polls = 1, unlisted = false): Absence {
  return { polls, lastPresent: at(seconds - 1), firstAbsent: at(seconds), unlisted };
}

/** A known queue entry, with the given fields in place of its own. */
export function entryPart(given: Partial<QueueEntry> = {}): QueueEntry {
  const seen = given.seen ?? entry();
  return { seen, answered: false, rang: 'no', quiet: null, changedAt: T0, absence: null, ...given };
}

export function participant(extension: string, given: Partial<Participant> = {}): Participant {
  return {
    extension,
    extensionId: `uuid-${extension}`,
    agentName: `agent-${extension}`,
    username: `user-${extension}`,
    userId: null,
    offers: 1,
    offerOpen: true,
    elsewhere: false,
    ringingStopped: null,
    ...given,
  };
}

export function connectedAt(extension: string): NonNullable<Call['connected']> {
  const { extensionId, agentName, username, userId } = leg({ ext: extension });
  return { extension, extensionId, agentName, username, userId };
}

/** An inbound call without parts that began at T0, with the given fields in place of its own. */
export function callOf(given: Partial<Call> = {}): Call {
  return {
    callId: 'call-1',
    linkedCallIds: [],
    upstreamIds: [],
    direction: 'inbound',
    customer: number('0914237383'),
    hotline: number('19001234'),
    queues: [],
    legs: [],
    entry: null,
    pastEntries: [],
    participants: [],
    startedAt: T0,
    startedCertainty: 'observed',
    pbxStartedAt: null,
    answeredAt: null,
    answeredCertainty: null,
    connected: null,
    consultation: null,
    transfers: 0,
    lastLegs: [],
    baseline: false,
    pendingAbsence: false,
    observed: { earliest: null, latest: T0, certainty: 'observed' },
    ...given,
  };
}

/** The direction of the rows is the leg's, as learnt while a leg was there. */
export const LEARNT_DIRECTION: RowDirection = {
  meaning: 'leg',
  source: 'learnt',
  earlierLegs: ['107|a'],
  showsHotline: false,
};

/** The state of both endpoints, whose last answers were complete and received at this second. */
export function completeAt(seconds: number): TenantState['sources'] {
  const { monitor, queue } = EMPTY_STATE.sources;
  const lastComplete = { startedAt: at(seconds) - 40, at: at(seconds) };
  return { monitor: { ...monitor, lastComplete }, queue: { ...queue, lastComplete } };
}

/** A complete monitor answer with these legs, and these extensions without a call. */
export function monitorAnswer(
  legs: readonly ObservedLeg[],
  idle: readonly string[] = [],
  seconds = 0,
): MonitorAnswer {
  return {
    endpoint: 'monitor',
    outcome: 'complete',
    reason: null,
    startedAt: at(seconds) - 40,
    at: at(seconds),
    rows: new Map(legs.map((row) => [row.key, row])),
    idleExtensions: new Map(idle.map((extension) => [extension, leg({ ext: extension })])),
  };
}

/** Finds these live and ended calls. */
export function indexOf(calls: readonly Call[], ended: readonly EndedCall[] = []): CallIndex {
  const byId = <One extends { readonly callId: string }>(all: readonly One[]) =>
    new Map(all.map((one) => [one.callId, one]));
  return new CallIndex({ calls: byId(calls), ended: byId(ended) });
}
