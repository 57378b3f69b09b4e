import type { TenantState } from '../core/model/call.js';
import type { Delta, FreshnessDelta } from '../core/model/delta.js';
import type { Position } from '../core/model/position.js';

/**
 * Where a tenant's state and event log live. Two implementations, `RedisStore` and `MemoryStore`, held to one
 * contract by `store.contract.ts`.
 *
 * Guarantees:
 * - A commit is all or nothing: state changed, events appended and published, in one step.
 * - A commit is made only by the holder of the newest fencing token, on the version it was computed from.
 * - The same commit id twice is one commit: the second is answered with the first's result.
 * - Sequences are contiguous within an epoch, across epochs they only grow while the log survives.
 * - Within an epoch, a sequence is one event's and no other's, whatever Redis loses.
 *
 * Not guaranteed: that what was acknowledged survives Redis losing its memory. Whatever may have cost it (a restart, a
 * fail-over) is noticed by whoever claims, commits or touches next, and answered with a new epoch.
 *
 * What is stored has a format (`stored/formats.ts`). A store writes `format` and reads what is older; of a tenant whose
 * state is newer it refuses claim and snapshot with a `NewerFormatError`, and changes nothing of it.
 *
 * Every call rejects with a `TypeError` for a caller's mistake, a `StoreUnavailableError` while there is no
 * connection, a `StoreClosedError` after `close`, an `UnreadableStateError` where the stored state cannot be read, and
 * with whatever Redis answers.
 */
export interface Store {
  /** Of what this build writes, and the newest that it can read. */
  readonly format: number;

  /**
   * Takes the tenant over: hands out a new fencing token, greater than every older one (by any amount), which makes
   * those invalid, and the state to go on from. The version goes on, and the sequence where the log survived. `epoch`
   * becomes the epoch where there is none yet, where Redis was restarted or failed over since the last one began, or
   * where `newEpoch` asks for it (memory was lost).
   *
   * Rejects with a `NewerFormatError` before the token is handed out: whoever can read the state goes on with theirs.
   * With a `CorruptStateError` after it; `withoutUnreadable` gives the state without what cannot be read instead.
   */
  claim(tenant: string, options: ClaimOptions): Promise<Claim>;

  /**
   * Commits one poll cycle. Rejects with an `OutcomeUnknownError` when no answer came: it may have been carried out,
   * or yet be; retry with the same `commitId`, or claim anew. Any other rejection of it means that this try wrote
   * nothing.
   */
  commit(tenant: string, commit: Commit): Promise<CommitResult>;

  /**
   * Keeps the freshness current while nothing else changes. Writes nothing to the log and leaves the version alone; false
   * when the fencing token is no longer the newest, or memory may have been lost: claim again. Where it rejects, it may
   * have been carried out: once more, with whatever has changed since, does no harm. Not before the
   * first commit of a claim that found an older format: what is written is in this build's.
   */
  touch(tenant: string, fence: number, delta: FreshnessDelta): Promise<boolean>;

  /** The state as of `position`, read in one step; null for a tenant that nobody has claimed yet. */
  snapshot(tenant: string): Promise<Snapshot | null>;

  /** What a claim would find, without claiming; null for a tenant that nobody has claimed yet. */
  inspect(tenant: string): Promise<Inspection | null>;

  /** Of the newest event in the log; null for a tenant that nobody has claimed yet. */
  position(tenant: string): Promise<Position | null>;

  /** At most `limit` events after sequence `after`, oldest first, with what the log holds at that moment. */
  read(tenant: string, after: number, limit: number): Promise<LogSlice>;

  /**
   * Drops events recorded (`recordedtime`) before `olderThan`, ms since the epoch. The bound on the count is kept by
   * every commit, give or take a block of the log. Returns how many events the log holds then, from the oldest to the
   * newest sequence, and give or take a block too.
   */
  trim(tenant: string, olderThan: number): Promise<number>;

  /**
   * Follows what is published, for all tenants; resolves once that is so, however long Redis is away. At most once:
   * compare positions to notice what was missed.
   */
  follow(follower: Follower): Promise<Subscription>;

  /** Answers within `timeoutMs`, or rejects: for readiness. */
  ping(timeoutMs: number): Promise<void>;

  close(): Promise<void>;
}

export type { Position };

export interface ClaimOptions {
  readonly epoch: string;
  readonly newEpoch?: boolean;
  readonly withoutUnreadable?: boolean;
}

export interface Claim {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
  readonly state: TenantState;
  /** Of what is stored; the first commit makes it the store's own. */
  readonly format: number;
}

export interface Inspection {
  readonly format: number;
  /** How many fields the state has. */
  readonly fields: number;
  /** Those among them that cannot be read. */
  readonly unreadable: readonly string[];
}

export interface Commit {
  readonly fence: number;
  readonly expectedVersion: number;
  /** Unique per cycle; the same on every retry of it. */
  readonly commitId: string;
  readonly epoch: string;
  /** What changes of the state since `claim`, the last commit and the last `touch`. */
  readonly delta: Delta;
  /**
   * The state with that change, in the first commit of a claim: every field of it is written in this build's format, and
   * whatever else was stored of the state goes. Absent in those that follow.
   */
  readonly whole?: TenantState;
  /** In order; sequences contiguous and beginning right after the position the cycle began from. */
  readonly events: readonly LogEvent[];
}

export interface LogEvent {
  readonly sequence: number;
  readonly type: string;
  readonly json: string;
}

export type CommitResult =
  | { readonly status: 'committed'; readonly version: number; readonly position: Position }
  /** Somebody else committed in between, under the same token or the outcome of an earlier try: claim again. */
  | { readonly status: 'conflict' }
  /** A newer fencing token exists: stop polling this tenant until claimed anew. Also after a loss, where another
   * has claimed since. */
  | { readonly status: 'fenced' }
  /** The store is older than what it once acknowledged, or may be: claim with `newEpoch`. */
  | { readonly status: 'lost' };

export interface Snapshot {
  readonly position: Position;
  readonly state: TenantState;
}

export interface LogSlice {
  readonly epoch: string | null;
  /** Sequence of the oldest event held, 0 when the log is empty. */
  readonly first: number;
  /** Sequence of the newest event ever appended. */
  readonly last: number;
  /** The first sequence that belongs to `epoch`: cursors of this epoch before it do not exist. */
  readonly epochStart: number;
  readonly events: readonly { readonly sequence: number; readonly json: string }[];
}

/** Neither may throw. */
export interface Follower {
  /** `json` is the event as it was published. */
  event(tenant: string, json: string): void;
  /** The subscription was interrupted and is whole again: what was published meanwhile is to be read from the log. */
  interrupted(): void;
}

export interface Subscription {
  close(): Promise<void>;
}
