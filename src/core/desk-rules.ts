import type { Threshold } from './queues/known-queue.js';

/** What a tenant's operator decides about call-backs, thresholds and numbers; `docs/desk.md`. */
export interface DeskRules {
  /** IANA name: whose days and hours they are. */
  readonly timeZone: string;
  /** Of numbers in national form, as two capital letters. */
  readonly country: string;
  /** Null: none are given, and nothing is after hours. */
  readonly businessHours: readonly BusinessHours[] | null;
  readonly thresholds: readonly Threshold[];
  /** Within how many seconds an answer is in time, by queue (id or name); null: every other queue. */
  readonly serviceLevels: readonly { readonly queue: string | null; readonly seconds: number }[];
  readonly shortAbandonMs: number;
  readonly callbackMaxAgeMs: number;
}

/** A stretch of some days of the week. `to` is later than `from`, in minutes of the day; 1440 is midnight. */
export interface BusinessHours {
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

export const DEFAULT_DESK_RULES: DeskRules = {
  timeZone: 'Asia/Ho_Chi_Minh',
  country: 'VN',
  businessHours: null,
  thresholds: [],
  serviceLevels: [{ queue: null, seconds: 20 }],
  shortAbandonMs: 5_000,
  callbackMaxAgeMs: 7 * 86_400_000,
};
