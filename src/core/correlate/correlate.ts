import type { Call } from '../model/call.js';
import type { CallIndex } from '../index/call-index.js';
import type { ObservedLeg, PhoneNumber } from '../model/observation.js';
import { isPresent } from '../parts/connected-participant.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import { mayBeConsulted } from '../observe/consulted-leg.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { entryBegan, extentOf } from '../parts/part.js';
import type { Answers } from './candidates.js';
import { callContinuedBy, callLetInto, callOfRedial, mayContinue } from './continuation.js';
import { joinEntriesToRinging, joinLegsToEntries } from './entry-ring.js';
import { customerOf, type Group, groupOf, hasRoom, isAlone, joinsCall } from './group.js';
import { joinLocalPairs } from './local-pairs.js';
import type { NewParts, PlacedLeg, Placement } from './placement.js';
import { mayPickUp, thirdExtension } from './third-extension.js';
import { joinRingGroups } from './ring-group.js';
import { Weighing } from './weighing.js';

/**
 * Decides which parts are one call: each part that an observation shows for the first time joins a live call, joins other
 * new parts, or begins a call of its own. `evidence-rules.ts` has the rules; this is the order in which they are asked.
 *
 * 1. Parts that share an upstream id are one call, unless two live calls show it; a leg may show another id as it is answered
 *    (`observe/answered-leg.ts`), and a consulted one as it is connected to the customer (`observe/consulted-leg.ts`).
 * 2. A queue entry takes the ring that was there before it (`entry-ring.ts`); one that is over already is of the call that
 *    another queue let go in that second (`continuation.ts`).
 * 3. A leg joins the queue entry that it is rung for (`entry-ring.ts`).
 * 4. A leg picks a ringing call up, or listens in on a conversation (`third-extension.ts`).
 * 5. A leg continues the call that has just lost a part (`continuation.ts`).
 * 6. Legs that ring for one caller at the same time are a ring group (`ring-group.ts`).
 * 7. The two legs of a local call name each other (`local-pairs.ts`).
 *
 * What is left is a call of its own: taking two customers for one is worse than emitting a second event. It never merges two
 * calls that have both been announced, because a `callId` never changes. So a leg that rule 4 or 5 may have of a call whose old leg
 * is still there waits for one answer: the PBX shows the old leg for some 50 ms beside the next one.
 */
export function correlate(
  parts: NewParts,
  index: CallIndex,
  cycle: CycleFacts,
  answers: Answers,
): Placement[] {
  const groups = groupById(parts);
  const weighing = new Weighing();
  for (const group of groups) joinAnswered(group, index, answers);
  for (const group of groups) if (isAlone(group)) joinById(group, index);
  for (const group of groups) joinConsulted(group, index, answers);
  for (const group of groups) {
    if (!isAlone(group) || group.entries.length !== 1 || group.legs.length > 0) continue;
    const call = callLetInto(group.entries[0]!, { index, cycle, weighing });
    if (call !== null) joinsCall(group, call, 'shown');
  }
  joinEntriesToRinging(groups, { index, cycle, weighing, answers });
  joinLegsToEntries(groups, { index, cycle, answers, weighing });
  const answering = answeringAt(groups);
  for (const group of groups) {
    if (!isLoneLeg(group)) continue;
    const third = thirdExtension(group.legs[0]!.seen, { index, cycle, weighing, answering });
    if (third !== null && hasRoom(extentOf(third.call), group)) joinsCall(group, third.call, third.joined);
  }
  for (const group of groups) {
    if (!isLoneLeg(group)) continue;
    const call = callContinuedBy(group.legs[0]!.seen, { index, cycle, weighing });
    if (call !== null && hasRoom(extentOf(call), group)) joinsCall(group, call, 'inferred');
  }
  joinRingGroups(groups, { index, cycle, weighing });
  joinLocalPairs(groups, { index, weighing });
  const awaits = (group: Group): boolean =>
    isAlone(group) &&
    group.entries.length === 0 &&
    group.legs.every(({ seen }) => !answers.shownBefore.has(seen.key) && mayBelong(seen));
  const mayBelong = (leg: ObservedLeg): boolean =>
    mayContinue(leg, { index, cycle, weighing }) ||
    mayPickUp(leg, { index, cycle, weighing }) ||
    mayBeConsulted(leg, index);
  return groups
    .filter((group) => group.mergedInto === null)
    .map((group) => ({
      joins: group.joins,
      awaits: awaits(group),
      redials: isLoneLeg(group) ? callOfRedial(group.legs[0]!.seen, { index, cycle, weighing }) : null,
      legs: group.legs,
      entries: group.entries,
    }));
}

/**
 * Applies rule 1 to the new parts: those that share an id become one group. Entries that began in one second keep the PBX's
 * order, in which it serves them.
 */
function groupById({ legs, entries }: NewParts): Group[] {
  const groups: Group[] = [];
  const byId = new Map<string, SameId>();
  const groupFor = (id: string | null, customer: PhoneNumber | null): Group => {
    const known = id === null ? undefined : byId.get(id)?.of(customer);
    if (known !== undefined) return known;
    const group = groupOf(customer);
    groups.push(group);
    if (id !== null) {
      const sharing = byId.get(id) ?? new SameId();
      byId.set(id, sharing);
      sharing.add(group);
    }
    return group;
  };
  for (const entry of [...entries].sort((a, b) => entryBegan(a) - entryBegan(b)))
    groupFor(entry.callId, entry.customer).entries.push(entry);
  for (const seen of [...legs].sort(byStart))
    groupFor(seen.callId, seen.customer).legs.push({ seen, joined: 'shown' });
  return groups;
}

/** The groups that share an id: those of several customers. Looking one up does not depend on how many there are. */
class SameId {
  readonly #byCustomer = new Map<string, Group>();
  #first: Group | null = null;

  /** The first group that may be this customer's, as `areOne` says. */
  of(customer: PhoneNumber | null): Group | undefined {
    const key = customerKey(customer);
    if (key === WITHHELD) return this.#first ?? undefined;
    return this.#byCustomer.get(WITHHELD) ?? this.#byCustomer.get(key);
  }

  add(group: Group): void {
    this.#first ??= group;
    this.#byCustomer.set(customerOf(group), group);
  }
}

/** An id that two customers show is none of a call. A row without a customer may be anybody's. */
function areOne(a: PhoneNumber | null, b: PhoneNumber | null): boolean {
  const [one, other] = [customerKey(a), customerKey(b)];
  return one === other || one === WITHHELD || other === WITHHELD;
}

/** Applies rule 1 to a group: finds the live call that has one of its ids. */
function joinById(group: Group, index: CallIndex): void {
  const parts = [...group.entries, ...group.legs.map(({ seen }) => seen)];
  for (const { callId, customer } of parts) {
    const call = callId === null ? undefined : index.byUpstreamId(callId);
    if (call === undefined || !areOne(call.customer, customer) || !hasRoom(extentOf(call), group)) continue;
    const listens = group.legs.some(({ seen }) => comesInOn(call, seen));
    return joinsCall(group, call, listens ? 'listens' : 'shown');
  }
}

/** Comes before the ids: the new one may be of another call. */
function joinAnswered(group: Group, index: CallIndex, { answered }: Answers): void {
  for (const { seen } of group.legs) {
    const callId = answered.get(seen.key);
    const call = callId === undefined ? undefined : index.calls.get(callId);
    if (call !== undefined && hasRoom(extentOf(call), group)) return joinsCall(group, call, 'shown');
  }
}

/** Its row may show the customer. One who is held heard the extension ring, and nothing shows that. */
function joinConsulted(group: Group, index: CallIndex, { consulted }: Answers): void {
  if (!isLoneLeg(group)) return;
  const [{ seen }] = group.legs as [PlacedLeg];
  const callId = consulted.get(seen.key);
  const call = callId === undefined ? undefined : index.calls.get(callId);
  if (call === undefined || !hasRoom(extentOf(call), group)) return;
  const customer = customerKey(seen.customer);
  // Where the other extension still rang as the transferor went, nothing shows who heard it ring.
  const isShown =
    call.consultation === null && customer !== WITHHELD && customer === customerKey(call.customer);
  joinsCall(group, call, isShown ? 'shown' : 'inferred');
}

/** Whether a leg that never rang joins a conversation that goes on: by its id it is a part of it, and it replaces no other. */
function comesInOn(call: Call, { signal, extension }: ObservedLeg): boolean {
  const { connected, direction, legs } = call;
  if (signal !== 'answered' || connected === null || direction === 'local') return false;
  if (extension === connected.extension) return false;
  return legs.some((leg) => leg.seen.extension === connected.extension && isPresent(leg));
}

/** The calls of which a leg talks in the first poll that shows it, by its extension. */
function answeringAt(groups: readonly Group[]): ReadonlyMap<string, Call> {
  const calls = new Map<string, Call>();
  for (const { joins, legs } of groups)
    if (joins !== null)
      for (const { seen } of legs) if (seen.signal === 'answered') calls.set(seen.extension, joins);
  return calls;
}

function isLoneLeg(group: Group): boolean {
  return isAlone(group) && group.entries.length === 0 && group.legs.length === 1;
}

function byStart(a: ObservedLeg, b: ObservedLeg): number {
  return (a.startedAt ?? Number.MAX_VALUE) - (b.startedAt ?? Number.MAX_VALUE) || (a.key < b.key ? -1 : 1);
}
