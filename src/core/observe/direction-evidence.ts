import type { TenantCalls } from '../index/tenant-calls.js';
import { PBX_PRECISION_MS } from '../model/call.js';
import type {
  DirectionMeaning,
  LegsReading,
  MonitorAnswer,
  ObservedLeg,
  ObservedQueueEntry,
  QueueAnswer,
} from '../model/observation.js';
import type { ListedLegs } from './listed-legs.js';
import { add } from './changes.js';
import { belongsToEntry, entryBegan } from '../parts/part.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import { RuleTable, YES_NO } from '../parts/rule-table.js';

/**
 * Finds conclusive evidence of whose direction the word in a monitor row is. A tenant learns it once and for good, so an
 * agent who calls back a customer whose queue entry has gone stale must not count as an agent whom the queue rings.
 */
export interface DirectionFacts {
  readonly placed: boolean;
  readonly clicked: boolean;
  readonly says: 'inbound' | 'outbound';
  readonly destination: LegsReading['destination'];
  readonly entry: 'names' | 'fits' | 'none';
  readonly rings: 'group' | 'answered' | 'other';
}

export const WHOSE_DIRECTION = new RuleTable<DirectionFacts, DirectionMeaning | null>({
  title: 'Whose direction the word in a monitor row is',
  facts: {
    placed: {
      heading: 'placed',
      meaning:
        'the row says `inbound`, with the extension itself in `cid_num`, a number of an outside line in `b_cid_num` and another as destination',
      values: YES_NO,
    },
    clicked: { heading: 'click-to-call', meaning: 'the leg has shown RING_WAIT', values: YES_NO },
    says: {
      heading: 'says',
      meaning: 'the row’s direction; `local` and other words show nothing',
      values: { inbound: 'inbound', outbound: 'outbound' },
    },
    destination: {
      heading: 'destination',
      meaning: 'the row’s',
      values: { own: 'the extension itself', customer: 'the customer', other: 'another' },
    },
    entry: {
      heading: 'queue entry',
      meaning:
        'an entry of the customer is Trying or Answered, and the leg began during it and before its answer: it names the leg’s agent (Trying: since this poll, or the leg began soon after the caller joined), or names no agent of a leg',
      values: { names: 'names the agent', fits: 'fits', none: 'none' },
    },
    rings: {
      heading: 'rings',
      meaning:
        'a leg of the customer at another extension says the same and began within a second, or the leg was answered between two polls that were at most three seconds apart',
      values: { group: 'in a group', answered: 'answered', other: 'other' },
    },
  },
  outcome: { 'the direction is': (whose) => (whose === null ? 'not known by this' : `the ${whose}’s`) },
  rows: [
    { when: { placed: true }, then: 'leg', why: 'the extension called that number: the call is outbound' },
    {
      when: { clicked: true },
      then: null,
      why: 'the PBX rings the extension that clicked, for an outbound call',
    },
    {
      when: { clicked: false, destination: 'customer' },
      then: null,
      why: 'an agent may call a customer whose queue entry is still listed',
    },
    {
      when: { says: 'outbound', entry: 'names' },
      then: 'leg',
      why: 'the queue rings this agent: the call is inbound',
    },
    { when: { says: 'inbound', entry: 'names' }, then: 'call', why: 'likewise' },
    {
      when: { says: 'outbound', entry: 'fits', rings: 'group' },
      then: 'leg',
      why: 'the queue rings these agents: no two agents call a waiting customer in one second',
    },
    { when: { says: 'inbound', entry: 'fits', rings: 'group' }, then: 'call', why: 'likewise' },
    {
      when: { says: 'outbound', destination: 'own', rings: 'group' },
      then: 'leg',
      why: 'a ring group: a click rings one extension',
    },
    {
      when: { says: 'outbound', destination: 'own', rings: 'answered' },
      then: 'leg',
      why: 'the extension was called, and no click: that would have shown RING_WAIT between ring and answer',
    },
    { when: {}, then: null, why: 'it may be either' },
  ],
  impossible: [
    { when: { placed: true, says: 'outbound' }, why: 'the row says `inbound`' },
    { when: { placed: true, destination: 'own' }, why: 'the destination is an outside line' },
  ],
});

/**
 * What the observations show, if they show something and nothing against it. While no caller is served in a queue, only rows
 * that are new or changed are looked at: a tenant may never show any evidence.
 */
export function evidenceIn(
  legs: ListedLegs,
  queue: QueueAnswer | null,
  known: TenantCalls,
): DirectionMeaning | null {
  const evidence = new Evidence(legs, queue?.rows.values() ?? knownEntries(known), known);
  const found = new Set(evidence.candidates().map((leg) => WHOSE_DIRECTION.decide(evidence.factsOf(leg))));
  found.delete(null);
  const [only, contrary] = found;
  return contrary === undefined ? (only ?? null) : null;
}

type TwoReadings = ObservedLeg & { readonly asLeg: LegsReading; readonly direction: DirectionFacts['says'] };

class Evidence {
  readonly #listed: ListedLegs;
  readonly #known: TenantCalls;
  /** Entries that are Trying or Answered, by customer. */
  readonly #entries = new Map<string, ObservedQueueEntry[]>();
  #legs: ReadonlyMap<string, readonly TwoReadings[]> | null = null;
  #agents: ReadonlySet<string | null> | null = null;

  constructor(legs: ListedLegs, entries: Iterable<ObservedQueueEntry>, known: TenantCalls) {
    this.#listed = legs;
    this.#known = known;
    for (const entry of entries) {
      const isServed = entry.status === 'trying' || entry.status === 'answered';
      const customer = customerKey(entry.customer);
      if (isServed && customer !== WITHHELD) add(this.#entries, customer, entry);
    }
  }

  /** The legs that may show something. */
  candidates(): TwoReadings[] {
    const { unknown, changed } = this.#listed;
    const legs = new Set<TwoReadings>();
    for (const leg of [...unknown, ...changed.map(([, row]) => row)])
      if (hasTwoReadings(leg) && (isPlaced(leg) || isTowardsItself(leg))) legs.add(leg);
    if (this.#entries.size > 0)
      for (const leg of this.#listed.answer.rows.values())
        if (hasTwoReadings(leg) && leg.asLeg.destination !== 'customer' && this.#entries.has(customerOf(leg)))
          legs.add(leg);
    return [...legs];
  }

  factsOf(leg: TwoReadings): DirectionFacts {
    const before = this.#known.index.legs.get(leg.key)?.part.seen;
    return {
      placed: isPlaced(leg),
      clicked: leg.ringWait || before?.ringWait === true,
      says: leg.direction,
      destination: leg.asLeg.destination,
      entry: this.#entryOf(leg),
      rings: this.#isInGroup(leg) ? 'group' : this.#wasAnswered(leg, before) ? 'answered' : 'other',
    };
  }

  #entryOf(leg: TwoReadings): DirectionFacts['entry'] {
    let found: DirectionFacts['entry'] = 'none';
    for (const entry of this.#entries.get(customerOf(leg)) ?? []) {
      if (!isDuring(leg, entry)) continue;
      if (!namesOf(leg).some((name) => isName(name, entry))) {
        if (!this.#namesAnAgent(entry)) found = 'fits';
      } else if (this.#isFresh(leg, entry)) return 'names';
    }
    return found;
  }

  /** Trying for the agent of an earlier leg can last until the PBX restarts, and the agent may call the customer back. */
  #isFresh(leg: ObservedLeg, entry: ObservedQueueEntry): boolean {
    if (entry.status === 'answered') return true;
    const before = this.#known.index.entries.get(entry.key)?.part.seen;
    const isNew =
      before?.status !== 'trying' || before.agentName !== entry.agentName || before.agentId !== entry.agentId;
    return isNew || leg.startedAt! <= entryBegan(entry) + FIRST_RING_MS;
  }

  #isInGroup(leg: TwoReadings): boolean {
    const customer = customerOf(leg);
    const { startedAt } = leg;
    if (customer === WITHHELD || startedAt === null) return false;
    this.#legs ??= byCustomer(this.#listed.answer);
    return this.#legs
      .get(customer)!
      .some(
        (other) =>
          other.extension !== leg.extension &&
          other.direction === leg.direction &&
          other.asLeg.destination !== 'customer' &&
          other.startedAt !== null &&
          Math.abs(other.startedAt - startedAt) <= PBX_PRECISION_MS,
      );
  }

  #wasAnswered(leg: ObservedLeg, before: ObservedLeg | undefined): boolean {
    const polledAt = this.#known.sources.monitor.lastComplete?.startedAt ?? null;
    const isClose = polledAt !== null && this.#listed.answer.at - polledAt <= CLOSE_POLLS_MS;
    return isClose && before?.signal === 'ringing' && leg.signal === 'answered';
  }

  /** Whether the entry names the agent of any leg. */
  #namesAnAgent({ agentName, agentId }: ObservedQueueEntry): boolean {
    this.#agents ??= new Set([...this.#listed.answer.rows.values()].flatMap(namesOf));
    return (
      (agentName !== null && this.#agents.has(agentName)) || (agentId !== null && this.#agents.has(agentId))
    );
  }
}

/** A first agent rings at once; no agent has talked, hung up and called back by then. */
const FIRST_RING_MS = 5_000;
/** An extension that clicked answers, and the customer rings for longer than this. */
const CLOSE_POLLS_MS = 3_000;

function hasTwoReadings(leg: ObservedLeg): leg is TwoReadings {
  return leg.asLeg !== undefined;
}

function isPlaced({ direction, asLeg }: TwoReadings): boolean {
  return direction === 'inbound' && asLeg.placed;
}

function isTowardsItself({ direction, asLeg }: TwoReadings): boolean {
  return direction === 'outbound' && asLeg.destination === 'own';
}

/** The customer by the reading in which the call is inbound. */
function customerOf({ direction, customer, asLeg }: TwoReadings): string {
  return customerKey(direction === 'inbound' ? customer : asLeg.leg.customer);
}

function byCustomer({ rows }: MonitorAnswer): ReadonlyMap<string, readonly TwoReadings[]> {
  const legs = new Map<string, TwoReadings[]>();
  for (const leg of rows.values()) if (hasTwoReadings(leg)) add(legs, customerOf(leg), leg);
  return legs;
}

function isDuring({ startedAt }: ObservedLeg, entry: ObservedQueueEntry): boolean {
  if (startedAt === null || startedAt < entryBegan(entry) - PBX_PRECISION_MS) return false;
  if (entry.status === 'trying') return true;
  return belongsToEntry(entry.bridgedAt, entry) && startedAt <= entry.bridgedAt! + PBX_PRECISION_MS;
}

/** What a queue entry may call the leg's agent. */
function namesOf({ agentName, username, extension, userId, extensionId }: ObservedLeg): (string | null)[] {
  return [agentName, username, extension, userId, extensionId];
}

function isName(name: string | null, { agentName, agentId }: ObservedQueueEntry): boolean {
  return name !== null && (name === agentName || name === agentId);
}

function knownEntries({ index }: TenantCalls): ObservedQueueEntry[] {
  return [...index.entries.values()].filter(({ part }) => part.absence === null).map(({ part }) => part.seen);
}
