import { ENDED_MEMORY_MS, type EndedCall } from '../model/call.js';
import type { Instant } from '../model/observation.js';

/**
 * The calls that ended lately, as an immutable map that is cheap to add to and to compare with the one before: it
 * consists of layers, each less than half as large as the one below, and shares most of them with its predecessor.
 *
 * What is too old is dropped when its layer is joined with another or is too old as a whole, so some linger for a while;
 * whoever asks goes by `isRemembered`.
 */
export class EndedCalls implements ReadonlyMap<string, EndedCall> {
  /** Oldest first. */
  readonly #layers: readonly Layer[];

  private constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** `ended` and these; `forgotten` hears of those that were dropped. Ids must be new. */
  static remembering(
    ended: ReadonlyMap<string, EndedCall>,
    added: readonly EndedCall[],
    now: Instant,
    forgotten: (ended: EndedCall) => void,
  ): EndedCalls {
    const layers = EndedCalls.#layersOf(ended).filter((layer) => {
      for (const call of layer.values()) if (isRemembered(call, now)) return true;
      for (const call of layer.values()) forgotten(call);
      return false;
    });
    layers.push(new Map(added.map((call) => [call.callId, call])));
    while (layers.length > 1 && layers.at(-2)!.size < 2 * layers.at(-1)!.size) {
      const [older, newer] = layers.splice(-2) as [Layer, Layer];
      const joined = new Map<string, EndedCall>();
      for (const call of [...older.values(), ...newer.values()]) {
        if (isRemembered(call, now)) joined.set(call.callId, call);
        else forgotten(call);
      }
      layers.push(joined);
    }
    return new EndedCalls(layers);
  }

  /** What of `after` is not in `before`, and the other way round. Looks only at layers that they do not share. */
  static difference(
    before: ReadonlyMap<string, EndedCall>,
    after: ReadonlyMap<string, EndedCall>,
  ): Difference {
    const added: EndedCall[] = [];
    const removed: string[] = [];
    if (before === after) return { added, removed };
    const [older, newer] = [EndedCalls.#layersOf(before), EndedCalls.#layersOf(after)];
    for (const layer of newer.filter((one) => !older.includes(one)))
      for (const call of layer.values()) if (before.get(call.callId) !== call) added.push(call);
    for (const layer of older.filter((one) => !newer.includes(one)))
      for (const callId of layer.keys()) if (!after.has(callId)) removed.push(callId);
    return { added, removed };
  }

  /** Any other map is one layer. */
  static #layersOf(ended: ReadonlyMap<string, EndedCall>): Layer[] {
    return ended instanceof EndedCalls ? [...ended.#layers] : [ended];
  }

  get size(): number {
    return this.#layers.reduce((sum, { size }) => sum + size, 0);
  }

  get(callId: string): EndedCall | undefined {
    for (const layer of this.#layers) {
      const found = layer.get(callId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  has(callId: string): boolean {
    return this.get(callId) !== undefined;
  }

  forEach(visit: (ended: EndedCall, callId: string, map: ReadonlyMap<string, EndedCall>) => void): void {
    for (const [callId, ended] of this) visit(ended, callId, this);
  }

  *entries(): MapIterator<[string, EndedCall]> {
    for (const layer of this.#layers) yield* layer;
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

export interface Difference {
  readonly added: readonly EndedCall[];
  /** Call ids. */
  readonly removed: readonly string[];
}

type Layer = ReadonlyMap<string, EndedCall>;

export function isRemembered(ended: EndedCall, now: Instant): boolean {
  return now - ended.endedAt <= ENDED_MEMORY_MS;
}
