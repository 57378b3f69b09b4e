import type { Call, TenantState } from '../../core/model/call.js';
import {
  type BridgeEvent,
  type CallEvent,
  rfc3339,
  rfc3339OrNull,
  type ThresholdEvent,
  type ThresholdRule,
} from '../../core/model/event.js';
import { nameForm } from '../../core/model/name-form.js';
import { skewOf } from '../../core/parts/pbx-clock.js';
import { type KnownQueue, QUEUES_MAX } from '../../core/queues/known-queue.js';
import { noCallers, placeAfter, type QueueNumbers, queueNumbers } from '../../core/queues/queue-numbers.js';
import { isGhost, placeOf, type QueuePlace } from '../../core/queues/queue-place.js';
import { type Audience, type Exposure, exposureOfQueue, isCallEvent } from '../access/audience.js';

/** One entry of `GET /v1/queues` and of a snapshot's `queues`. Instants instead of durations, which would age. */
export interface QueueEntry {
  readonly queue: { readonly id: string; readonly name: string };
  readonly waiting: number;
  readonly ringing: number;
  readonly talking: number;
  readonly longestWait: { readonly since: string } | null;
  readonly thresholds: readonly CrossedEntry[];
}

interface CrossedEntry {
  readonly rule: ThresholdRule;
  readonly limit: number;
  readonly since: string;
}

interface Listed {
  readonly exposure: Exposure;
  readonly json: string;
}

/**
 * The queues of a tenant: those that are known to have had callers, and what their live calls come to.
 *
 * Where each caller stands is taken from the calls' stored parts when these are read, and from the calls' events between that. An
 * event says less: a caller who goes on to a further queue is counted there from the next reading on, or when an extension rings.
 */
export class HeldQueues {
  /** By `callId`. */
  readonly #places = new Map<string, QueuePlace>();
  /** Names by id, in the order in which they became known. */
  readonly #names = new Map<string, string>();
  /** By queue id, then by rule. */
  readonly #crossed = new Map<string, Map<ThresholdRule, CrossedEntry>>();
  /** Until something changes. */
  #listed: readonly Listed[] | null = null;

  /** Takes the queues as they are stored; what events said before that is over. */
  replaceKnown(queues: Iterable<KnownQueue>): void {
    this.#listed = null;
    this.#names.clear();
    this.#crossed.clear();
    for (const { id, name, crossed } of queues) {
      this.#names.set(id, name);
      for (const { rule, limit, since } of crossed) this.#cross(id, { rule, limit, since: rfc3339(since) });
    }
  }

  /** Takes the places of the live calls as their parts show them. */
  replacePlaces({ calls, sources }: Pick<TenantState, 'calls' | 'sources'>): void {
    this.#listed = null;
    this.#places.clear();
    const skewMs = skewOf(sources);
    const asOf = sources.queue.lastComplete?.startedAt ?? 0;
    for (const [callId, call] of calls) {
      const place = seenPlace(call, skewMs, asOf);
      if (place !== null) this.#place(callId, place);
    }
  }

  fold(event: BridgeEvent): void {
    if (event.type === 'queue-threshold-crossed' || event.type === 'queue-threshold-cleared')
      this.#foldThreshold(event);
    else if (isCallEvent(event)) this.#foldCall(event);
  }

  /** `[…]`: the queues that the audience may see, by name, as JSON. */
  json(audience: Audience): string {
    this.#listed ??= this.#list();
    const visible: string[] = [];
    for (const { exposure, json } of this.#listed) if (audience.seesQueue(exposure)) visible.push(json);
    return `[${visible.join(',')}]`;
  }

  #foldThreshold({ type, data: { queue, rule, limit, since } }: ThresholdEvent): void {
    this.#listed = null;
    this.#know(queue.id, queue.name);
    if (type === 'queue-threshold-crossed') this.#cross(queue.id, { rule, limit, since });
    else this.#clear(queue.id, rule);
  }

  #foldCall(event: CallEvent): void {
    const { callId } = event.data;
    const before = this.#places.get(callId) ?? null;
    const after = placeAfter(event, before);
    if (before === null && after === null) return;
    this.#listed = null;
    if (after === null) this.#places.delete(callId);
    else this.#place(callId, after);
  }

  #place(callId: string, place: QueuePlace): void {
    this.#places.set(callId, place);
    this.#know(place.queue.id, place.queue.name);
  }

  /** A queue beyond the bound is listed while it has callers. */
  #know(id: string, name: string): void {
    if (this.#names.size < QUEUES_MAX || this.#names.has(id)) this.#names.set(id, name);
  }

  #cross(id: string, crossed: CrossedEntry): void {
    const rules = this.#crossed.get(id);
    if (rules === undefined) this.#crossed.set(id, new Map([[crossed.rule, crossed]]));
    else rules.set(crossed.rule, crossed);
  }

  #clear(id: string, rule: ThresholdRule): void {
    const rules = this.#crossed.get(id);
    rules?.delete(rule);
    if (rules?.size === 0) this.#crossed.delete(id);
  }

  #list(): readonly Listed[] {
    const numbers = queueNumbers(this.#places.values());
    for (const [id, name] of this.#names) if (!numbers.has(id)) numbers.set(id, noCallers({ id, name }));
    return [...numbers.values()].sort(byName).map((one) => ({
      exposure: exposureOfQueue(one.queue),
      json: JSON.stringify(this.#entryOf(one)),
    }));
  }

  #entryOf({ queue: { id, name }, waiting, ringing, talking, longestSince }: QueueNumbers): QueueEntry {
    const since = rfc3339OrNull(longestSince);
    return {
      queue: { id, name },
      waiting,
      ringing,
      talking,
      longestWait: since === null ? null : { since },
      thresholds: [...(this.#crossed.get(id)?.values() ?? [])],
    };
  }
}

/** Null also where only a row is left, which the PBX has forgotten. */
function seenPlace(call: Call, skewMs: number | null, asOf: number): QueuePlace | null {
  const place = placeOf(call, skewMs);
  return place === null || isGhost(place, asOf) ? null : place;
}

/** The same everywhere, whatever the language of the process. */
function byName({ queue: one }: QueueNumbers, { queue: other }: QueueNumbers): number {
  const [a, b] = [nameForm(one.name), nameForm(other.name)];
  return a === b ? (one.id < other.id ? -1 : 1) : a < b ? -1 : 1;
}
