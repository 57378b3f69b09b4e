import type { Call, Leg } from '../model/call.js';
import type { Changed } from '../model/delta.js';

/**
 * Which extensions have a leg in a live call, kept by what changes: a poll costs what it changes of the calls.
 *
 * Guarantees: which of several legs at an extension counts depends on these legs alone, and not on the order in which they came:
 * one that talks before others, and then the one whose key is first. A leg that is missing counts as gone.
 */
export class BusyExtensions {
  /** The extensions of each call that has a leg. */
  readonly #ofCall = new Map<string, readonly string[]>();
  /** The leg of each call that counts, by extension and `callId`. */
  readonly #legs = new Map<string, Map<string, Leg>>();

  /**
   * @param changed live calls by id; null: not alive any more
   * @param touched receives the extensions at which something may be otherwise now
   */
  follow(changed: Changed<Call>, touched: Set<string>): void {
    for (const [callId, call] of changed) {
      for (const extension of this.#ofCall.get(callId) ?? NONE) {
        this.#remove(extension, callId);
        touched.add(extension);
      }
      const present = call?.legs.filter(({ absence }) => absence === null) ?? NONE;
      if (present.length === 0) this.#ofCall.delete(callId);
      else
        this.#ofCall.set(
          callId,
          present.map(({ seen }) => seen.extension),
        );
      for (const leg of present) {
        this.#put(leg, callId);
        touched.add(leg.seen.extension);
      }
    }
  }

  /** The leg that counts at the extension; undefined: it has none. */
  legAt(extension: string): Leg | undefined {
    let counts: Leg | undefined;
    for (const leg of this.#legs.get(extension)?.values() ?? NONE) counts = before(counts, leg);
    return counts;
  }

  extensions(): Iterable<string> {
    return this.#legs.keys();
  }

  #put(leg: Leg, callId: string): void {
    const { extension } = leg.seen;
    const ofCalls = this.#legs.get(extension);
    if (ofCalls === undefined) this.#legs.set(extension, new Map([[callId, leg]]));
    else ofCalls.set(callId, before(ofCalls.get(callId), leg));
  }

  #remove(extension: string, callId: string): void {
    const ofCalls = this.#legs.get(extension);
    ofCalls?.delete(callId);
    if (ofCalls?.size === 0) this.#legs.delete(extension);
  }
}

function before(one: Leg | undefined, other: Leg): Leg {
  if (one === undefined) return other;
  if ((one.state === 'answered') !== (other.state === 'answered'))
    return one.state === 'answered' ? one : other;
  return one.seen.key <= other.seen.key ? one : other;
}

const NONE: readonly never[] = [];
