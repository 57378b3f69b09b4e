import type { Call, EndedCall, Freshness, Registration, TenantState } from './call.js';

/**
 * What one poll changes in a tenant's state: the new value of everything that has changed, and nothing else. The core
 * returns it, a commit carries it, and the store writes no more than it.
 */
export interface Delta extends FreshnessDelta {
  /** New and changed live calls, by `callId`; null: the call is not alive any more. */
  readonly calls: Changed<Call>;
  /** Calls that have ended, by `callId`; null: the call is not remembered any more. */
  readonly ended: Changed<EndedCall>;
  /** All ignored entries; null: unchanged. */
  readonly ignoredEntries: TenantState['ignoredEntries'] | null;
  /** Null: unchanged. */
  readonly listsIdle: boolean | null;
  /** All created legs; null: unchanged. */
  readonly created: TenantState['created'] | null;
  /** All agents' extensions; null: unchanged. */
  readonly agents: TenantState['agents'] | null;
  /** All queues' hotlines; null: unchanged. */
  readonly hotlines: TenantState['hotlines'] | null;
  /** Null: unchanged. */
  readonly direction: TenantState['direction'] | null;
}

/** What one poll changes in the `Freshness`. */
export interface FreshnessDelta {
  /** Null: unchanged. */
  readonly sources: Freshness['sources'] | null;
  /** Changed registrations, by extension; null: forgotten. */
  readonly registrations: Changed<Registration>;
}

/** Changed values by id; null: removed. */
export type Changed<Value> = ReadonlyMap<string, Value | null>;

const NONE: Changed<never> = new Map<string, never>();

export const UNCHANGED: Delta = {
  sources: null,
  registrations: NONE,
  calls: NONE,
  ended: NONE,
  ignoredEntries: null,
  listsIdle: null,
  created: null,
  agents: null,
  hotlines: null,
  direction: null,
};

/** Whether the delta changes only the freshness: no call, and nothing that decides about calls. */
export function isOnlyFreshness({
  calls,
  ended,
  ignoredEntries,
  listsIdle,
  created,
  agents,
  hotlines,
  direction,
}: Delta): boolean {
  const rest = [ignoredEntries, listsIdle, created, agents, hotlines, direction];
  return calls.size === 0 && ended.size === 0 && rest.every((change) => change === null);
}

/** Merges an earlier change of the freshness into the delta that follows it. */
export function after(earlier: FreshnessDelta, delta: Delta): Delta {
  const { registrations } = earlier;
  return {
    ...delta,
    sources: delta.sources ?? earlier.sources,
    registrations:
      registrations.size === 0 ? delta.registrations : new Map([...registrations, ...delta.registrations]),
  };
}
