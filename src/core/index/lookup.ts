/** Maps a key to any number of values. A caller must not depend on their order, because a restart changes it. */
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

  get(key: string): readonly Value[] {
    const held = this.#values.get(key);
    if (held === undefined) return NONE;
    return held instanceof Set ? [...held] : [held];
  }
}

const NONE: readonly never[] = [];
