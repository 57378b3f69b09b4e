import type { Call, Leg, QueueEntry, TenantState } from '../model/call.js';
import type { Instant, ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../model/observation.js';
import { EndedCalls } from './ended-calls.js';
import { Lookup } from './lookup.js';
import { abandonedEntry } from '../parts/overflow.js';

/**
 * The calls of a tenant, and what finds them by what a row shows. The one place that holds them: a poll changes it call by
 * call, so that its cost grows with what has changed.
 */
export class CallIndex {
  /** Those that are alive, by `callId`. */
  readonly calls = new Map<string, Call>();
  readonly ended: EndedCalls;
  /** By `ObservedLeg.key`. */
  readonly legs = new Map<string, Indexed<Leg, ObservedLeg>>();
  /** By `entryKey`: the current stays. */
  readonly entries = new Map<string, Indexed<QueueEntry, ObservedQueueEntry>>();
  /** By `entryKey`: stays that a live call has left. */
  readonly pastEntries = new Map<string, string>();
  /** Calls with a part whose absence the next complete observation must confirm. */
  readonly pending = new Set<string>();
  /** Calls with an entry that the queue calls Abandoned, while nobody has answered them. */
  readonly abandoned = new Set<string>();
  readonly #upstreamIds = new Lookup<string>();
  readonly #rows = new Lookup<string>();
  readonly #customers = new Lookup<string>();
  readonly #localExtensions = new Lookup<string>();

  constructor({ calls, ended }: Pick<TenantState, 'calls' | 'ended'>) {
    for (const call of calls.values()) this.#add(call);
    this.ended = new EndedCalls(ended.values());
  }

  /** A new call, or one as it is now. */
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

  /** A live call has this id, or one that is remembered had it. */
  isCallIdTaken(callId: string, now: Instant): boolean {
    return this.calls.has(callId) || this.ended.has(callId, now);
  }

  /** Where an id has come to be shared by two calls, the one that began first. */
  byUpstreamId(id: string): Call | undefined {
    return this.#all(this.#upstreamIds.get(id))[0];
  }

  /** The call whose current stay is in the row. */
  byRow(rowKey: string): Call | undefined {
    return this.#all(this.#rows.get(rowKey))[0];
  }

  byCustomer(customer: string): readonly Call[] {
    return this.#all(this.#customers.get(customer));
  }

  /** Local calls with a leg at the extension. */
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

  /** Touches only what differs: a call that changes keeps its ids and its customer mostly. */
  #replace(before: Call, after: Call): void {
    const { callId } = after;
    this.calls.set(callId, after);
    this.#mark(after);
    if (before.upstreamIds !== after.upstreamIds) {
      for (const id of before.upstreamIds) this.#upstreamIds.remove(id, callId);
      for (const id of after.upstreamIds) this.#upstreamIds.add(id, callId);
    }
    if (before.legs !== after.legs) {
      // A leg that only shows something else keeps its places.
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

  /** In the order in which they began. */
  #all(callIds: readonly string[]): readonly Call[] {
    if (callIds.length === 0) return NONE;
    return callIds.map((callId) => this.calls.get(callId)!).sort(byStart);
  }
}

const NONE: readonly never[] = [];

/** A part, whose call it is of, and the row object that last showed it, for recognising the same object again. */
export interface Indexed<Part, Row> {
  readonly callId: string;
  readonly part: Part;
  row: Row;
}

/**
 * What makes two numbers the same caller: E.164, else the digits as written. Null for what names nobody
 * (`anonymous`, empty), which must never join two calls.
 */
export function numberKey(number: PhoneNumber | null): string | null {
  if (number === null) return null;
  return number.e164 ?? (/^\+?\d{3,}$/.test(number.raw) ? number.raw : null);
}

/** Legs that can belong to a customer's inbound call, by whatever direction the PBX lists an agent's leg. */
export function mayBeInbound(leg: ObservedLeg): boolean {
  return leg.direction !== 'outbound';
}

/** The same legs, whatever they show. */
function sameLegs(before: Call, after: Call): boolean {
  return (
    before.legs.length === after.legs.length &&
    before.legs.every(({ seen }, index) => seen.key === after.legs[index]!.seen.key)
  );
}

function byStart(a: Call, b: Call): number {
  return a.startedAt - b.startedAt || (a.callId < b.callId ? -1 : 1);
}
