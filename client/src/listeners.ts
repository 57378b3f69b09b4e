type Callbacks<Names> = { readonly [Name in keyof Names]: (...args: never[]) => unknown };

/**
 * Listeners by the name they listen to. They run in the order they were added; when one fails, at once or in its promise,
 * its error goes to `failed` and the others run all the same.
 */
export class Listeners<Names extends Callbacks<Names>> {
  private readonly byName = new Map<keyof Names, Set<(...args: never[]) => unknown>>();

  /** Returns a function that stops it. The same function may listen twice. */
  add<Name extends keyof Names>(name: Name, listener: Names[Name]): () => void {
    const own = (...args: never[]) => listener(...args);
    const listeners = this.byName.get(name) ?? new Set();
    this.byName.set(name, listeners.add(own));
    return () => void listeners.delete(own);
  }

  count(name: keyof Names): number {
    return this.byName.get(name)?.size ?? 0;
  }

  /** Runs the listeners of a name. Returns a promise when a listener returned one: resolved when all are; never rejects. */
  emit<Name extends keyof Names>(
    name: Name,
    args: Parameters<Names[Name]>,
    failed: (error: unknown) => void,
  ): Promise<unknown> | undefined {
    const pending: Promise<unknown>[] = [];
    for (const listener of [...(this.byName.get(name) ?? [])]) {
      try {
        const result = listener(...args);
        if (isPromise(result)) pending.push(Promise.resolve(result).catch(failed));
      } catch (error) {
        failed(error);
      }
    }
    return pending.length === 0 ? undefined : Promise.all(pending);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
