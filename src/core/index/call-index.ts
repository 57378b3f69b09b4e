import type { Call, EndedCall, Leg, Stay, TenantState } from '../model/call.js';
import type { Instant, ObservedLeg, ObservedQueueEntry, PhoneNumber } from '../model/observation.js';
import { isRemembered } from './ended-calls.js';
import { abandonedStay } from '../parts/overflow.js';

/**
 * Finds the calls of a state by what a row shows. Derived from the state alone and never part of it: it is rebuilt
 * where there is none, and otherwise handed on from one state to the next with only the touched calls changed, so
 * that a poll's cost grows with what changed.
 *
 * Handing on takes the index away from the older state. Reconciling an older state again is still correct; it pays
 * for a rebuild.
 */
export class CallIndex {
  /** By `ObservedLeg.key`. */
  readonly legs = new Map<string, Indexed<Leg, ObservedLeg>>();
  /** By `stayKey`: the current stays. */
  readonly stays = new Map<string, Indexed<Stay, ObservedQueueEntry>>();
  /** By `stayKey`: stays that a live call has left. */
  readonly pastStays = new Map<string, string>();
  /** Calls with a part whose absence the next complete observation must confirm. */
  readonly pending = new Set<string>();
  /** Calls with an entry that the queue calls Abandoned, while nobody has answered them. */
  readonly abandoned = new Set<string>();
  readonly #calls = new Map<string, Call>();
  readonly #upstreamIds = new Lookup();
  readonly #rows = new Lookup();
  readonly #customers = new Lookup();
  readonly #localExtensions = new Lookup();
  readonly #endedByCallId = new Lookup<EndedCall>();
  readonly #endedByUpstreamId = new Lookup<EndedCall>();
  readonly #endedByStay = new Lookup<EndedCall>();
  readonly #endedByRow = new Lookup<EndedCall>();
  readonly #endedByCustomer = new Lookup<EndedCall>();

  private constructor() {}

  /** The index of `state`, taken away from it. */
  static take(state: TenantState): CallIndex {
    const known = indexes.get(state.calls);
    if (known !== undefined && known.ended === state.ended) {
      indexes.delete(state.calls);
      return known.index;
    }
    const index = new CallIndex();
    for (const call of state.calls.values()) index.add(call);
    for (const ended of state.ended.values()) index.remember(ended);
    return index;
  }

  /** Makes this the index of `state`, which must be what it describes. */
  giveTo(state: TenantState): void {
    indexes.set(state.calls, { ended: state.ended, index: this });
  }

  add(call: Call): void {
    const { callId } = call;
    this.#calls.set(callId, call);
    for (const id of call.upstreamIds) this.#upstreamIds.add(id, callId);
    this.#addLegs(call);
    this.#addStays(call);
    this.#addCustomer(call);
    this.#mark(call);
  }

  remove(call: Call): void {
    const { callId } = call;
    this.#calls.delete(callId);
    this.pending.delete(callId);
    this.abandoned.delete(callId);
    for (const id of call.upstreamIds) this.#upstreamIds.remove(id, callId);
    this.#removeLegs(call);
    this.#removeStays(call);
    this.#removeCustomer(call);
  }

  /** Touches only what differs: a call that changes keeps its ids and its customer mostly. */
  replace(before: Call, after: Call): void {
    const { callId } = after;
    this.#calls.set(callId, after);
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
    if (before.stay !== after.stay || before.pastStays !== after.pastStays) {
      this.#removeStays(before);
      this.#addStays(after);
    }
    if (before.customer !== after.customer) {
      this.#removeCustomer(before);
      this.#addCustomer(after);
    }
  }

  remember(ended: EndedCall): void {
    this.#endedByCallId.add(ended.callId, ended);
    for (const id of ended.upstreamIds) this.#endedByUpstreamId.add(id, ended);
    for (const stay of ended.stays) this.#endedByStay.add(stay, ended);
    for (const row of ended.rows) this.#endedByRow.add(row, ended);
    if (ended.atTelephones !== undefined) this.#endedByCustomer.add(ended.atTelephones.customer, ended);
  }

  forget(ended: EndedCall): void {
    this.#endedByCallId.remove(ended.callId, ended);
    for (const id of ended.upstreamIds) this.#endedByUpstreamId.remove(id, ended);
    for (const stay of ended.stays) this.#endedByStay.remove(stay, ended);
    for (const row of ended.rows) this.#endedByRow.remove(row, ended);
    if (ended.atTelephones !== undefined) this.#endedByCustomer.remove(ended.atTelephones.customer, ended);
  }

  call(callId: string): Call | undefined {
    return this.#calls.get(callId);
  }

  /** A live call has this id, or one that is remembered had it. */
  isCallIdTaken(callId: string, now: Instant): boolean {
    return this.#calls.has(callId) || latest(this.#endedByCallId.get(callId), now) !== undefined;
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

  endedByUpstreamId(id: string, now: Instant): EndedCall | undefined {
    return latest(this.#endedByUpstreamId.get(id), now);
  }

  endedByStay(stayKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#endedByStay.get(stayKey), now);
  }

  endedByRow(rowKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#endedByRow.get(rowKey), now);
  }

  /** Calls of the customer that telephones alone have shown, and nobody answered. */
  endedAtTelephones(customer: string, now: Instant): NonNullable<EndedCall['atTelephones']>[] {
    return Array.from(this.#endedByCustomer.get(customer)).flatMap((call) =>
      isRemembered(call, now) && call.atTelephones !== undefined ? [call.atTelephones] : [],
    );
  }

  #mark(call: Call): void {
    const { callId } = call;
    if (call.pendingAbsence) this.pending.add(callId);
    else this.pending.delete(callId);
    if (abandonedStay(call) !== null) this.abandoned.add(callId);
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

  #addStays({ callId, stay, pastStays }: Call): void {
    if (stay !== null) {
      this.stays.set(stay.seen.stayKey, { callId, part: stay, row: stay.seen });
      this.#rows.add(stay.seen.rowKey, callId);
    }
    for (const past of pastStays) this.pastStays.set(past.stayKey, callId);
  }

  #removeStays({ callId, stay, pastStays }: Call): void {
    if (stay !== null) {
      this.stays.delete(stay.seen.stayKey);
      this.#rows.remove(stay.seen.rowKey, callId);
    }
    for (const past of pastStays) this.pastStays.delete(past.stayKey);
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
  #all(callIds: Iterable<string>): readonly Call[] {
    if (callIds === NONE) return NONE;
    return Array.from(callIds, (callId) => this.#calls.get(callId)!).sort(byStart);
  }
}

const NONE: readonly never[] = [];

/** Several values a key. What is asked of it must not depend on the order they came in: a restart changes that. */
class Lookup<Value extends string | EndedCall = string> {
  /** Nearly every key has one value: that one stands for itself. */
  readonly #values = new Map<string, Value | Set<Value>>();

  add(key: string, value: Value): void {
    const held = this.#values.get(key);
    if (held === undefined) this.#values.set(key, value);
    else if (held instanceof Set) held.add(value);
    else if (held !== value) this.#values.set(key, new Set([held, value]));
  }

  remove(key: string, value: Value): void {
    const held = this.#values.get(key);
    if (held === value) this.#values.delete(key);
    else if (held instanceof Set && held.delete(value) && held.size === 0) this.#values.delete(key);
  }

  get(key: string): Iterable<Value> {
    const held = this.#values.get(key);
    if (held === undefined) return NONE;
    return held instanceof Set ? held : [held];
  }
}

/** A part, whose call it is of, and the row object that last showed it, for recognising the same object again. */
export interface Indexed<Part, Row> {
  readonly callId: string;
  readonly part: Part;
  row: Row;
}

const indexes = new WeakMap<TenantState['calls'], { ended: TenantState['ended']; index: CallIndex }>();

/**
 * What makes two numbers the same caller: E.164, else the digits as written. Null for what names nobody
 * (`anonymous`, empty), which must never join two calls.
 */
export function numberKey(number: PhoneNumber | null): string | null {
  if (number === null) return null;
  return number.e164 ?? (/^\+?\d{3,}$/.test(number.raw) ? number.raw : null);
}

/** Legs that can belong to a customer's inbound call, by whatever direction the PBX lists an agent's leg. */
export function mayCarryInbound(leg: ObservedLeg): boolean {
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

/** The one that ended last, of those that are still remembered. */
function latest(ended: Iterable<EndedCall>, now: Instant): EndedCall | undefined {
  let last: EndedCall | undefined;
  for (const call of ended) {
    if (!isRemembered(call, now)) continue;
    if (last === undefined || endedAfter(call, last)) last = call;
  }
  return last;
}

/** In an order that a restart does not change. */
function endedAfter(a: EndedCall, b: EndedCall): boolean {
  return a.endedAt > b.endedAt || (a.endedAt === b.endedAt && a.callId > b.callId);
}
