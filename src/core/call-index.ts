import type { Call, EndedCall, Leg, Stay, TenantState } from './call.js';
import type { Instant, ObservedLeg, ObservedQueueEntry, PhoneNumber } from './observation.js';
import { isRemembered } from './ended-calls.js';

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
  readonly #calls = new Map<string, Call>();
  readonly #upstreamIds = new Lookup();
  readonly #rows = new Lookup();
  readonly #customers = new Lookup();
  readonly #localExtensions = new Lookup();
  readonly #endedByCallId = new Lookup<EndedCall>();
  readonly #endedByUpstreamId = new Lookup<EndedCall>();
  readonly #endedByStay = new Lookup<EndedCall>();
  readonly #endedByRow = new Lookup<EndedCall>();

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
    for (const leg of call.legs) {
      this.legs.set(leg.seen.key, { callId, part: leg, row: leg.seen });
      if (call.direction === 'local') this.#localExtensions.add(leg.seen.extension, callId);
    }
    if (call.stay !== null) {
      this.stays.set(call.stay.seen.stayKey, { callId, part: call.stay, row: call.stay.seen });
      this.#rows.add(call.stay.seen.rowKey, callId);
    }
    for (const past of call.pastStays) this.pastStays.set(past.stayKey, callId);
    const customer = numberKey(call.customer);
    if (customer !== null) this.#customers.add(customer, callId);
    if (call.pendingAbsence) this.pending.add(callId);
  }

  remove(call: Call): void {
    const { callId } = call;
    this.#calls.delete(callId);
    this.pending.delete(callId);
    for (const id of call.upstreamIds) this.#upstreamIds.remove(id, callId);
    for (const leg of call.legs) {
      this.legs.delete(leg.seen.key);
      this.#localExtensions.remove(leg.seen.extension, callId);
    }
    if (call.stay !== null) {
      this.stays.delete(call.stay.seen.stayKey);
      this.#rows.remove(call.stay.seen.rowKey, callId);
    }
    for (const past of call.pastStays) this.pastStays.delete(past.stayKey);
    const customer = numberKey(call.customer);
    if (customer !== null) this.#customers.remove(customer, callId);
  }

  replace(before: Call, after: Call): void {
    this.remove(before);
    this.add(after);
  }

  remember(ended: EndedCall): void {
    this.#endedByCallId.add(ended.callId, ended);
    for (const id of ended.upstreamIds) this.#endedByUpstreamId.add(id, ended);
    for (const stay of ended.stays) this.#endedByStay.add(stay, ended);
    for (const row of ended.rows) this.#endedByRow.add(row, ended);
  }

  forget(ended: EndedCall): void {
    this.#endedByCallId.remove(ended.callId, ended);
    for (const id of ended.upstreamIds) this.#endedByUpstreamId.remove(id, ended);
    for (const stay of ended.stays) this.#endedByStay.remove(stay, ended);
    for (const row of ended.rows) this.#endedByRow.remove(row, ended);
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
    return this.#all(this.#upstreamIds.get(id)).sort(byStart)[0];
  }

  /** The call whose current stay is in the row. */
  byRow(rowKey: string): Call | undefined {
    return this.#all(this.#rows.get(rowKey)).sort(byStart)[0];
  }

  byCustomer(customer: string): Call[] {
    return this.#all(this.#customers.get(customer)).sort(byStart);
  }

  /** Local calls with a leg at the extension. */
  localAt(extension: string): Call[] {
    return this.#all(this.#localExtensions.get(extension)).sort(byStart);
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

  #all(callIds: Iterable<string>): Call[] {
    return [...callIds].map((callId) => this.#calls.get(callId)!);
  }
}

/** Several values a key. What is asked of it must not depend on the order they came in: a restart changes that. */
class Lookup<Value = string> {
  readonly #values = new Map<string, Set<Value>>();

  add(key: string, value: Value): void {
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, new Set([value]));
    else values.add(value);
  }

  remove(key: string, value: Value): void {
    const values = this.#values.get(key);
    if (values?.delete(value) === true && values.size === 0) this.#values.delete(key);
  }

  get(key: string): Iterable<Value> {
    return this.#values.get(key) ?? [];
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

function byStart(a: Call, b: Call): number {
  return a.startedAt - b.startedAt || (a.callId < b.callId ? -1 : 1);
}

/** The one that ended last, of those that are still remembered. */
function latest(ended: Iterable<EndedCall>, now: Instant): EndedCall | undefined {
  return [...ended]
    .filter((call) => isRemembered(call, now))
    .sort((a, b) => b.endedAt - a.endedAt || (a.callId < b.callId ? 1 : -1))[0];
}
