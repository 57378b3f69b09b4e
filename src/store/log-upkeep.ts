import type { DeskRetention } from './desk-store.js';

/**
 * Keeps the logs within their bounds, beside those who write them, and independent of polling. It has two implementations,
 * `RedisUpkeep` and `MemoryUpkeep`; `log-upkeep.contract.ts` checks both.
 *
 * Guarantees:
 * - Age is measured by the store's clock, which has also recorded the events: no replica's clock decides what goes.
 * - Nothing of it needs memory in the store, so that a full one can be emptied.
 * - What is dropped is the oldest: a log has no holes, and a cursor before its first event is answered as too old.
 *
 * Every call rejects as `Store` does.
 */
export interface LogUpkeep {
  /** The servers that hold logs: the masters of a cluster, or the only one. */
  survey(): Promise<readonly ServerReport[]>;

  /** Every tenant that was ever claimed and may have a log, whether it is configured or not. */
  logs(): Promise<readonly string[]>;

  /** The size of a log; one that is not there is empty. */
  measure(tenant: string): Promise<LogSize>;

  /** Drops a log's oldest events, a bounded number at a time: see `dropped`. A log that is not there has none. */
  trim(tenant: string, trim: Trim): Promise<Trimmed>;

  /**
   * Removes a tenant's oldest records of ended calls that are past their age, at most `HISTORY_STEP`, and what is past its age
   * of the audit; resolves to how many records they were. Tables of days go by themselves.
   */
  trimHistory(tenant: string, retention: DeskRetention): Promise<number>;

  /**
   * Whether it is this caller's turn to do `work`, which one replica does for all: the first that asks has it, and no
   * other before `lengthMs` have passed.
   */
  takeTurn(work: string, lengthMs: number): Promise<boolean>;

  /** From now on every call is rejected. */
  close(): void;
}

/** How many records of ended calls are removed at a time: so many keep Redis busy for a few milliseconds. */
export const HISTORY_STEP = 200;

export interface ServerReport {
  /** Distinguishes the servers. */
  readonly name: string;
  /** How far this process' clock is ahead of the server's, in milliseconds: right to within `doubtMs`. */
  readonly aheadMs: number;
  /** Half of the time that the answer took. */
  readonly doubtMs: number;
  /** In bytes; null for a server without a bound. */
  readonly memory: { readonly used: number; readonly max: number } | null;
}

export interface Trim {
  readonly retentionMs: number;
  /** How much of a log may go for its age at a time, as a divisor: 10 is a tenth (or one event), 1 all. */
  readonly share: number;
  /** How many events the log may keep; `Infinity`: any number. */
  readonly most: number;
}

export interface LogSize {
  readonly events: number;
  /** About. */
  readonly bytes: number;
  /** The name of the server that has it. */
  readonly server: string;
}

export interface Trimmed extends LogSize {
  /** More may have to go where this is `TRIM_STEP`. */
  readonly dropped: number;
}

/** How many events are dropped at a time: so many keep Redis busy for a few milliseconds. */
export const TRIM_STEP = 20_000;
