import type { Absence, Call } from '../model/call.js';
import { type CallIndex, mayBeInbound, numberKey } from '../index/call-index.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { onlyEntryDuring, entryBegan } from '../parts/part.js';
import { isBefore, whenGone } from '../parts/window.js';

/**
 * Decides which parts are one call: each part that an observation shows for the first time joins a live call, joins other
 * new parts, or begins a call of its own.
 *
 * 1. Parts that share an upstream id are one call.
 * 2. Parts that share no id are one call only where exactly one candidate fits:
 *    a. an inbound leg and a queue entry of the same customer that are alive at the same time (if no entry is alive, one
 *       that has just gone counts: an overflow rings elsewhere at once), or an entry that is Abandoned in the first poll
 *       that shows it and a leg that began during that entry;
 *    b. inbound legs that ring simultaneously for the same customer and hotline (a ring group);
 *    c. the two legs of a local call that name each other.
 * 3. Ambiguous parts remain separate calls: taking two customers for one is worse than emitting a second event.
 *
 * It never merges two calls that have both been announced, because a `callId` never changes. The order of the rows makes
 * no difference: the parts are sorted first.
 */
export function correlate(parts: NewParts, index: CallIndex): Placement[] {
  const groups = groupById(parts);
  for (const group of groups) group.joins = callSharingAnId(group, index);
  joinAbandonedEntries(groups, index);
  joinQueueEntries(groups, index);
  joinRingGroups(groups, index);
  joinLocalPairs(groups, index);
  return groups
    .filter((group) => group.mergedInto === null)
    .map(({ joins, legs, entries }) => ({ joins, legs, entries }));
}

export interface NewParts {
  readonly legs: readonly ObservedLeg[];
  readonly entries: readonly ObservedQueueEntry[];
}

/** New parts of one call: of the live call `joins`, or of a new call where that is null. */
export interface Placement {
  readonly joins: Call | null;
  readonly legs: readonly ObservedLeg[];
  readonly entries: readonly ObservedQueueEntry[];
}

interface Group {
  readonly legs: ObservedLeg[];
  readonly entries: ObservedQueueEntry[];
  joins: Call | null;
  mergedInto: Group | null;
}

/** Applies rule 1 to the new parts: those that share an id become one group. */
function groupById({ legs, entries }: NewParts): Group[] {
  const groups: Group[] = [];
  const byId = new Map<string, Group>();
  const groupFor = (id: string | null): Group => {
    const known = id === null ? undefined : byId.get(id);
    if (known !== undefined) return known;
    const group: Group = { legs: [], entries: [], joins: null, mergedInto: null };
    groups.push(group);
    if (id !== null) byId.set(id, group);
    return group;
  };
  for (const entry of [...entries].sort(byJoining)) groupFor(entry.callId).entries.push(entry);
  for (const leg of [...legs].sort(byStart)) groupFor(leg.callId).legs.push(leg);
  return groups;
}

/** Applies rule 1 to a group: finds the live call that has one of its ids. */
function callSharingAnId(group: Group, index: CallIndex): Call | null {
  for (const parts of [group.entries, group.legs]) {
    for (const { callId } of parts) {
      const call = callId === null ? undefined : index.byUpstreamId(callId);
      if (call !== undefined) return call;
    }
  }
  return null;
}

/**
 * Applies rule 2a to entries that are Abandoned in the first poll that shows them. While one endpoint is slow, its answer
 * is older than the other's, so only the PBX's own times show whether a leg began to ring during this entry and no other.
 */
function joinAbandonedEntries(groups: readonly Group[], index: CallIndex): void {
  if (!groups.some(isAbandonedEntry)) return;
  for (const [customer, ofCustomer] of groupBy(groups.filter(isAlone), customerOf)) {
    const calls = index.byCustomer(customer);
    const entries = [
      ...ofCustomer.flatMap(({ entries }) => entries),
      ...calls.flatMap(({ entry }) => (entry === null ? [] : [entry.seen])),
    ];
    for (const entryGroup of ofCustomer.filter(isAbandonedEntry)) {
      const isOfEntry = (leg: ObservedLeg) => {
        const entry = mayBeInbound(leg) ? onlyEntryDuring(leg.startedAt, entries) : null;
        return entry !== null && entryGroup.entries.includes(entry);
      };
      const ringing = calls.filter(
        ({ entry, legs }) => entry === null && legs.some(({ seen }) => isOfEntry(seen)),
      );
      if (ringing.length > 1) continue;
      entryGroup.joins = ringing[0] ?? null;
      for (const group of ofCustomer) {
        if (group.entries.length > 0 || !isAlone(group) || !group.legs.some(isOfEntry)) continue;
        if (entryGroup.joins === null) merge(group, entryGroup);
        else group.joins = entryGroup.joins;
      }
    }
  }
}

/** Applies rule 2a to entries whose caller waits, and to the inbound legs of their customers. */
function joinQueueEntries(groups: readonly Group[], index: CallIndex): void {
  for (const [customer, ofCustomer] of groupBy(groups.filter(isAlone), customerOf)) {
    const calls = index.byCustomer(customer);
    const entryGroups = ofCustomer.filter((group) => group.entries.some(isInQueue));
    if (calls.length + entryGroups.length === 0) continue;
    const legGroups = ofCustomer.filter(
      (group) => group.entries.length === 0 && group.legs.some(mayBeInbound),
    );
    const live = calls.filter(hasEntry);
    // If no entry is alive, one that has just gone counts: an overflow rings elsewhere before that is confirmed.
    const entryCalls = live.length + entryGroups.length > 0 ? live : calls.filter(isLeavingQueue);
    if (entryGroups.length + entryCalls.length !== 1) continue;

    const [entryGroup] = entryGroups;
    if (entryGroup !== undefined) {
      const ringing = calls.filter(
        (call) => call.entry === null && hasInboundLeg(call) && overlaps(call, entryGroup.entries),
      );
      if (ringing.length === 1) entryGroup.joins = ringing[0]!;
    }
    for (const legGroup of legGroups) {
      if (entryGroup === undefined) legGroup.joins = entryCalls[0]!;
      else merge(legGroup, entryGroup);
    }
  }
}

/** Applies rule 2b: joins the legs of a ring group. */
function joinRingGroups(groups: readonly Group[], index: CallIndex): void {
  for (const ring of groupBy(groups.filter(isAlone), ringGroupKey).values()) {
    const first = ring[0]!;
    const leg = first.legs[0]!;
    // Two answered legs are two conversations. One answered leg is a ring group whose other legs still ring.
    if (ring.filter((group) => group.legs.some(({ signal }) => signal === 'answered')).length > 1) continue;
    const candidates = index.byCustomer(customerOf(first)!).filter((call) => ringsFor(call, leg));
    if (candidates.length > 1) continue;
    const [call] = candidates;
    for (const group of ring) {
      if (call !== undefined) group.joins = call;
      else if (group !== first) merge(group, first);
    }
  }
}

/** Names the ring group of a leg by customer and hotline. Null for a group of parts that can belong to no ring group. */
function ringGroupKey(group: Group): string | null {
  const [leg] = group.legs;
  const customer = customerOf(group);
  if (leg?.direction !== 'inbound' || group.entries.length > 0 || customer === null) return null;
  return `${customer} ${numberKey(leg.hotline) ?? ''}`;
}

/** Applies rule 2c: joins the two legs of a local call. */
function joinLocalPairs(groups: readonly Group[], index: CallIndex): void {
  const local = groups.filter((group) => isAlone(group) && namesItsPeer(group));
  const byNames = groupBy(local, (group) => pairKey(group.legs[0]!.extension, group.legs[0]!.peer!));
  for (const group of local) {
    if (!isAlone(group)) continue;
    const { extension, peer } = group.legs[0]!;
    const calls = index
      .localAt(peer!)
      .filter(
        ({ legs }) =>
          legs.length === 1 && legs[0]!.seen.extension === peer && legs[0]!.seen.peer === extension,
      );
    const others = (byNames.get(pairKey(peer!, extension)) ?? []).filter(isAlone);
    const rivals = byNames.get(pairKey(extension, peer!)) ?? [];
    if (calls.length + others.length !== 1 || rivals.length !== 1) continue;
    if (calls.length === 1) group.joins = calls[0]!;
    else merge(group, others[0]!);
  }
}

function namesItsPeer({ legs }: Group): boolean {
  return legs[0]?.direction === 'local' && legs[0].peer !== null && legs[0].peer !== legs[0].extension;
}

function pairKey(extension: string, peer: string): string {
  return `${extension} ${peer}`;
}

function merge(group: Group, into: Group): void {
  into.legs.push(...group.legs);
  into.entries.push(...group.entries);
  group.mergedInto = into;
}

/** Groups by key, in the order in which the keys first occur, and leaves out what has no key. */
function groupBy(groups: readonly Group[], keyOf: (group: Group) => string | null): Map<string, Group[]> {
  const byKey = new Map<string, Group[]>();
  for (const group of groups) {
    const key = keyOf(group);
    if (key === null) continue;
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [group]);
    else known.push(group);
  }
  return byKey;
}

function isAlone(group: Group): boolean {
  return group.joins === null && group.mergedInto === null;
}

function customerOf(group: Group): string | null {
  return numberKey(group.entries[0]?.customer ?? group.legs[0]?.customer ?? null);
}

function isInQueue(entry: ObservedQueueEntry): boolean {
  return entry.status !== 'abandoned';
}

function isAbandonedEntry(group: Group): boolean {
  return isAlone(group) && group.entries.length > 0 && !group.entries.some(isInQueue);
}

function hasEntry(call: Call): boolean {
  return call.entry !== null && call.entry.absence === null;
}

/**
 * Whether the caller is just leaving the queue and may go on at another extension. Once a poll has shown a connected
 * participant, a caller leaves the queue by hanging up; until then, a leg of the call may still appear.
 */
function isLeavingQueue(call: Call): boolean {
  const { entry, connected } = call;
  return entry !== null && entry.absence !== null && connected === null && isAbsenceNew(call, entry.absence);
}

/**
 * Whether the absence waits to be confirmed, or was confirmed by this very poll because one is enough: a live call has no
 * part that was confirmed as gone earlier.
 */
function isAbsenceNew({ pendingAbsence }: Call, { polls }: Absence): boolean {
  return pendingAbsence || polls === 1;
}

function hasInboundLeg(call: Call): boolean {
  return call.legs.some((leg) => mayBeInbound(leg.seen));
}

/**
 * Whether the call and the queue entries can be of one caller by their times. A call that was answered before its caller
 * joined the queue is another conversation, and so is one whose legs had all stopped ringing before that.
 */
function overlaps(call: Call, entries: readonly ObservedQueueEntry[]): boolean {
  const { answeredAt, legs } = call;
  if (answeredAt !== null && entries.some((entry) => answeredAt < entry.joinedAt)) return false;
  const firstJoined = Math.min(...entries.map(entryBegan));
  return isAtAnExtension(call) || legs.some(({ absence }) => !isBefore(whenGone(absence!), firstJoined));
}

/**
 * Whether a leg of the call is there, or has only now gone missing: in a hunt group the next extension rings as the one
 * before stops ringing. Once all legs are confirmed as gone the call is over, already in the poll that confirms it.
 */
function isAtAnExtension(call: Call): boolean {
  return call.legs.some(({ absence }) => absence === null || isAbsenceNew(call, absence));
}

function ringsFor(call: Call, leg: ObservedLeg): boolean {
  return (
    call.direction === 'inbound' &&
    call.answeredAt === null &&
    !hasEntry(call) &&
    isAtAnExtension(call) &&
    numberKey(call.hotline) === numberKey(leg.hotline)
  );
}

function byJoining(a: ObservedQueueEntry, b: ObservedQueueEntry): number {
  return entryBegan(a) - entryBegan(b) || compare(a.entryKey, b.entryKey);
}

function byStart(a: ObservedLeg, b: ObservedLeg): number {
  return (a.startedAt ?? Number.MAX_VALUE) - (b.startedAt ?? Number.MAX_VALUE) || compare(a.key, b.key);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
