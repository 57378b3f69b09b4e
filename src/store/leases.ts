import type { Subscription } from './store.js';

/**
 * Who polls which shard. Two implementations, `RedisLeases` and `MemoryLeases`, held to one contract by
 * `leases.contract.ts`.
 *
 * Each member has one lease; the shards that it holds hang on it, so that renewing one renews all. A shard whose
 * owner's lease has run out is free.
 *
 * Guarantees, as of one moment at the server and by its clock:
 * - A shard has at most one owner.
 * - A member's shards stay its own until it releases them, leaves, or somebody takes them after its lease has run out.
 * - What is released is free at once.
 *
 * What a lease does **not** promise:
 * - That its holder is the only one who polls. A holder that was paused, cut off or slow goes on in the belief that it
 *   holds what another has taken since; after a fail-over Redis itself may have forgotten. So leases may overlap.
 * - That somebody polls at every moment. After a death nobody does until the lease has run out.
 *
 * Therefore nothing may rest on a lease but efficiency: that two replicas do not ask the PBX for the same. What counts
 * is decided by the commit alone, by its fencing token and version (`Store.commit`).
 *
 * Every call rejects with a `StoreUnavailableError` while there is no connection, a `StoreClosedError` after `close`,
 * and with whatever Redis answers. Whatever call was rejected may have been carried out, or yet be; each may be repeated.
 */
export interface Leases {
  /** Joins, or renews; then releases, then takes what is free of what is wanted. In one step. */
  renew(member: string, renewal: Renewal): Promise<Renewed>;

  /** Gives everything back and is no member any more; the others are told. */
  leave(member: string): Promise<void>;

  /**
   * Calls `changed` after a member has joined, released something or left, with its name; and with null when messages
   * may have been missed. A hint and no more: at most once, and nothing of the kind when a lease runs out. `changed`
   * may not throw. Resolves once that is so, however long Redis is away.
   */
  follow(changed: (member: string | null) => void): Promise<Subscription>;

  close(): Promise<void>;
}

export interface Renewal {
  /** Milliseconds from now, the same for all members. */
  readonly leaseMs: number;
  /** A digest of the tenants that the member knows. */
  readonly list: string;
  readonly wanted: readonly number[];
  /** Those among them that are another's stay so. */
  readonly released: readonly number[];
}

export interface Renewed {
  /** Whose lease runs, the caller's own among them; sorted. */
  readonly members: readonly string[];
  /** Those among them that know the same tenants, the caller among them; sorted. */
  readonly agreeing: readonly string[];
  /** What the caller holds now. */
  readonly held: ReadonlySet<number>;
  /** Until the first of the others' leases runs out if it is not renewed, in milliseconds; null without others. */
  readonly othersEndInMs: number | null;
}
