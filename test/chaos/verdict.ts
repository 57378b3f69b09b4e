import { judge } from '../../simulator/judge.js';
import type { Finding, JudgedEvent, Report } from '../../simulator/judge-report.js';
import type { Tenant } from '../../simulator/server.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { Tally } from './scenario.js';

/** Compares the log with the truth, and checks the order of its events. */

/** Between these instants (ms) what polls saw was lost with a Redis, so that it is not demanded. */
export interface Blind {
  readonly from: number;
  readonly to: number;
}

export interface Demand {
  /** A state must have been visible to so many polls; 3 where a poll may die with the bridge before its commit. */
  readonly sightings: number;
  readonly blind?: readonly Blind[];
}

export function judgeLog(
  tenant: Tenant,
  events: readonly BridgeEvent[],
  { sightings, blind = [] }: Demand,
  tally: Tally,
): Report {
  const seen = (instants: readonly number[]) =>
    instants.filter((at) => !blind.some(({ from, to }) => at >= from && at <= to));
  const polls = { monitor: seen(tenant.polls.monitor), queue: seen(tenant.polls.queue) };
  const report = judge(tenant.world.truth, firstOfEach(events) as unknown as JudgedEvent[], polls, {
    sightingsToDemand: sightings,
    // Only the first of events that repeat is judged, requests take their time, and a commit may wait for Redis.
    wholeLog: false,
    toleranceMs: 1_000,
    commitMs: 60_000,
  });
  tally.expected += report.expected;
  const count = (what: 'missing' | 'doubled' | 'false', findings: readonly Finding[]) => {
    for (const { type, callKey, callId, at, reason } of findings)
      tally.count(what, `${type} of ${callKey ?? callId} at ${at}: ${reason}`);
    const first = findings.slice(0, EVIDENCE);
    tally.evidence.push(...first.map((finding) => evidenceOf(finding, tenant, events, blind)));
  };
  count('missing', report.missing);
  count('doubled', report.doubled);
  count('false', report.invented);
  count('false', report.misreported);
  return report;
}

/** How many findings of each kind to explain, so that a flood of one does not hide the others. */
const EVIDENCE = 2;
const AROUND_MS = 2_000;

/** Explains a finding in the report's JSON, for debugging. */
function evidenceOf(
  finding: Finding,
  tenant: Tenant,
  events: readonly BridgeEvent[],
  blind: readonly Blind[],
) {
  const call = tenant.world.truth.find(({ callKey }) => callKey === finding.callKey);
  const ids = new Set([finding.callId, ...(call?.upstreamIds ?? [])]);
  const logged = events.filter(({ subject, data }) =>
    [subject, ...('upstreamIds' in data ? data.upstreamIds : [])].some((id) => ids.has(id)),
  );
  const instants = [
    ...(finding.at === null ? [] : [finding.at]),
    ...(call?.events ?? []).map(({ at }) => at),
  ];
  const [from, to] = [Math.min(...instants) - AROUND_MS, Math.max(...instants) + AROUND_MS];
  const near = (polls: readonly number[]) => polls.filter((at) => at >= from && at <= to);
  const polls = { monitor: near(tenant.polls.monitor), queue: near(tenant.polls.queue) };
  return { finding, call, polls, blind: blind.filter((one) => one.to >= from && one.from <= to), logged };
}

/** Contiguous within an epoch, growing across epochs, and an id once in an epoch. */
export function judgeSequences(events: readonly BridgeEvent[], tally: Tally): void {
  const ids = new Set<string>();
  let last: BridgeEvent | null = null;
  for (const event of events) {
    const place = `${event.epoch}:${Number(event.sequence)}`;
    const isNext =
      last === null || last.epoch !== event.epoch || Number(event.sequence) === Number(last.sequence) + 1;
    if (!isNext) tally.count('missing', `a hole before ${place}`);
    if (last !== null && last.sequence >= event.sequence)
      tally.count('false', `${place} after ${last.sequence}`);
    if (ids.has(`${event.epoch} ${event.id}`)) tally.count('doubled', `${event.id} twice in ${event.epoch}`);
    ids.add(`${event.epoch} ${event.id}`);
    last = event;
  }
}

/** Demands that an event that is announced again has the same id, over all epochs. Returns how many were. */
export function judgeIds(events: readonly BridgeEvent[], tally: Tally): number {
  const ids = new Map<string, string>();
  let again = 0;
  for (const { type, subject, id } of events) {
    if (!ONCE.has(type)) continue;
    const known = ids.get(`${type} ${subject}`);
    if (known !== undefined) again += 1;
    if (known !== undefined && known !== id)
      tally.count('doubled', `${type} of ${subject}: ${known} and ${id}`);
    ids.set(`${type} ${subject}`, id);
  }
  return again;
}

/** The calls that are alive according to the log, oldest first. */
export function liveCalls(events: readonly BridgeEvent[]): string[] {
  const live = new Set<string>();
  for (const { type, subject } of events) {
    if (type === 'call-ended') live.delete(subject);
    else if (type.startsWith('call-')) live.add(subject);
  }
  return [...live];
}

const ONCE = new Set(['call-started', 'call-answered', 'call-abandoned', 'call-ended']);

function firstOfEach(events: readonly BridgeEvent[]): BridgeEvent[] {
  const first = new Map<string, BridgeEvent>();
  for (const event of events) if (!first.has(event.id)) first.set(event.id, event);
  return [...first.values()];
}
