import { type Call, type Leg, PBX_PRECISION_MS, type QueueEntry } from '../model/call.js';
import type { ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../model/observation.js';
import { add } from '../observe/changes.js';
import { isConnected } from '../parts/connected-participant.js';
import {
  customerKey,
  hotlineMatch,
  isWrittenAlike,
  likeness,
  type Match,
  mayBeInbound,
} from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { MAX_CROWD } from '../model/bounds.js';
import { agentNamesOf } from '../parts/agents.js';
import { beganTogether, entryBegan, extentOf, ringTimes } from '../parts/part.js';
import { onOurClock } from '../parts/pbx-clock.js';
import { isStale, rangLast } from '../parts/staleness.js';
import { type Answers, namedBy } from './candidates.js';
import { callContinuedBy } from './continuation.js';
import { ENTRY_RINGS, type RingEvidence, type RingFacts } from './evidence-rules.js';
import { byCustomerOf, customerOf, type Group, hasRoom, isAlone, joinsCall, mergeInto } from './group.js';
import type { Weighed } from './weighing.js';

/** Which legs a queue rings for which entry. */

/** A queue entry that a leg may be rung for: a live call's own, or a new one, whose group may join a live call. */
type Candidate = {
  readonly entry: ObservedQueueEntry;
  /** Its place in the queue's answer. */
  readonly place: number;
} & (
  | { readonly call: Call & { readonly entry: QueueEntry }; readonly group: null }
  | { readonly call: Call | null; readonly group: Group }
);

/** The groups that have a new entry, by customer. */
type EntryGroups = ReturnType<typeof byCustomerOf>;

interface Deps extends Weighed {
  readonly answers: Answers;
  /** The legs that have joined each live call so far. */
  readonly rung: ReadonlyMap<string, readonly ObservedLeg[]>;
  /** The calls of which a leg talks in this poll, under an id that the call already had. */
  readonly answered: ReadonlySet<string>;
  /** The new legs of which nothing is known yet, by customer. */
  readonly alone: ReadonlyMap<string, readonly ObservedLeg[]>;
  /** The entries that a leg so far may have been rung for, as well as another one. */
  readonly contested: ReadonlySet<string>;
  /** How long before its caller joined a leg may have begun, as the PBX's times count whole seconds. */
  readonly toleranceMs: number;
}

const NONE: readonly never[] = [];
const STRENGTH: Readonly<Record<NonNullable<RingEvidence>, number>> = {
  named: 3,
  customer: 2,
  written: 1,
  time: 0,
};

/**
 * Joins each leg to the entry with the strongest evidence, and to one whose caller was answered only if it can be no other's. Of
 * several with the same, those that are listed and Trying come first, then who joined earliest, then the PBX's order; the leg may be
 * another's then, so the join is inferred. So is that of the leg which is left for the other one.
 */
export function joinLegsToEntries(
  groups: readonly Group[],
  given: Omit<Deps, 'rung' | 'answered' | 'alone' | 'contested' | 'toleranceMs'>,
): void {
  const rung = new Map<string, ObservedLeg[]>();
  const [answered, alone] = [answeredById(groups), legsAlone(groups)];
  const deps = { ...given, rung, answered, alone, contested: new Set<string>(), toleranceMs: 0 };
  const begun = byCustomerOf(groups.filter(({ entries }) => entries.length > 0));
  const isOfMany = ({ customer }: Group): boolean => (deps.alone.get(customerKey(customer))?.length ?? 0) > 1;
  // Of several legs, one that began in the second in which the caller joined, or later, comes before one of the second before.
  joinAll(groups.filter(isOfMany), begun, deps);
  joinAll(groups, begun, { ...deps, toleranceMs: PBX_PRECISION_MS });
}

function joinAll(
  groups: readonly Group[],
  begun: EntryGroups,
  deps: Deps & { readonly rung: Map<string, ObservedLeg[]>; readonly contested: Set<string> },
): void {
  for (const group of groups) {
    if (!isAlone(group) || group.entries.length > 0 || group.legs.length === 0) continue;
    const best = strongest(group, begun, deps);
    if (best === null) continue;
    const { call, group: into, entry } = best.candidate;
    if (!hasRoom((call === null ? 0 : extentOf(call)) + (into?.legs.length ?? 0), group)) continue;
    if (best.rivals.length > 0)
      for (const one of [best.candidate, ...best.rivals]) deps.contested.add(one.entry.key);
    const isSure = best.isNamed || !(deps.contested.has(entry.key) || best.isLeftOver);
    const joined = isSure && !mayRingElsewhere(group.legs[0]!.seen, best.candidate) ? 'shown' : 'inferred';
    if (call === null) {
      mergeInto(group, into!, joined);
      continue;
    }
    joinsCall(group, call, joined);
    for (const { seen } of group.legs) add(deps.rung, call.callId, seen);
  }
}

/** Whether the queue had let the caller go when the leg began, or in that second: the PBX makes the next legs in the same moment. */
function mayRingElsewhere({ startedAt }: ObservedLeg, { entry: row }: Candidate): boolean {
  return row.status === 'abandoned' && (startedAt === null || startedAt >= (row.abandonedAt ?? startedAt));
}

function legsAlone(groups: readonly Group[]): ReadonlyMap<string, readonly ObservedLeg[]> {
  const alone = new Map<string, ObservedLeg[]>();
  for (const group of groups)
    if (isAlone(group) && group.entries.length === 0)
      for (const { seen } of group.legs) add(alone, customerKey(seen.customer), seen);
  return alone;
}

/** Some PBXs show the call's id at the leg that has answered it, so that the leg is a new one of the call by its id. */
function answeredById(groups: readonly Group[]): ReadonlySet<string> {
  const answered = new Set<string>();
  for (const { joins, legs } of groups) {
    if (joins === null) continue;
    const rang = (extension: string) => joins.legs.some(({ seen }) => seen.extension === extension);
    // Where the queue says so too, its ring may have been taken for another call.
    const isIts = ({ extension }: ObservedLeg) => rang(extension) || joins.entry?.answered === true;
    if (legs.some(({ seen }) => seen.signal === 'answered' && isIts(seen))) answered.add(joins.callId);
  }
  return answered;
}

interface Best {
  readonly candidate: Candidate;
  /** Those that the leg may be rung for as well. */
  readonly rivals: readonly Candidate[];
  /** The row names the agent, as no other does. */
  readonly isNamed: boolean;
  /** Another entry of the customer has a leg that may be this one's. */
  readonly isLeftOver: boolean;
}

function strongest({ legs }: Group, begun: EntryGroups, deps: Deps): Best | null {
  const { seen } = legs[0]!;
  const ranked: { readonly candidate: Candidate; readonly rank: number }[] = [];
  const candidates = candidatesFor(seen, begun, deps);
  const isOfMany = isRungWithMany(seen, candidates, deps);
  const mistaken = rungAsOutbound(seen, candidates, deps);
  for (const candidate of candidates) {
    const isAnothers = isOfMany || mistaken.has(candidate.entry.key);
    const evidence = ENTRY_RINGS.decide(ringFacts(seen, candidate, isAnothers, deps));
    if (evidence === null) continue;
    const rings =
      (candidate.entry.status === 'trying' && !isMissing(candidate)) ||
      (hasTurned(candidate, deps, 'answered') && namedBy(candidate.entry, seen, deps.cycle) !== 'another');
    ranked.push({ candidate, rank: 2 * STRENGTH[evidence] + (rings ? 1 : 0) });
  }
  if (ranked.length === 0) return null;
  const unheard = ranked.filter(({ candidate }) => !isHeard(candidate, deps.cycle));
  const likely = unheard.length > 0 ? unheard : ranked;
  const rank = Math.max(...likely.map((one) => one.rank));
  const best = likely.filter((one) => one.rank === rank).map(({ candidate }) => candidate);
  // Where none is known to ring, nothing says for which of two queues the leg is.
  if (rank % 2 === 0 && new Set(best.map(({ entry }) => entry.queueId)).size > 1) return null;
  const candidate = best.reduce((first, other) => (isBehind(first, other) ? other : first));
  const rivals = best.filter((one) => one !== candidate);
  const isNamed = rivals.length === 0 && rank >= 2 * STRENGTH.named;
  return {
    candidate,
    rivals,
    isNamed,
    isLeftOver: candidates.some((one) => one !== candidate && hasDoubtful(one)),
  };
}

/** Whether a leg rings for the entry that may be another's of the customer. */
function hasDoubtful({ call, group }: Candidate): boolean {
  if (group !== null || isConnected(call)) return false;
  return call.legs.some(
    ({ joined, state, absence }) => joined === 'inferred' && state === 'ringing' && absence === null,
  );
}

/**
 * Whether the leg began with so many others of the customer and the hotline that one queue rings them all for an entry, and a
 * candidate is such an entry: it is Trying and names no agent.
 */
function isRungWithMany(leg: ObservedLeg, candidates: readonly Candidate[], { alone }: Deps): boolean {
  const ringsAll = ({ entry }: Candidate) => entry.status === 'trying' && agentNamesOf(entry).length === 0;
  if (candidates.length < 2 || !candidates.some(ringsAll)) return false;
  const legs = alone.get(customerKey(leg.customer)) ?? NONE;
  if (legs.length > MAX_CROWD) return false;
  const together = legs.filter(
    (other) =>
      beganTogether(other.startedAt, leg.startedAt) === 'together' &&
      hotlineMatch(other.hotline, leg.hotline) === 'same',
  );
  return new Set(together.map(({ extension }) => extension)).size > candidates.length;
}

/**
 * The entries that ring one agent already: by a leg that had begun a call as an outbound one, before it was known whose direction
 * the rows show. Each such leg is that of the first caller for whom it can be rung.
 */
function rungAsOutbound(
  leg: ObservedLeg,
  candidates: readonly Candidate[],
  { index, cycle }: Deps,
): ReadonlySet<string> {
  const rung = new Set<string>();
  const entries = candidates.map(({ entry }) => entry).filter(ringsOneAgent);
  if (entries.length === 0) return rung;
  const isMistaken = ({ seen, absence }: Leg) =>
    absence === null &&
    seen.extension !== leg.extension &&
    seen.asLeg?.leg.direction === 'inbound' &&
    cycle.isReadAsBefore(seen.key);
  for (const { direction, legs } of index.byCustomer(customerKey(leg.customer))) {
    if (direction !== 'outbound') continue;
    for (const { seen } of legs.filter(isMistaken)) {
      const first = entries
        .filter(
          (entry) =>
            !rung.has(entry.key) && ringTimes(entry).from <= (seen.startedAt ?? 0) + PBX_PRECISION_MS,
        )
        .sort((a, b) => entryBegan(a) - entryBegan(b))[0];
      if (first !== undefined) rung.add(first.key);
    }
  }
  return rung;
}

/**
 * Whether an agent has answered the caller since the entry began: where that leg is gone and the row stays Trying, the caller has gone
 * too, as a rule. An agent who answered before may have sent the caller into the queue.
 */
function isHeard({ entry, call, group }: Candidate, { skewMs }: CycleFacts): boolean {
  if (group?.legs.some(({ seen }) => seen.signal === 'answered') === true) return true;
  const answeredAt = call?.answeredAt ?? null;
  return answeredAt !== null && answeredAt >= onOurClock(entryBegan(entry), skewMs);
}

/** Whether the row is missing: the queue rings for it no more, and did so until some time since the poll before. */
function isMissing({ call, group }: Candidate): boolean {
  return group === null && call.entry.absence !== null;
}

function isBehind(a: Candidate, b: Candidate): boolean {
  return entryBegan(a.entry) - entryBegan(b.entry) > 0 || (sameBegin(a, b) && a.place > b.place);
}

function sameBegin(a: Candidate, b: Candidate): boolean {
  return entryBegan(a.entry) === entryBegan(b.entry);
}

function candidatesFor(
  leg: ObservedLeg,
  begun: EntryGroups,
  { index, answers, weighing }: Deps,
): readonly Candidate[] {
  const customer = customerKey(leg.customer);
  const placeOf = ({ key }: ObservedQueueEntry) => answers.places.get(key) ?? Infinity;
  const found: Candidate[] = [];
  for (const call of index.byCustomer(customer)) {
    if (!isQueued(call)) continue;
    const entry = call.entry.seen;
    found.push({ entry, place: placeOf(entry), call, group: null });
  }
  for (const group of weighing.among(begun.get(customer) ?? NONE)) {
    if (group.mergedInto !== null) continue;
    const entry = group.entries.at(-1)!;
    found.push({ entry, place: placeOf(entry), call: group.joins, group });
  }
  return weighing.among(found);
}

function ringFacts(leg: ObservedLeg, candidate: Candidate, isAnothers: boolean, deps: Deps): RingFacts {
  const { cycle, answers } = deps;
  const { entry, call, group } = candidate;
  const customers = likeness(customerKey(entry.customer), customerKey(leg.customer));
  const written = isWrittenAlike(entry.customer, leg.customer);
  return {
    outbound: !mayBeInbound(leg),
    ended: deps.index.ended.byUpstreamId(leg.callId, cycle.now) !== undefined,
    customers,
    written,
    goesOn: customers === 'withheld' && !written && goesOn(leg, candidate, deps),
    waits:
      entry.status === 'waiting' &&
      answers.places.has(entry.key) &&
      (group === null ? answers.queueIsNoOlder && !answers.turned.has(call.callId) : answers.queueIsLater),
    names: agentFor(leg, candidate, isAnothers, deps),
    owns: ownsLegAt(leg, candidate),
    hotlines: hotlineMatch(hotlineOf(candidate, deps), leg.hotline),
    learnt: learntOf(entry, call, leg, cycle),
    time: ringsAt(leg, candidate, deps),
    connected:
      call !== null &&
      (isConnected(call) || deps.answered.has(call.callId)) &&
      !waitsAgain(entry, call, cycle),
    stale: group === null && isStale(call.entry, cycle),
  };
}

function goesOn(leg: ObservedLeg, { call }: Candidate, deps: Deps): boolean {
  const continued = callContinuedBy(leg, deps);
  return continued !== null && continued !== call;
}

/** Whether the caller has come to another queue since the answer, and waits there: a leg that still seems to talk is one that an answer lacks. */
function waitsAgain(
  { status, joinedAt }: ObservedQueueEntry,
  { answeredAt }: Call,
  { skewMs }: CycleFacts,
): boolean {
  if (answeredAt === null || (status !== 'waiting' && status !== 'trying')) return false;
  return onOurClock(joinedAt, skewMs) > answeredAt + PBX_PRECISION_MS;
}

function hotlineOf({ call, group }: Candidate, { rung }: Deps): PhoneNumber | null {
  if (group === null)
    return call.hotline ?? rung.get(call.callId)?.find(({ hotline }) => hotline !== null)?.hotline ?? null;
  // A caller in a second queue may have come to it through another number than the one that was called first.
  if (call !== null) return null;
  return group.legs.find(({ seen }) => seen.hotline !== null)?.seen.hotline ?? null;
}

/** A caller whom one queue sent on to another came in by a number of the first. */
function learntOf(
  { queueId }: ObservedQueueEntry,
  call: Call | null,
  { hotline }: ObservedLeg,
  { leadsTo }: CycleFacts,
): Match {
  const before = call?.queues.map(({ id }) => leadsTo(id, hotline)) ?? [];
  const found = [leadsTo(queueId, hotline), ...before];
  return found.includes('same') ? 'same' : found.includes('unknown') ? 'unknown' : 'different';
}

function isQueued(call: Call): call is Call & { readonly entry: QueueEntry } {
  return call.entry !== null;
}

/** Two devices of one extension ring for one entry at the same time; a leg that begins later is another ring. */
function ownsLegAt({ extension, startedAt, key }: ObservedLeg, { call, group }: Candidate): boolean {
  const live =
    call === null ? [] : call.legs.filter(({ absence }) => absence === null).map(({ seen }) => seen);
  const own = [...live, ...(group?.legs.map(({ seen }) => seen) ?? [])];
  return own.some(
    (seen) =>
      seen.extension === extension &&
      seen.key !== key &&
      beganTogether(seen.startedAt, startedAt) !== 'together',
  );
}

/**
 * Whose agent the row names: by the name or, where it is not known, by the leg that already rings for the entry; it is none of
 * many that one queue rings at once. The queue rings one agent at a time where it names one. A row that says
 * Answered names who answered: that says nothing of the others that rang until then. Nor does a row from before the monitor's
 * answer say who rings now, if the agent that it names has stopped ringing since.
 */
function agentFor(
  leg: ObservedLeg,
  candidate: Candidate,
  isAnothers: boolean,
  deps: Deps,
): RingFacts['names'] {
  const { entry } = candidate;
  const named = namedWhileRinging(entry, leg, deps.cycle);
  if (named === 'another' && isOfRingBefore(candidate, deps)) return 'none known';
  if (named !== 'none known') return named;
  if (candidate.group === null && rangLast(candidate.call, leg.extension)) return 'it';
  if (isOfRingBefore(candidate, deps)) return named;
  return ringsOneAgent(entry) && (isAnothers || ringsAnother(leg, candidate, deps)) ? 'another' : named;
}

/** Whether the queue was not asked since the agent whom the row names, if that is known, or else any has rung for the entry, and stopped. */
function isOfRingBefore({ entry, call, group }: Candidate, { cycle, answers }: Deps): boolean {
  if (group !== null || answers.queueIsNoOlder) return false;
  const extension = cycle.extensionOf(agentNamesOf(entry));
  const isIts = (one: string) => extension === undefined || one === extension;
  const hasRung = call.participants.some((one) => isIts(one.extension));
  return hasRung && !call.legs.some(({ seen, absence }) => isIts(seen.extension) && absence === null);
}

function ringsOneAgent(entry: ObservedQueueEntry): boolean {
  return entry.status === 'trying' && agentNamesOf(entry).length > 0;
}

function namedWhileRinging(
  entry: ObservedQueueEntry,
  leg: ObservedLeg,
  cycle: CycleFacts,
): RingFacts['names'] {
  const named = namedBy(entry, leg, cycle);
  const isOther = named === 'another' && entry.status === 'answered' && leg.signal !== 'answered';
  return isOther ? 'none known' : named;
}

/**
 * Whether the agent that a Trying row names is at another extension, since a leg of the entry rings elsewhere. The leg of the agent before has gone from an answer that shows the next one's, for the
 * PBX tries that one at its next tick, a second later; but a partial answer may lack it.
 */
function ringsAnother(
  leg: ObservedLeg,
  { call, group }: Candidate,
  { cycle: { incomplete }, rung }: Deps,
): boolean {
  const isElsewhere = (seen: ObservedLeg) => seen.extension !== leg.extension && mayBeInbound(seen);
  const begun = [...(group?.legs.map(({ seen }) => seen) ?? []), ...(rung.get(call?.callId ?? '') ?? [])];
  const isThere = ({ seen, absence }: Leg) =>
    absence === null && incomplete.monitor?.missing.has(seen.key) !== true;
  const known = call?.legs.filter(isThere).map(({ seen }) => seen) ?? [];
  return [...begun, ...known].some(isElsewhere);
}

function ringsAt(
  { startedAt }: ObservedLeg,
  candidate: Candidate,
  { cycle: { now, skewMs }, answers: { turned }, toleranceMs }: Deps,
): RingFacts['time'] {
  const { entry, call, group } = candidate;
  const { from, to } = ringTimes(entry);
  const isOver = entry.status === 'answered' || entry.status === 'abandoned';
  if (startedAt === null) {
    if (entry.status === 'abandoned') return 'outside';
    return isOver && group === null && !turned.has(call.callId) ? 'outside' : 'unknown';
  }
  if (startedAt < from - toleranceMs) return 'outside';
  if (!isOver) return 'inside';
  // Where the row does not say when it was over, the poll that showed it does, on the bridge's clock.
  const isBefore =
    to === null
      ? onOurClock(startedAt, skewMs) <= (group === null ? call.entry.changedAt : now) + PBX_PRECISION_MS
      : startedAt <= to + PBX_PRECISION_MS;
  return isBefore ? 'inside' : 'outside';
}

function hasTurned(
  { entry, call }: Candidate,
  { answers }: Deps,
  status: ObservedQueueEntry['status'],
): boolean {
  return entry.status === status && (call === null || answers.turned.has(call.callId));
}

/**
 * Joins each new entry to the live call whose ring it takes: seen since the last queue answer without the entry, and begun at
 * or after its join, but not after it was over. The strongest evidence decides first; of several entries with the same, who
 * joined earliest has the ring. Where an entry has several such calls, it joins none.
 */
export function joinEntriesToRinging(
  groups: readonly Group[],
  weighed: Weighed & { readonly answers: Pick<Answers, 'queueIsNoOlder'> },
): void {
  const begun = groups.filter((group) => isAlone(group) && group.entries.length > 0);
  const taken = new Set<string>();
  const rings = new Map(begun.map((group) => [group, ringingFor(group, weighed)]));
  const rivals = new Map<string, Group[]>();
  for (const [group, ringing] of rings) for (const { call } of ringing) add(rivals, call.callId, group);
  const joinsOnly = (group: Group, strength: number): void => {
    const free = rings.get(group)!.filter(({ call, rank }) => rank === strength && !taken.has(call.callId));
    if (!isAlone(group) || free.length !== 1) return;
    const { call } = free[0]!;
    taken.add(call.callId);
    joinsCall(group, call, 'shown');
    // A ring that is taken may leave only one for an entry that joined earlier.
    for (const rival of rivals.get(call.callId)!) {
      if (rival === group) break;
      joinsOnly(rival, strength);
    }
  };
  for (const strength of [STRENGTH.named, STRENGTH.customer, STRENGTH.written, STRENGTH.time]) {
    for (const group of begun) joinsOnly(group, strength);
  }
}

interface Ringing {
  readonly call: Call;
  readonly rank: number;
}

function ringingFor(
  group: Group,
  { index, cycle, weighing, answers }: Parameters<typeof joinEntriesToRinging>[1],
): Ringing[] {
  const [entry] = group.entries;
  return weighing.among(index.byCustomer(customerOf(group))).flatMap((call) => {
    const ranks = ringsOf(call, entry!, cycle).flatMap((leg) => {
      const evidence = ENTRY_RINGS.decide(takenFacts(leg, call, entry!, cycle, answers));
      return evidence === null ? [] : [STRENGTH[evidence]];
    });
    return ranks.length === 0 ? [] : [{ call, rank: Math.max(...ranks) }];
  });
}

/**
 * The facts of a ring that the entry comes after. While it rang the row may have named another than now; but where it names one, the
 * queue rings one agent at a time.
 */
function takenFacts(
  { seen, absence }: Leg,
  call: Call,
  entry: ObservedQueueEntry,
  cycle: CycleFacts,
  { queueIsNoOlder }: Pick<Answers, 'queueIsNoOlder'>,
): RingFacts {
  const names = namedWhileRinging(entry, seen, cycle);
  return {
    outbound: false,
    ended: false,
    customers: likeness(customerKey(entry.customer), customerKey(call.customer)),
    written: isWrittenAlike(entry.customer, seen.customer),
    goesOn: false,
    waits: entry.status === 'waiting' && absence === null && queueIsNoOlder,
    names: ringsMany(call, entry)
      ? 'another'
      : names === 'another' && absence !== null
        ? 'none known'
        : names,
    owns: false,
    hotlines: 'unknown',
    learnt: cycle.leadsTo(entry.queueId, seen.hotline),
    time: 'inside',
    connected: false,
    stale: false,
  };
}

function ringsMany({ legs }: Call, entry: ObservedQueueEntry): boolean {
  if (!ringsOneAgent(entry)) return false;
  const there = legs.filter(({ seen, absence }) => absence === null && mayBeInbound(seen));
  return new Set(there.map(({ seen }) => seen.extension)).size > 1;
}

function ringsOf(call: Call, entry: ObservedQueueEntry, cycle: CycleFacts): readonly Leg[] {
  const { entry: own, pastEntries, direction, answeredAt, legs } = call;
  if (direction === 'outbound' || own !== null || pastEntries.length > 0) return [];
  const { from, to } = ringTimes(entry);
  if (answeredAt !== null && answeredAt < onOurClock(from, cycle.skewMs) - PBX_PRECISION_MS) return [];
  return legs.filter(({ seen, firstSeen }) => {
    const isSince = cycle.queueSeenBefore === null || firstSeen > cycle.queueSeenBefore;
    if (!mayBeInbound(seen) || !isSince) return false;
    return (
      seen.startedAt === null ||
      (seen.startedAt >= from && (to === null || seen.startedAt <= to + PBX_PRECISION_MS))
    );
  });
}
