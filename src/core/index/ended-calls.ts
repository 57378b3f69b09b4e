import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import type { Instant } from '../model/observation.js';
import { Lookup } from './lookup.js';

/**
 * The calls that ended lately, and what finds them: their ids, their queue entries, their customer.
 *
 * A few are looked at whenever one is added, and forgotten where they are too old, so that memory is bounded and no poll
 * pays for all of them. Some linger for a while: every question goes by what is still to be remembered at that time.
 */
export class EndedCalls {
  /** By `callId`. */
  readonly calls = new Map<string, EndedCall>();
  readonly #upstreamIds = new Lookup<EndedCall>();
  readonly #stays = new Lookup<EndedCall>();
  readonly #rows = new Lookup<EndedCall>();
  readonly #customers = new Lookup<EndedCall>();
  #round = this.calls.values();

  constructor(calls: Iterable<EndedCall>) {
    for (const call of calls) this.#add(call);
  }

  /** Returns the ids of calls that are forgotten for it. */
  remember(ended: EndedCall): string[] {
    const before = this.calls.get(ended.callId);
    if (before !== undefined) this.#remove(before);
    this.#add(ended);
    const forgotten: string[] = [];
    for (let looks = 0; looks < LOOKS; looks++) {
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

  byStay(stayKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#stays.get(stayKey), now);
  }

  byRow(rowKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#rows.get(rowKey), now);
  }

  /** Calls of the customer that telephones alone have shown, and nobody answered. */
  atTelephones(customer: string, now: Instant): NonNullable<EndedCall['atTelephones']>[] {
    const calls = this.#customers.get(customer).filter((call) => isRemembered(call, now));
    return calls.map(({ atTelephones }) => atTelephones!);
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
    const { upstreamIds, stays, rows, atTelephones } = ended;
    for (const id of upstreamIds) this.#upstreamIds[change](id, ended);
    for (const stay of stays) this.#stays[change](stay, ended);
    for (const row of rows) this.#rows[change](row, ended);
    if (atTelephones !== undefined) this.#customers[change](atTelephones.customer, ended);
  }
}

/** For each that is added: with more than one, what lingers never becomes more than what is remembered. */
const LOOKS = 4;

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
