/** Several values a key. What is asked of it must not depend on the order they came in: a restart changes that. */
export class Lookup<Value extends string | object> {
  /** Nearly every key has one value: that one stands for itself. */
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
