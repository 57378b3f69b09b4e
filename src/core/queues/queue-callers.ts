import type { DeskPoll } from '../desk-poll.js';
import { type Call, PBX_PRECISION_MS } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import type { Instant } from '../model/observation.js';
import { entryBegan, ringTimes } from '../parts/part.js';
import { ghostAt, isGhost, isSamePlace, placeOf, type SeenPlace } from './queue-place.js';

/** The callers of each queue, kept by what changes: a poll that changes no call costs nothing. */
export class QueueCallers {
  readonly #places = new Map<string, SeenPlace>();
  readonly #byQueue = new Map<string, Callers>();
  readonly #moves = new Map<string, Moves>();

  /**
   * @param changed live calls by id; null: not alive any more
   * @param touched receives the ids of the queues of which a caller's place has changed
   */
  follow(
    changed: Changed<Call>,
    { ended, at }: Pick<DeskPoll, 'ended' | 'at'>,
    skewMs: () => number | null,
    touched: Set<string>,
  ): void {
    for (const [callId, call] of changed) {
      const before = this.#places.get(callId) ?? null;
      const after = call === null || call.entry === null ? null : placeOf(call, skewMs());
      if (isSamePlace(before, after)) continue;
      this.#note(before, after, call ?? ended.get(callId), at + (skewMs() ?? 0));
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
      if (isWaiting(place) && !isGhost(place, asOf)) waiting.push(place);
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

  /** Who has come to wait in the queue and who has ceased to, since this was last asked. */
  takeMoves(queueId: string): Moves {
    const moves = this.#moves.get(queueId) ?? NO_MOVES;
    this.#moves.delete(queueId);
    return moves;
  }

  /** @param now by the PBX's clock */
  #note(before: SeenPlace | null, after: SeenPlace | null, call: Call | undefined, now: Instant): void {
    const [waited, waits] = [isWaiting(before) ? before : null, isWaiting(after) ? after : null];
    if (waited?.joinedAt === waits?.joinedAt && waited?.queue.id === waits?.queue.id) return;
    if (waited !== null) {
      this.#movesIn(waited).left.push({ joinedAt: waited.joinedAt, ...leftIn(waited, call, now) });
    }
    if (waits !== null) this.#movesIn(waits).came.push(waits);
  }

  #movesIn({ queue: { id } }: SeenPlace): Moves {
    let moves = this.#moves.get(id);
    if (moves === undefined) this.#moves.set(id, (moves = { came: [], left: [] }));
    return moves;
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

/** A caller who waits no more. Times are the PBX's. */
export interface Left {
  readonly joinedAt: Instant;
  /** The second in which they left, as rows give it, or as much as is known of it. */
  readonly from: Instant;
  readonly to: Instant;
}

export interface Moves {
  readonly came: SeenPlace[];
  readonly left: Left[];
}

const NO_MOVES: Moves = { came: [], left: [] };

/** When a caller left: as the row says, or to wait in another queue; a monitor that shows an answer before the row does gives no time. */
function leftIn({ queue }: SeenPlace, call: Call | undefined, now: Instant): Pick<Left, 'from' | 'to'> {
  const row = call?.entry?.seen;
  const at = row === undefined ? null : row.queueId === queue.id ? ringTimes(row).to : entryBegan(row);
  return at === null
    ? { from: -Infinity, to: now + PBX_PRECISION_MS }
    : { from: at, to: at + PBX_PRECISION_MS };
}

function isWaiting(place: SeenPlace | null): place is SeenPlace {
  return place !== null && place.how !== 'talking';
}

interface Callers {
  name: string;
  readonly places: Map<string, SeenPlace>;
}
