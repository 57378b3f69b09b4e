import type { Call, EndedCall, Freshness, Registration, TenantState } from './call.js';

/**
 * What one poll changes of a tenant's state, value by value: what has changed is here as it is now, everything else in the
 * state is as it was. The core returns it, a commit carries it, and the store writes nothing else.
 */
export interface Delta extends FreshnessDelta {
  /** By `callId`: new or changed; null: not alive any more. */
  readonly calls: Changed<Call>;
  /** By `callId`: ended; null: not remembered any more. */
  readonly ended: Changed<EndedCall>;
  /** All of them; null: as before. */
  readonly ignoredEntries: TenantState['ignoredEntries'] | null;
  /** Null: as before. */
  readonly listsIdle: boolean | null;
}

/** What changes of the `Freshness`. */
export interface FreshnessDelta {
  /** Null: as before. */
  readonly sources: Freshness['sources'] | null;
  /** By extension; null: not known any more. */
  readonly registrations: Changed<Registration>;
}

/** By id; null: gone. */
export type Changed<Value> = ReadonlyMap<string, Value | null>;

const NONE: Changed<never> = new Map<string, never>();

export const UNCHANGED: Delta = {
  sources: null,
  registrations: NONE,
  calls: NONE,
  ended: NONE,
  ignoredEntries: null,
  listsIdle: null,
};

/** Changes no more than the freshness: no call, and nothing that decides about calls. */
export function isOnlyFreshness({ calls, ended, ignoredEntries, listsIdle }: Delta): boolean {
  return calls.size === 0 && ended.size === 0 && ignoredEntries === null && listsIdle === null;
}

/** The delta, and with it the freshness that has changed before it. */
export function after(earlier: FreshnessDelta, delta: Delta): Delta {
  const { registrations } = earlier;
  return {
    ...delta,
    sources: delta.sources ?? earlier.sources,
    registrations:
      registrations.size === 0 ? delta.registrations : new Map([...registrations, ...delta.registrations]),
  };
}
