import type { Call, Leg, QueueEntry, TenantState } from '../model/call.js';
import type { Instant, ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../model/observation.js';
import { EndedCalls } from './ended-calls.js';
import { Lookup } from './lookup.js';
import { abandonedEntry } from '../parts/overflow.js';

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
  /** The live calls' current queue entries, by `entryKey`. */
  readonly entries = new Map<string, Indexed<QueueEntry, ObservedQueueEntry>>();
  /** The `callId` of the live call that has left a queue entry, by `entryKey`. */
  readonly pastEntries = new Map<string, string>();
  /** Calls with a part whose absence the next complete observation must confirm. */
  readonly pending = new Set<string>();
  /** Calls whose entry is Abandoned and that have not been answered. */
  readonly abandoned = new Set<string>();
  readonly #upstreamIds = new Lookup<string>();
  readonly #rows = new Lookup<string>();
  readonly #customers = new Lookup<string>();
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
    for (const id of call.upstreamIds) this.#upstreamIds.remove(id, callId);
    this.#removeLegs(call);
    this.#removeEntries(call);
    this.#removeCustomer(call);
  }

  /** Whether a live call has this id, or an ended call that is still remembered had it. */
  isCallIdTaken(callId: string, now: Instant): boolean {
    return this.calls.has(callId) || this.ended.has(callId, now);
  }

  /** Finds the live call that has the upstream id. Of two calls that share one, it is the call that began first. */
  byUpstreamId(id: string): Call | undefined {
    return this.#all(this.#upstreamIds.get(id))[0];
  }

  /** Finds the live call whose current queue entry is in the row. */
  byRow(rowKey: string): Call | undefined {
    return this.#all(this.#rows.get(rowKey))[0];
  }

  byCustomer(customer: string): readonly Call[] {
    return this.#all(this.#customers.get(customer));
  }

  /** Finds the local calls that have a leg at the extension. */
  localAt(extension: string): readonly Call[] {
    return this.#all(this.#localExtensions.get(extension));
  }

  #add(call: Call): void {
    const { callId } = call;
    this.calls.set(callId, call);
    for (const id of call.upstreamIds) this.#upstreamIds.add(id, callId);
    this.#addLegs(call);
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
    if (before.legs !== after.legs) {
      // The same legs in another state are only overwritten: their keys have not changed.
      if (!sameLegs(before, after) || before.direction !== after.direction) this.#removeLegs(before);
      this.#addLegs(after);
    }
    if (before.entry !== after.entry || before.pastEntries !== after.pastEntries) {
      this.#removeEntries(before);
      this.#addEntries(after);
    }
    if (before.customer !== after.customer) {
      this.#removeCustomer(before);
      this.#addCustomer(after);
    }
  }

  #mark(call: Call): void {
    const { callId } = call;
    if (call.pendingAbsence) this.pending.add(callId);
    else this.pending.delete(callId);
    if (abandonedEntry(call) !== null) this.abandoned.add(callId);
    else this.abandoned.delete(callId);
  }

  #addLegs({ callId, legs, direction }: Call): void {
    for (const leg of legs) {
      this.legs.set(leg.seen.key, { callId, part: leg, row: leg.seen });
      if (direction === 'local') this.#localExtensions.add(leg.seen.extension, callId);
    }
  }

  #removeLegs({ callId, legs, direction }: Call): void {
    for (const leg of legs) {
      this.legs.delete(leg.seen.key);
      if (direction === 'local') this.#localExtensions.remove(leg.seen.extension, callId);
    }
  }

  #addEntries({ callId, entry, pastEntries }: Call): void {
    if (entry !== null) {
      this.entries.set(entry.seen.entryKey, { callId, part: entry, row: entry.seen });
      this.#rows.add(entry.seen.rowKey, callId);
    }
    for (const past of pastEntries) this.pastEntries.set(past.entryKey, callId);
  }

  #removeEntries({ callId, entry, pastEntries }: Call): void {
    if (entry !== null) {
      this.entries.delete(entry.seen.entryKey);
      this.#rows.remove(entry.seen.rowKey, callId);
    }
    for (const past of pastEntries) this.pastEntries.delete(past.entryKey);
  }

  #addCustomer({ callId, customer }: Call): void {
    const key = numberKey(customer);
    if (key !== null) this.#customers.add(key, callId);
  }

  #removeCustomer({ callId, customer }: Call): void {
    const key = numberKey(customer);
    if (key !== null) this.#customers.remove(key, callId);
  }

  /** Looks the calls up, in the order in which they began. */
  #all(callIds: readonly string[]): readonly Call[] {
    if (callIds.length === 0) return NONE;
    return callIds.map((callId) => this.calls.get(callId)!).sort(byStart);
  }
}

const NONE: readonly never[] = [];

/** A part, its call, and the row object that last showed it: the same object again needs no comparison of its fields. */
export interface Indexed<Part, Row> {
  readonly callId: string;
  readonly part: Part;
  row: Row;
}

/**
 * Identifies a caller by number: the E.164 form, or else the digits as written. Null for text that identifies no caller
 * (`anonymous`, empty), because two calls must not be joined by that.
 */
export function numberKey(number: PhoneNumber | null): string | null {
  if (number === null) return null;
  return number.e164 ?? (/^\+?\d{3,}$/.test(number.raw) ? number.raw : null);
}

/** Whether the leg can belong to a customer's inbound call: the PBX may list an agent's leg of one as local. */
export function mayBeInbound(leg: ObservedLeg): boolean {
  return leg.direction !== 'outbound';
}

/** Whether both have the same legs, in whatever state. */
function sameLegs(before: Call, after: Call): boolean {
  return (
    before.legs.length === after.legs.length &&
    before.legs.every(({ seen }, index) => seen.key === after.legs[index]!.seen.key)
  );
}

function byStart(a: Call, b: Call): number {
  return a.startedAt - b.startedAt || (a.callId < b.callId ? -1 : 1);
}
