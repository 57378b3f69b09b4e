/**
 * Typed injection. Nest does not compare a factory's keys with its parameters, and injects any value for a symbol;
 * `provide` makes the compiler check both.
 */

declare const INJECTED: unique symbol;

/** A typed key for a value that has no class of its own. Also for `@Inject`. */
export type Token<T> = symbol & { readonly [INJECTED]: T };

export type Key<T = unknown> = Token<T> | Class<T>;
type Class<T> = abstract new (...args: never[]) => T;

/** The types of the values injected for keys, in their order. */
export type Injected<Keys extends readonly Key[]> = { readonly [Index in keyof Keys]: ValueOf<Keys[Index]> };
type ValueOf<K> = K extends Token<infer T> ? T : K extends Class<infer T> ? T : never;

/** As Nest's `FactoryProvider`. */
export interface Factory<T> {
  readonly provide: Key<T>;
  readonly inject: Key[];
  readonly useFactory: (...injected: never[]) => T | Promise<T>;
}

/** Makes a key. Nest shows `name` when it does not find the value. */
export function token<T>(name: string): Token<T> {
  return Symbol(name) as Token<T>;
}

/** A provider of `key`: `make` is called once, with the values of the keys `inject`. */
export function provide<T, const Keys extends readonly Key[]>(
  key: Key<T>,
  inject: Keys,
  make: (...injected: Injected<Keys>) => NoInfer<T> | Promise<NoInfer<T>>,
): Factory<T> {
  return { provide: key, inject: [...inject], useFactory: make as Factory<T>['useFactory'] };
}
