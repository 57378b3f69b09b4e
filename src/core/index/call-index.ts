import type { Call, Leg, Participant, QueueEntry, TenantState } from '../model/call.js';
import type { Instant, ObservedLeg, ObservedQueueEntry } from '../model/observation.js';
import { customerKey } from '../parts/customer.js';
import { isUnheard } from '../parts/connected-participant.js';
import { hasJustGone, lastLegName, legName } from '../parts/last-leg.js';
import { abandonedEntry } from '../parts/overflow.js';
import { heldSince, isQuietable, quietSince, unchangedSince } from '../parts/staleness.js';
import { Earliest } from './earliest.js';
import { EndedCalls } from './ended-calls.js';
import { Lookup } from './lookup.js';

/**
 * Holds the calls of a tenant and finds them by what a row shows. Nothing else holds them. A poll changes it call by
 * call, so that the poll's cost grows with what has changed and not with how many calls there are.
 */
export class CallIndex {
  /** The live calls, by `callId`. */
  readonly calls = new Map<string, Call>();
  readonly ended: EndedCalls;
  /** By `ObservedLeg.key`. */
  readonly legs = new Map<string, Indexed<Leg, ObservedLeg>>();
  /** The live calls' current queue entries, by their row's `key`. */
  readonly entries = new Map<string, Indexed<QueueEntry, ObservedQueueEntry>>();
  /** The live call that has left a queue entry, by `entryKey`. */
  readonly #pastEntries = new Lookup<string>();
  /** Calls with a part whose absence the next complete observation must confirm. */
  readonly pending = new Set<string>();
  /** Calls whose entry is Abandoned and that have not been answered. */
  readonly abandoned = new Set<string>();
  /** Calls whose entry may become stale without any change of its row. */
  readonly quietable = new Set<string>();
  /** Calls that are held open by a consultation. */
  readonly consulting = new Set<string>();
  /** Calls with an open offer whose legs are confirmed as gone: what the queue says next decides how it ended. */
  readonly stopped = new Set<string>();
  /** Calls of which a leg talks, and that have no answer yet: what the queue says next decides whose it is. */
  readonly unheard = new Set<string>();
  /** When the leg of a call went that is held because its extension is not listed. */
  readonly held = new Earliest();
  /** Since when a call's entry has been quiet, and since when its row has not changed. */
  readonly quiet = new Earliest();
  readonly unchanged = new Earliest();
  readonly #upstreamIds = new Lookup<string>();
  readonly #rows = new Lookup<string>();
  readonly #customers = new Lookup<string>();
  readonly #identities = new Lookup<string>();
  readonly #legNames = new Lookup<string>();
  readonly #localExtensions = new Lookup<string>();

  constructor({ calls, ended }: Pick<TenantState, 'calls' | 'ended'>) {
    for (const call of calls.values()) this.#add(call);
    this.ended = new EndedCalls(ended.values());
  }

  /** Adds the call, or replaces the call that has its `callId`. */
  put(call: Call): void {
    const before = this.calls.get(call.callId);
    if (before === undefined) this.#add(call);
    else this.#replace(before, call);
  }

  remove(callId: string): void {
    const call = this.calls.get(callId)!;
    this.calls.delete(callId);
    this.pending.delete(callId);
    this.abandoned.delete(callId);
    this.quietable.delete(callId);
    this.consulting.delete(callId);
    this.stopped.delete(callId);
    this.unheard.delete(callId);
    this.#setTimes(callId, null);
    for (const id of call.upstreamIds) this.#upstreamIds.remove(id, callId);
    this.#removeLegs(call);
    this.#removeNames(call);
    this.#removeExtensions(call);
    this.#removeEntries(call);
    this.#removeCustomer(call);
  }

  /** Whether a live call has this id, or an ended call that is still remembered had it. */
  isCallIdTaken(callId: string, now: Instant): boolean {
    return this.calls.has(callId) || this.ended.has(callId, now);
  }

  /** Finds the live call that has the upstream id; undefined also where two live calls show it, so that it ties nothing. */
  byUpstreamId(id: string): Call | undefined {
    const callId = this.#upstreamIds.only(id);
    return callId === undefined ? undefined : this.calls.get(callId);
  }

  /** Finds the live calls whose current queue entry is the one of the row, whatever its `key` in an earlier answer. */
  byIdentity(entryKey: string): readonly Call[] {
    return this.#all(this.#identities.get(entryKey));
  }

  /** Whether a live call has left the entry in this row. A row with another `call_uuid` is another caller's. */
  isPastEntry({ entryKey, callId }: ObservedQueueEntry): boolean {
    const calls = this.#all(this.#pastEntries.get(entryKey));
    return calls.some(({ upstreamIds }) => callId === null || upstreamIds.includes(callId));
  }

  /** Finds the live calls whose current queue entry is of the caller's place. */
  byRow(rowKey: string): readonly Call[] {
    return this.#all(this.#rows.get(rowKey));
  }

  /** Whether a live call is just losing the leg of this name: the answer does not show it, or it went a moment ago. */
  hasJustLost(name: string, rows: ReadonlyMap<string, ObservedLeg>, now: Instant): boolean {
    return this.#all(this.#legNames.get(name)).some((call) => isLosing(call, name, rows, now));
  }

  /**
   * Whether the row shows a connected leg under the id that it had before, and so no longer under that of the connection: its
   * call is just losing the leg of this name, and the id is not the caller's. The leg may have been taken for another's when it rang.
   */
  hasParted(
    { callId, signal, extension }: ObservedLeg,
    name: string,
    rows: ReadonlyMap<string, ObservedLeg>,
    now: Instant,
  ): boolean {
    const call = this.byUpstreamId(callId);
    if (call === undefined || signal !== 'answered' || call.entry?.seen.callId === callId) return false;
    const isConnected = ({ state }: Leg): boolean => state === 'answered';
    const rang = call.participants.some((participant) => participant.extension === extension);
    const losing = rang ? this.#all(this.#legNames.get(name)) : [call];
    return losing.some(({ legs, lastLegs }) =>
      isLosing({ legs: legs.filter(isConnected), lastLegs }, name, rows, now),
    );
  }

  /** Finds the calls with the outside world whose customer has the `customerKey`; none where a crowd has it. */
  byCustomer(customer: string): readonly Call[] {
    return this.#all(this.#customers.get(customer));
  }

  /** Whether there is such a call. */
  hasCustomer(customer: string): boolean {
    return this.#customers.has(customer);
  }

  /** Finds the local calls that have or had a leg at the extension. */
  localAt(extension: string): readonly Call[] {
    return this.#all(this.#localExtensions.get(extension));
  }

  #add(call: Call): void {
    const { callId } = call;
    this.calls.set(callId, call);
    for (const id of call.upstreamIds) this.#upstreamIds.add(id, callId);
    this.#addLegs(call);
    this.#addNames(call);
    this.#addExtensions(call);
    this.#addEntries(call);
    this.#addCustomer(call);
    this.#mark(call);
  }

  /** Touches only what differs: most changes of a call leave its ids and its customer as they are. */
  #replace(before: Call, after: Call): void {
    const { callId } = after;
    this.calls.set(callId, after);
    this.#mark(after);
    if (before.upstreamIds !== after.upstreamIds) {
      for (const id of before.upstreamIds) this.#upstreamIds.remove(id, callId);
      for (const id of after.upstreamIds) this.#upstreamIds.add(id, callId);
    }
    if (before.legs !== after.legs || before.lastLegs !== after.lastLegs) {
      // The same legs in another state are only overwritten: their keys and names have not changed.
      const isSame = sameLegs(before, after) && before.lastLegs === after.lastLegs;
      if (!isSame) {
        this.#removeLegs(before);
        this.#removeNames(before);
        this.#addNames(after);
      }
      this.#addLegs(after);
    }
    if (before.participants !== after.participants || before.direction !== after.direction) {
      this.#removeExtensions(before);
      this.#addExtensions(after);
    }
    if (before.entry !== after.entry || before.pastEntries !== after.pastEntries) {
      this.#removeEntries(before);
      this.#addEntries(after);
    }
    if (before.customer !== after.customer || before.direction !== after.direction) {
      this.#removeCustomer(before);
      this.#addCustomer(after);
    }
  }

  #mark(call: Call): void {
    const { callId } = call;
    mark(this.pending, callId, call.pendingAbsence);
    mark(this.abandoned, callId, abandonedEntry(call) !== null);
    mark(this.quietable, callId, isQuietable(call));
    mark(this.consulting, callId, call.consultation !== null);
    mark(this.stopped, callId, call.participants.some(hasStopped));
    mark(this.unheard, callId, isUnheard(call));
    this.#setTimes(callId, call);
  }

  #setTimes(callId: string, call: Call | null): void {
    this.held.set(callId, call && heldSince(call));
    this.quiet.set(callId, call && quietSince(call));
    this.unchanged.set(callId, call && unchangedSince(call));
  }

  #addLegs({ callId, legs }: Call): void {
    for (const leg of legs) {
      const row = leg.absence === null ? leg.seen : null;
      this.legs.set(leg.seen.key, { callId, part: leg, row, listed: null });
    }
  }

  #addNames(call: Call): void {
    for (const name of namesOf(call)) this.#legNames.add(name, call.callId);
  }

  #removeNames(call: Call): void {
    for (const name of namesOf(call)) this.#legNames.remove(name, call.callId);
  }

  /** A leg that has moved on to another call is that call's. */
  #removeLegs({ callId, legs }: Call): void {
    for (const { seen } of legs) if (this.legs.get(seen.key)?.callId === callId) this.legs.delete(seen.key);
  }

  #addExtensions({ callId, participants, direction }: Call): void {
    if (direction !== 'local') return;
    for (const { extension } of participants) this.#localExtensions.add(extension, callId);
  }

  #removeExtensions({ callId, participants, direction }: Call): void {
    if (direction !== 'local') return;
    for (const { extension } of participants) this.#localExtensions.remove(extension, callId);
  }

  #addEntries({ callId, entry, pastEntries }: Call): void {
    if (entry !== null) {
      const row = entry.absence === null ? entry.seen : null;
      this.entries.set(entry.seen.key, { callId, part: entry, row, listed: null });
      this.#rows.add(entry.seen.rowKey, callId);
      this.#identities.add(entry.seen.entryKey, callId);
    }
    for (const past of pastEntries) this.#pastEntries.add(past.entryKey, callId);
  }

  #removeEntries({ callId, entry, pastEntries }: Call): void {
    if (entry !== null) {
      this.entries.delete(entry.seen.key);
      this.#rows.remove(entry.seen.rowKey, callId);
      this.#identities.remove(entry.seen.entryKey, callId);
    }
    for (const past of pastEntries) this.#pastEntries.remove(past.entryKey, callId);
  }

  #addCustomer(call: Call): void {
    if (isOutside(call)) this.#customers.add(customerKey(call.customer), call.callId);
  }

  #removeCustomer(call: Call): void {
    if (isOutside(call)) this.#customers.remove(customerKey(call.customer), call.callId);
  }

  /** Looks the calls up, in the order in which they began. */
  #all(callIds: readonly string[]): readonly Call[] {
    if (callIds.length === 0) return NONE;
    return callIds.map((callId) => this.calls.get(callId)!).sort(byStart);
  }
}

const NONE: readonly never[] = [];

/** A part, its call, and where it was seen last. */
export interface Indexed<Part, Row> {
  readonly callId: string;
  readonly part: Part;
  /** The row object that the latest answer showed: the same object again needs no comparison. Null while the part is absent. */
  row: Row | null;
  /** The latest answer that lists it, as far as that is noted; compared by identity only. */
  listed: object | null;
}

/** Whether it is a call with somebody outside the PBX, which may be listed as local at first. */
function isOutside({ direction, customer }: Call): boolean {
  return direction !== 'local' || customer !== null;
}

function namesOf({ legs, lastLegs }: Call): string[] {
  return [...legs.flatMap(({ seen }) => legName(seen) ?? []), ...lastLegs.map(lastLegName)];
}

function hasStopped({ offerOpen, ringingStopped }: Participant): boolean {
  return offerOpen && ringingStopped !== null;
}

function mark(set: Set<string>, callId: string, is: boolean): void {
  if (is) set.add(callId);
  else set.delete(callId);
}

/** Whether both have the same legs, in whatever state. A leg may change its `call_time`, and with it its name. */
function sameLegs(before: Call, after: Call): boolean {
  return (
    before.legs.length === after.legs.length &&
    before.legs.every(({ seen }, index) => {
      const other = after.legs[index]!.seen;
      return seen === other || (seen.key === other.key && legName(seen) === legName(other));
    })
  );
}

function byStart(a: Call, b: Call): number {
  return a.startedAt - b.startedAt || (a.callId < b.callId ? -1 : 1);
}

function isLosing(
  { legs, lastLegs }: Pick<Call, 'legs' | 'lastLegs'>,
  name: string,
  rows: ReadonlyMap<string, ObservedLeg>,
  now: Instant,
): boolean {
  return (
    legs.some(({ seen }) => !rows.has(seen.key) && legName(seen) === name) ||
    lastLegs.some((leg) => lastLegName(leg) === name && hasJustGone(leg, now))
  );
}
