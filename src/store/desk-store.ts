import type { AuditEntry } from '../core/callbacks/audit-entry.js';
import type { Callback } from '../core/callbacks/callback.js';
import type { EndedCallRecord } from '../core/day/ended-call-record.js';
import type { TallyLabel, TallyRow } from '../core/day/tally.js';
import type { DeskState } from '../core/desk-state.js';
import type { Instant } from '../core/model/observation.js';

/**
 * Reads what the commits have made of tenants' desks: call-backs, days, history. Any replica may. It has two implementations,
 * `RedisDeskStore` and `MemoryDeskStore`; `desk-store.contract.ts` checks both, with the store whose commits write it.
 *
 * Guarantees:
 * - What a commit brought is there with its events, or nothing of it is.
 * - A record or tally is found in the form in which it was committed. One that cannot be read is left out, and `unreadable` counts it.
 * - Retention (`DeskRetention`): a day's table is gone `statsMs` after the day has ended everywhere on Earth, by the retention of
 *   when it was begun. A record is not found any more `historyMs` after the call's end, and removed by the turn of the upkeep after that.
 *
 * Not guaranteed: that two calls read the same moment, and anything for a tenant that was never claimed: nothing is found.
 *
 * Calls reject as those of `Store` do.
 */
export interface DeskStore {
  /** Open ones, and those that were closed not long ago. */
  callbacks(tenant: string): Promise<Readable<Callback>>;

  callback(tenant: string, id: string): Promise<Callback | null>;

  /** Stories of live calls, known queues, agents' standings. */
  standing(tenant: string): Promise<Omit<DeskState, 'callbacks'>>;

  /** The tables of these days, in their order; a day without one is empty. */
  days(tenant: string, days: readonly string[]): Promise<readonly DayTable[]>;

  /** Ended calls, newest first. */
  history(tenant: string, query: HistoryQuery): Promise<HistoryPage>;

  endedCall(tenant: string, callId: string): Promise<EndedCallRecord | null>;

  /** Removes the records of a customer; resolves to how many they were. */
  forgetRecords(tenant: string, line: string): Promise<number>;

  /** Notes who did what; the newest `AUDIT_MAX` are kept, for `STATS_RETENTION`. */
  noteAudit(tenant: string, entry: AuditEntry): Promise<void>;

  /** Newest first, from before `before` on. */
  audit(tenant: string, before: string | null, limit: number): Promise<AuditPage>;

  close(): Promise<void>;
}

export interface Readable<Item> {
  readonly items: readonly Item[];
  readonly unreadable: number;
}

export interface DayTable {
  readonly day: string;
  readonly rows: readonly { readonly row: TallyRow; readonly counts: readonly number[] }[];
  readonly labels: readonly Omit<TallyLabel, 'day'>[];
  /** How many rows and labels cannot be read, and are left out. Absent: none. */
  readonly unreadable?: number;
}

export interface HistoryQuery {
  /** Calls that ended at `from` or later, and before `to`. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** At most one of these narrows by look-up; the asker filters further. */
  readonly line?: string;
  readonly extension?: string;
  readonly queue?: string;
  /** Where the page before ended; null: at the newest. */
  readonly after: HistoryPosition | null;
  readonly limit: number;
}

/** Calls that ended at one instant are in the order of their ids as the store writes them (`shortName`). */
export interface HistoryPosition {
  readonly endedAt: Instant;
  readonly callId: string;
}

export interface HistoryPage {
  readonly records: readonly EndedCallRecord[];
  /** Null: there is nothing more. */
  readonly next: HistoryPosition | null;
  readonly unreadable: number;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next: string | null;
}

export const AUDIT_MAX = 10_000;

/** More are not given in one page of history or of the audit, whatever the asker says: so many records are about a megabyte. */
export const PAGE_MAX = 1_000;

/** How long the store keeps what the desk has come to. */
export interface DeskRetention {
  /** Tables of days, and the audit. */
  readonly statsMs: number;
  /** Records of ended calls. */
  readonly historyMs: number;
}

export const DEFAULT_DESK_RETENTION: DeskRetention = {
  statsMs: 400 * 86_400_000,
  historyMs: 30 * 86_400_000,
};
