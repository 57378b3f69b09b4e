import { MAX_ENDED } from '../model/bounds.js';
import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import type { Instant, ObservedQueueEntry } from '../model/observation.js';
import { hasJustGone, lastLegName } from '../parts/last-leg.js';
import { Lookup } from './lookup.js';

/**
 * Remembers the calls that ended lately and finds them by their ids, their queue entries and their customer.
 *
 * Adding a call checks a few others, round robin, and forgets those that are too old, so that memory is bounded and no
 * single poll has to check all of them. A call that is too old is not found, even if it has not been forgotten yet. Beyond
 * `MAX_ENDED` the call that ended first is forgotten.
 */
export class EndedCalls {
  /** By `callId`. */
  readonly calls = new Map<string, EndedCall>();
  readonly #upstreamIds = new Lookup<EndedCall>();
  readonly #entries = new Lookup<EndedCall>();
  readonly #rows = new Lookup<EndedCall>();
  readonly #customers = new Lookup<EndedCall>();
  readonly #lingering = new Lookup<EndedCall>();
  readonly #lastLegs = new Lookup<EndedCall>();
  #round = this.calls.values();

  constructor(calls: Iterable<EndedCall>) {
    for (const call of calls) this.#add(call);
  }

  /** Adds the call and returns the ids of the calls that are forgotten for it. */
  remember(ended: EndedCall): string[] {
    const before = this.calls.get(ended.callId);
    if (before !== undefined) this.#remove(before);
    this.#add(ended);
    const forgotten: string[] = [];
    const forget = (call: EndedCall) => {
      this.#remove(call);
      forgotten.push(call.callId);
    };
    if (this.calls.size > MAX_ENDED) forget(this.calls.values().next().value!);
    for (let checks = 0; checks < CHECKS; checks++) {
      const next = this.#round.next();
      if (next.done === true) {
        this.#round = this.calls.values();
        break;
      }
      if (!isRemembered(next.value, ended.endedAt)) forget(next.value);
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

  /** Whether the row is the entry of a call that has ended. A row with another `call_uuid` is another caller's. */
  hasEntry({ entryKey, callId }: ObservedQueueEntry, now: Instant): boolean {
    // Such a row would otherwise begin a call in every poll.
    if (this.#entries.isCrowd(entryKey)) return true;
    return this.#entries
      .get(entryKey)
      .some((call) => isRemembered(call, now) && (callId === null || sharesId(call, callId)));
  }

  /** Whether the leg of this key or name was still there when its call ended. It may show another id as it goes. */
  isLingering(keyOrName: string, now: Instant): boolean {
    const call = this.#lingering.get(keyOrName)[0];
    return call !== undefined && isRemembered(call, now);
  }

  /** Whether a call that has ended lost the leg of this name a moment ago. */
  hasJustLost(name: string, now: Instant): boolean {
    return this.#havingJustLost(name, now).length > 0;
  }

  /** The same, if it showed it under other ids than this one: under the only one that it had, the leg is there again. */
  hasJustParted(name: string, callId: string, now: Instant): boolean {
    return this.#havingJustLost(name, now).some(
      ({ upstreamIds }) => upstreamIds.length !== 1 || upstreamIds[0] !== callId,
    );
  }

  #havingJustLost(name: string, now: Instant): EndedCall[] {
    return this.#lastLegs
      .get(name)
      .filter(({ lastLegs = [] }) =>
        lastLegs.some((leg) => lastLegName(leg) === name && hasJustGone(leg, now)),
      );
  }

  byRow(rowKey: string, now: Instant): EndedCall | undefined {
    return latest(this.#rows.get(rowKey), now);
  }

  /** Finds the customer's unanswered calls that had legs and no queue entry. */
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
    const { upstreamIds, entries, rows, legsOnly, lingering = [], lastLegs = [] } = ended;
    for (const id of upstreamIds) this.#upstreamIds[change](id, ended);
    for (const entry of entries) this.#entries[change](entry, ended);
    for (const row of rows) this.#rows[change](row, ended);
    for (const key of lingering) this.#lingering[change](key, ended);
    for (const leg of lastLegs) this.#lastLegs[change](lastLegName(leg), ended);
    if (legsOnly !== undefined) this.#customers[change](legsOnly.customer, ended);
  }
}

/** How many calls are checked for each one added. With more than two, fewer outdated calls are kept than current ones. */
const CHECKS = 4;

/** A call whose entry never had a `call_uuid` in sight may be anybody's of that place. */
function sharesId({ upstreamIds, callId: own }: EndedCall, callId: string): boolean {
  return upstreamIds.length === 0 || upstreamIds.includes(callId) || own === callId;
}

function isRemembered({ endedAt }: EndedCall, now: Instant): boolean {
  return now - endedAt <= ENDED_MEMORY_MS;
}

/**
 * Picks the call that ended last, if it is still remembered. Of two that ended at once it picks the same after a restart.
 */
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
