/**
 * Injection whose types hold. Nest takes the keys of a factory and its parameters as two lists that nothing compares, and
 * injects any value for a symbol; with `provide` the parameters are what the keys stand for.
 */

declare const INJECTED: unique symbol;

/** A key for a value that is no class of its own, which knows the value's type. Also for `@Inject`. */
export type Token<T> = symbol & { readonly [INJECTED]: T };

export type Key<T = unknown> = Token<T> | Class<T>;
type Class<T> = abstract new (...args: never[]) => T;

/** What is injected for keys, in their order. */
export type Injected<Keys extends readonly Key[]> = { readonly [Index in keyof Keys]: ValueOf<Keys[Index]> };
type ValueOf<K> = K extends Token<infer T> ? T : K extends Class<infer T> ? T : never;

/** As Nest's `FactoryProvider`. */
export interface Factory<T> {
  readonly provide: Key<T>;
  readonly inject: Key[];
  readonly useFactory: (...injected: never[]) => T | Promise<T>;
}

/** `name` is shown when Nest does not find the value. */
export function token<T>(name: string): Token<T> {
  return Symbol(name) as Token<T>;
}

/** A provider of `key`, made once from what is injected for `inject`. */
export function provide<T, const Keys extends readonly Key[]>(
  key: Key<T>,
  inject: Keys,
  make: (...injected: Injected<Keys>) => NoInfer<T> | Promise<NoInfer<T>>,
): Factory<T> {
  return { provide: key, inject: [...inject], useFactory: make as Factory<T>['useFactory'] };
}
