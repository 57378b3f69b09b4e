import { ENDED_MEMORY_MS, type EndedCall } from './call.js';
import type { Instant } from './observation.js';

/**
 * The calls that ended lately, as an immutable map that is cheap to add to: most of it is shared with the state before,
 * and only a few recent ones are copied. What is too old is dropped when the layers are joined, so a few linger a
 * little longer; whoever asks goes by `isRemembered`.
 */
export class EndedCalls implements ReadonlyMap<string, EndedCall> {
  readonly #older: ReadonlyMap<string, EndedCall>;
  readonly #recent: ReadonlyMap<string, EndedCall>;

  private constructor(older: ReadonlyMap<string, EndedCall>, recent: ReadonlyMap<string, EndedCall>) {
    this.#older = older;
    this.#recent = recent;
  }

  /** `ended` and these; `forgotten` hears of those that were dropped. Ids must be new. */
  static remembering(
    ended: ReadonlyMap<string, EndedCall>,
    added: readonly EndedCall[],
    now: Instant,
    forgotten: (ended: EndedCall) => void,
  ): EndedCalls {
    const [older, recent] = ended instanceof EndedCalls ? [ended.#older, ended.#recent] : [ended, NONE];
    const layer = new Map(recent);
    for (const call of added) layer.set(call.callId, call);
    if (layer.size <= RECENT) return new EndedCalls(older, layer);

    const joined = new Map<string, EndedCall>();
    for (const call of [...older.values(), ...layer.values()]) {
      if (isRemembered(call, now)) joined.set(call.callId, call);
      else forgotten(call);
    }
    return new EndedCalls(joined, NONE);
  }

  get size(): number {
    return this.#older.size + this.#recent.size;
  }

  get(callId: string): EndedCall | undefined {
    return this.#recent.get(callId) ?? this.#older.get(callId);
  }

  has(callId: string): boolean {
    return this.get(callId) !== undefined;
  }

  forEach(visit: (ended: EndedCall, callId: string, map: ReadonlyMap<string, EndedCall>) => void): void {
    for (const [callId, ended] of this) visit(ended, callId, this);
  }

  *entries(): MapIterator<[string, EndedCall]> {
    yield* this.#older;
    yield* this.#recent;
  }

  *keys(): MapIterator<string> {
    for (const [callId] of this) yield callId;
  }

  *values(): MapIterator<EndedCall> {
    for (const [, ended] of this) yield ended;
  }

  [Symbol.iterator](): MapIterator<[string, EndedCall]> {
    return this.entries();
  }
}

export function isRemembered(ended: EndedCall, now: Instant): boolean {
  return now - ended.endedAt <= ENDED_MEMORY_MS;
}

/** Copying so many costs less than telling that one of them ended. */
const RECENT = 64;
const NONE: ReadonlyMap<string, EndedCall> = new Map();
