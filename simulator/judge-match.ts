import type { JudgedEvent } from './judge-report.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * Finds the call of the truth that an event is about: by the upstream ids it carries, and, for a row to which the PBX gave
 * no id, by queue, number and the instant of joining (`docs/upstream.md`: the identity that never changes).
 */
export class TruthIndex {
  readonly #byId = new Map<string, CallTruth>();
  readonly #byQueueEntry = new Map<string, { readonly call: CallTruth; readonly sighting: Sighting }[]>();
  readonly #byCustomer = new Map<string, CallTruth[]>();

  constructor(truth: readonly CallTruth[]) {
    for (const call of truth) {
      for (const id of call.upstreamIds) this.#byId.set(id, call);
      for (const sighting of call.sightings) {
        if (sighting.endpoint !== 'queue') continue;
        append(this.#byQueueEntry, `${sighting.queueId}|${call.customer?.queueRaw}`, { call, sighting });
      }
      if (call.customer !== null) append(this.#byCustomer, call.customer.e164 ?? 'anonymous', call);
    }
  }

  callOf(event: JudgedEvent): CallTruth | null {
    const { callId, upstreamIds, queue, customer, startedAt } = event.data;
    for (const id of [callId, ...upstreamIds]) {
      const call = this.#byId.get(id);
      if (call !== undefined) return call;
    }
    if (queue === null || customer === null) return null;
    const started = Date.parse(startedAt);
    // Two callers who withhold their number may have joined within a second of each other: the nearest to `startedAt` counts.
    let nearest: { readonly call: CallTruth; readonly off: number } | null = null;
    for (const { call, sighting } of this.#byQueueEntry.get(`${queue.id}|${customer.raw}`) ?? []) {
      const off = Math.abs(started - (sighting.rejoinedAt ?? sighting.joinedAt ?? 0));
      if (off <= 1000 && (nearest === null || off < nearest.off)) nearest = { call, off };
    }
    return nearest?.call ?? null;
  }

  /** Other calls whose ids this event claims as its own. */
  mergedInto(event: JudgedEvent, call: CallTruth): CallTruth[] {
    const others = new Set<CallTruth>();
    for (const id of event.data.upstreamIds) {
      const other = this.#byId.get(id);
      if (other !== undefined && other !== call) others.add(other);
    }
    return [...others];
  }

  /** The contract's ambiguous case, in which two rows remain two calls: the number is withheld, or had two calls at once. */
  isAmbiguous(call: CallTruth): boolean {
    if (call.customer === null) return false;
    if (call.customer.e164 === null) return true;
    const lastSeen = (one: CallTruth): number =>
      Math.max(...one.sightings.map(({ to }) => to ?? Infinity), one.startedAt);
    return (this.#byCustomer.get(call.customer.e164) ?? []).some(
      (other) => other !== call && other.startedAt <= lastSeen(call) && call.startedAt <= lastSeen(other),
    );
  }
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
