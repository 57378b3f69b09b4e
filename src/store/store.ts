import type { TenantState } from '../core/model/call.js';
import type { DeskDelta, DeskState } from '../core/desk-state.js';
import type { Delta, FreshnessDelta } from '../core/model/delta.js';
import type { Position } from '../core/model/position.js';
import type { RequestAnswer, WaitingRequest } from '../core/requests.js';

/**
 * Keeps each tenant's state and event log. It has two implementations, `RedisStore` and `MemoryStore`;
 * `store.contract.ts` checks both.
 *
 * Guarantees:
 * - A commit is all or nothing: state changed, events appended and published, in one step.
 * - A commit is made only by the holder of the newest fencing token, on the version it was computed from.
 * - Two commits with the same commit id are one: the second gets the first's result.
 * - Sequences are contiguous within an epoch; across epochs they only grow while the log survives.
 * - Within an epoch, a sequence belongs to one event only, whatever Redis loses. An epoch that continues others has their
 *   events up to where it says that they ended, each at its sequence.
 * - A commit answers requests of the tenant's inbox (`inbox.ts`) in the same step; claim, commit and touch say which wait.
 * - An event is recorded (`recordedtime`) by the store's clock, which all replicas share, at the try that took it.
 *
 * Not guaranteed: that an acknowledged commit survives when Redis loses its memory. The next claim, commit or touch
 * notices a possible loss (a restart, a fail-over) and leads to a new epoch, which continues the one before.
 *
 * The stored state has a format (`stored/formats.ts`). A store writes `format` and reads older ones; where a tenant's
 * state is in a newer one, it rejects claim and snapshot with a `NewerFormatError` and changes nothing.
 *
 * Every call rejects with a `TypeError` for a caller's mistake, a `StoreUnavailableError` while there is no
 * connection, a `StoreClosedError` after `close`, an `UnreadableStateError` where the stored state cannot be read, and
 * with whatever Redis answers.
 */
export interface Store {
  /** The format that this build writes, which is the newest that it can read. */
  readonly format: number;

  /**
   * Takes the tenant over: hands out the state to go on from and a new fencing token, which is greater than every older
   * one (by any amount) and makes those invalid. The version continues, and so does the sequence where the log survived.
   * `epoch` becomes the epoch where there is none yet, where Redis was restarted or failed over since the last one
   * began, or where `newEpoch` asks for it (memory was lost). In the second case only, the epoch continues the one before.
   *
   * Rejects with a `NewerFormatError` before it hands out a token, so that a build that can read the state is not fenced.
   * Rejects with a `CorruptStateError` after that; with `withoutUnreadable` it gives the state without the unreadable
   * fields instead.
   */
  claim(tenant: string, options: ClaimOptions): Promise<Claim>;

  /**
   * Notes that `owner` begins to work on the tenant, before it does, and returns how many owners in a row have begun since the
   * last commit or touch: more than one where the owner before ended in the middle of it, such as one that the tenant's own
   * data ends. Returns 0 when the fencing token is no longer the newest.
   *
   * @param owner a name without spaces that no other process has
   */
  attempt(tenant: string, fence: number, owner: string): Promise<number>;

  /**
   * Commits one poll cycle. Rejects with an `OutcomeUnknownError` when no answer came: the commit may have been carried
   * out, or may yet be; retry with the same `commitId`, or claim again. Any other rejection means that this try wrote
   * nothing.
   */
  commit(tenant: string, commit: Commit): Promise<CommitResult>;

  /**
   * Keeps the freshness current while nothing else changes. Writes nothing to the log and leaves the version alone.
   * Resolves to null when the fencing token is no longer the newest, or memory may have been lost: claim again. A
   * rejected touch may have been carried out; repeating it, with whatever has changed since, does no harm. After a claim
   * that found an older format, commit first: a touch writes this build's format.
   */
  touch(tenant: string, fence: number, delta: FreshnessDelta): Promise<Touched | null>;

  /** The state as of `position`, read in one step; null for a tenant that was never claimed. */
  snapshot(tenant: string): Promise<Snapshot | null>;

  /** What a claim would find, without claiming; null for a tenant that was never claimed. */
  inspect(tenant: string): Promise<Inspection | null>;

  /** The position of the newest event in the log; null for a tenant that was never claimed. */
  position(tenant: string): Promise<Position | null>;

  /** At most `limit` events after sequence `after`, oldest first, with the bounds of the log at that moment. */
  read(tenant: string, after: number, limit: number): Promise<LogSlice>;

  /**
   * Follows what is published for all tenants; resolves once subscribed, however long Redis is away. Each event comes at
   * most once: compare positions to notice missed ones.
   */
  follow(follower: Follower): Promise<Subscription>;

  /** Resolves when the store answers within `timeoutMs`, rejects otherwise: for readiness. */
  ping(timeoutMs: number): Promise<void>;

  close(): Promise<void>;
}

/** What those who hand events out need of a store: they never write. */
export type LogReader = Pick<Store, 'snapshot' | 'read' | 'follow' | 'close'>;

export interface ClaimOptions {
  readonly epoch: string;
  readonly newEpoch?: boolean;
  readonly withoutUnreadable?: boolean;
}

export interface Attempts {
  readonly count: number;
  readonly owner: string | null;
}

export interface Claim {
  readonly fence: number;
  readonly version: number;
  readonly position: Position;
  /** The ends of the epochs that this one continues; the newest 16 at most. */
  readonly continues: readonly Position[];
  readonly state: TenantState;
  /** The format of the stored state; the first commit makes it the store's own. */
  readonly format: number;
  /** How many owners in a row have begun to work (`attempt`) since the last commit or touch, and the last of them. */
  readonly attempts: Attempts;
  readonly requests: readonly WaitingRequest[];
  readonly desk: DeskState;
  /** Names of what is stored of the desk and cannot be read: it is left as it is, and the desk goes on without it. */
  readonly unreadableDesk: readonly string[];
}

export interface Touched {
  readonly requests: readonly WaitingRequest[];
}

export interface Inspection {
  readonly format: number;
  /** How many fields the state has. */
  readonly fields: number;
  /** Those among them that cannot be read. */
  readonly unreadable: readonly string[];
  /** Fields of the tenant's desk that cannot be read: its owner goes on without them, and leaves them. */
  readonly unreadableDesk: readonly string[];
}

export interface Commit {
  readonly fence: number;
  readonly expectedVersion: number;
  /** Unique per cycle; the same on every retry of it. */
  readonly commitId: string;
  readonly epoch: string;
  /** What has changed in the state since `claim`, the last commit and the last `touch`. */
  readonly delta: Delta;
  /**
   * The state with that change, in the first commit of a claim only: every field of it is written in this build's format,
   * and all other stored fields of the state are removed.
   */
  readonly whole?: TenantState;
  /** What it changes of the tenant's desk, and adds to its history and days, in the same step. */
  readonly desk?: DeskDelta;
  /** In order; sequences are contiguous and begin right after the position that the cycle began from. */
  readonly events: readonly LogEvent[];
  /** Of requests that wait; they wait no longer. One that does not wait is answered all the same. */
  readonly answers?: readonly RequestAnswer[];
}

export interface LogEvent {
  readonly sequence: number;
  readonly type: string;
  /** Its `recordedtime` is a placeholder: the store writes its own. An event that has none is left as it is. */
  readonly json: string;
}

export type CommitResult =
  | {
      readonly status: 'committed';
      readonly version: number;
      readonly position: Position;
      /** What waits in the inbox after it, in the order in which it was asked. */
      readonly requests: readonly WaitingRequest[];
    }
  /** Another commit came in between, under the same token or from an earlier try of unknown outcome: claim again. */
  | { readonly status: 'conflict' }
  /** A newer fencing token exists: stop polling this tenant until it is claimed again. Also after a loss, if another
   * has claimed since. */
  | { readonly status: 'fenced' }
  /** The store is older than what it once acknowledged: claim with `newEpoch`. */
  | { readonly status: 'lost' }
  /** Redis was restarted or failed over since the epoch began, and may have lost something: claim again. */
  | { readonly status: 'moved' };

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
  /** The first sequence that belongs to `epoch`, or to the oldest that it continues: cursors before it do not exist. */
  readonly epochStart: number;
  /** The ends of the epochs that `epoch` continues: up to there, each is the same log, and its cursors are good. */
  readonly continues: readonly Position[];
  /** What lies at the sequences after `after`, in order. Another client of the store may have written it. */
  readonly events: readonly { readonly sequence: number; readonly json: string }[];
  /**
   * Ids of entries among those read that no bridge has written: their id is no sequence, or lies after `last`. They count
   * against `limit`.
   */
  readonly foreign: readonly string[];
}

/** Neither may throw. */
export interface Follower {
  /** `json` is the event as it was published. */
  event(tenant: string, json: string): void;
  /** The subscription was interrupted and is back: read from the log what was published meanwhile. */
  interrupted(): void;
}

export interface Subscription {
  close(): Promise<void>;
}
