import type { Call } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import type { Instant } from '../model/observation.js';
import { ghostAt, isGhost, isSamePlace, placeOf, type SeenPlace } from './queue-place.js';

/** The callers of each queue, kept by what changes: a poll that changes no call costs nothing. */
export class QueueCallers {
  readonly #places = new Map<string, SeenPlace>();
  readonly #byQueue = new Map<string, Callers>();

  /**
   * @param changed live calls by id; null: not alive any more
   * @param touched receives the ids of the queues of which a caller's place has changed
   */
  follow(changed: Changed<Call>, skewMs: () => number | null, touched: Set<string>): void {
    for (const [callId, call] of changed) {
      const before = this.#places.get(callId) ?? null;
      const after = call === null || call.entry === null ? null : placeOf(call, skewMs());
      if (isSamePlace(before, after)) continue;
      if (before !== null) this.#remove(callId, before, touched);
      if (after !== null) this.#put(callId, after, touched);
    }
  }

  /** In the order in which they were first seen there; undefined: it has no caller. */
  of(queueId: string): Iterable<SeenPlace> | undefined {
    return this.#byQueue.get(queueId)?.places.values();
  }

  /** The queue as the row of the caller who moved last names it; undefined: it has no caller. */
  nameOf(queueId: string): string | undefined {
    return this.#byQueue.get(queueId)?.name;
  }

  /** Those who wait, and may have been waiting when the queue's latest complete answer was requested. */
  waitingIn(queueId: string, asOf: Instant): SeenPlace[] {
    const waiting: SeenPlace[] = [];
    for (const place of this.of(queueId) ?? [])
      if (place.how !== 'talking' && !isGhost(place, asOf)) waiting.push(place);
    return waiting;
  }

  /** When a caller next counts as gone without any change; null: none does. */
  nextGhostIn(queueId: string, asOf: Instant): Instant | null {
    let next: Instant | null = null;
    for (const place of this.of(queueId) ?? []) {
      const at = isGhost(place, asOf) ? null : ghostAt(place);
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next;
  }

  #put(callId: string, place: SeenPlace, touched: Set<string>): void {
    const { id, name } = place.queue;
    this.#places.set(callId, place);
    const callers = this.#byQueue.get(id);
    if (callers === undefined) this.#byQueue.set(id, { name, places: new Map([[callId, place]]) });
    else {
      callers.name = name;
      callers.places.set(callId, place);
    }
    touched.add(id);
  }

  #remove(callId: string, { queue: { id } }: SeenPlace, touched: Set<string>): void {
    this.#places.delete(callId);
    const { places } = this.#byQueue.get(id)!;
    places.delete(callId);
    if (places.size === 0) this.#byQueue.delete(id);
    touched.add(id);
  }
}

interface Callers {
  name: string;
  readonly places: Map<string, SeenPlace>;
}
