import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import type { Instant } from '../model/observation.js';
import { Lookup } from './lookup.js';

/**
 * The calls that ended lately, found by their ids, their queue entries and their customer.
 *
 * Each call that is added makes room: it checks a few others in turn and forgets those that are too old, so that memory is
 * bounded and no poll pays for all of them. A call that is too old and not forgotten yet is not found any more.
 */
export class EndedCalls {
  /** By `callId`. */
  readonly calls = new Map<string, EndedCall>();
  readonly #upstreamIds = new Lookup<EndedCall>();
  readonly #entries = new Lookup<EndedCall>();
  readonly #rows = new Lookup<EndedCall>();
  readonly #customers = new Lookup<EndedCall>();
  #round = this.calls.values();

  constructor(calls: Iterable<EndedCall>) {
    for (const call of calls) this.#add(call);
  }

  /** Returns the ids of the calls that it forgets. */
  remember(ended: EndedCall): string[] {
    const before = this.calls.get(ended.callId);
    if (before !== undefined) this.#remove(before);
    this.#add(ended);
    const forgotten: string[] = [];
    for (let checks = 0; checks < CHECKS; checks++) {
      const next = this.#round.next();
      if (next.done === true) {
        this.#round = this.calls.values();
        break;
      }
      if (isRemembered(next.value, ended.endedAt)) continue;
      this.#remove(next.value);
      forgotten.push(next.value.callId);
    }
    return forgotten;
  }

  has(callId: string, now: Instant): boolean {
    const call = this.calls.get(callId);
    return call !== undefined && isRemembered(call, now);
  }

  byUpstreamId(id: string, now: Instant): EndedCall | undefined {
    return latest(this.#upstreamIds.get(id), now);
  }

  byEntry(entryKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#entries.get(entryKey), now);
  }

  byRow(rowKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#rows.get(rowKey), now);
  }

  /** Calls of the customer that telephones alone have shown, and nobody answered. */
  legsOnlyCallsOf(customer: string, now: Instant): NonNullable<EndedCall['legsOnly']>[] {
    const calls = this.#customers.get(customer).filter((call) => isRemembered(call, now));
    return calls.map(({ legsOnly }) => legsOnly!);
  }

  #add(ended: EndedCall): void {
    this.calls.set(ended.callId, ended);
    this.#lookups('add', ended);
  }

  #remove(ended: EndedCall): void {
    this.calls.delete(ended.callId);
    this.#lookups('remove', ended);
  }

  #lookups(change: 'add' | 'remove', ended: EndedCall): void {
    const { upstreamIds, entries, rows, legsOnly } = ended;
    for (const id of upstreamIds) this.#upstreamIds[change](id, ended);
    for (const entry of entries) this.#entries[change](entry, ended);
    for (const row of rows) this.#rows[change](row, ended);
    if (legsOnly !== undefined) this.#customers[change](legsOnly.customer, ended);
  }
}

/** Checked for each call that is added. More than two: then those too old stay fewer than those remembered. */
const CHECKS = 4;

function isRemembered({ endedAt }: EndedCall, now: Instant): boolean {
  return now - endedAt <= ENDED_MEMORY_MS;
}

/** The one that ended last, of those that are still remembered; of two at once it is the same after a restart. */
function latest(ended: readonly EndedCall[], now: Instant): EndedCall | undefined {
  let last: EndedCall | undefined;
  for (const call of ended) {
    if (!isRemembered(call, now)) continue;
    const { endedAt, callId } = call;
    if (last === undefined || endedAt > last.endedAt || (endedAt === last.endedAt && callId > last.callId))
      last = call;
  }
  return last;
}
