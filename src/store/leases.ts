import type { Subscription } from './store.js';

/**
 * Says which replica polls which shard. It has two implementations, `RedisLeases` and `MemoryLeases`;
 * `leases.contract.ts` checks both.
 *
 * Each member has one lease for all the shards that it holds, so that one renewal renews them all. A shard whose owner's
 * lease has run out is free.
 *
 * Guarantees, as of one moment at the server and by its clock:
 * - A shard has at most one owner.
 * - A member's shards stay its own until it releases them, leaves, or another takes them after its lease has run out.
 * - What is released is free at once.
 *
 * What a lease does **not** promise:
 * - That its holder is the only one who polls. A holder that was paused, cut off or slow goes on polling what another
 *   has taken since; after a fail-over Redis itself may have forgotten the leases. So leases may overlap.
 * - That a shard is always polled. After a replica's death its shards are not polled until its lease has run out.
 *
 * So a lease serves efficiency only: two replicas do not ask the PBX for the same. The commit alone decides what counts,
 * by its fencing token and version (`Store.commit`).
 *
 * Every call rejects with a `StoreUnavailableError` while there is no connection, a `StoreClosedError` after `close`,
 * and with whatever Redis answers. A rejected call may have been carried out, or may yet be; each may be repeated.
 */
export interface Leases {
  /** Joins or renews, then releases, then takes those of the wanted shards that are free; all in one step. */
  renew(member: string, renewal: Renewal): Promise<Renewed>;

  /** Gives back all shards, ends the membership and notifies the followers. */
  leave(member: string): Promise<void>;

  /**
   * Calls `changed` after a member has joined, released something or left, with its name; and with null when messages
   * may have been missed. It is only a hint: each message comes at most once, and none when a lease runs out. `changed`
   * may not throw. Resolves once subscribed, however long Redis is away.
   */
  follow(changed: (member: string | null) => void): Promise<Subscription>;

  close(): Promise<void>;
}

export interface Renewal {
  /** Milliseconds from now, the same for all members. */
  readonly leaseMs: number;
  /** A digest of the tenants that the member knows, and of the format of stored states that it writes. */
  readonly list: string;
  readonly wanted: readonly number[];
  /** Shards that another member holds are left alone. */
  readonly released: readonly number[];
}

export interface Renewed {
  /** Whose lease runs, the caller's own among them; sorted. */
  readonly members: readonly string[];
  /** Those among them with the same `list`, the caller among them; sorted. */
  readonly agreeing: readonly string[];
  /** What the caller holds now. */
  readonly held: ReadonlySet<number>;
  /** How soon, in milliseconds, the first of the others' leases runs out if it is not renewed; null without others. */
  readonly othersEndInMs: number | null;
}
