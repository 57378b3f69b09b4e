import { MAX_CROWD } from '../model/bounds.js';

/**
 * Maps a key to any number of values. A caller must not depend on their order, because a restart changes it. Lists are made
 * of `MAX_CROWD` values at most, so that a caller's work does not grow with how many share a key.
 */
export class Lookup<Value extends string | object> {
  /** Nearly every key has one value, which is stored without a `Set` around it. */
  readonly #values = new Map<string, Value | Set<Value>>();

  add(key: string, value: Value): void {
    const held = this.#values.get(key);
    if (held === undefined) this.#values.set(key, value);
    else if (held instanceof Set) held.add(value);
    else if (held !== value) this.#values.set(key, new Set([held, value]));
  }

  remove(key: string, value: Value): void {
    const held = this.#values.get(key);
    if (held === value) this.#values.delete(key);
    else if (held instanceof Set && held.delete(value) && held.size === 0) this.#values.delete(key);
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Whether so many values have the key that it says nothing about any of them. */
  isCrowd(key: string): boolean {
    const held = this.#values.get(key);
    return held instanceof Set && held.size > MAX_CROWD;
  }

  /** The only value with this key. */
  only(key: string): Value | undefined {
    const held = this.#values.get(key);
    if (!(held instanceof Set)) return held;
    return held.size === 1 ? [...held][0] : undefined;
  }

  /** The values with this key; none of a crowd. */
  get(key: string): readonly Value[] {
    const held = this.#values.get(key);
    if (held === undefined) return NONE;
    if (!(held instanceof Set)) return [held];
    return held.size > MAX_CROWD ? NONE : [...held];
  }
}

const NONE: readonly never[] = [];
