import type { Queue } from '../model/call.js';
import type { CallbackReason } from '../model/event.js';
import type { Instant, PhoneNumber } from '../model/observation.js';

/** A call that is owed to a customer: one open item a tenant and customer. */
export interface Callback {
  /** Of the call that opened it; it says nothing about the number. */
  readonly id: string;
  /** Who the customer is, whatever form the number comes in (`parts/line.ts`). */
  readonly line: string;
  /** As the latest of the calls showed it. */
  readonly customer: PhoneNumber;
  /** In the order in which their queues first missed the customer; at least one. */
  readonly parts: readonly CallbackPart[];
  readonly tried: number;
  /** What has happened to it, oldest first; the newest `DEEDS_KEPT`. */
  readonly deeds: readonly Deed[];
  /** How many events it has had, which sets them apart. */
  readonly events: number;
  readonly claim: { readonly by: string; readonly until: Instant } | null;
  /** Null while it is open. */
  readonly done: CallbackEnd | null;
}

/** What the calls of one queue, or those without a queue, made of it. */
export interface CallbackPart {
  readonly queue: Queue | null;
  readonly missed: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly longestWaitMs: number | null;
  /** The newest `CALL_IDS_KEPT`, oldest first. */
  readonly callIds: readonly string[];
  readonly probable: boolean;
  readonly afterHours: boolean;
}

export interface CallbackEnd {
  readonly reason: CallbackReason;
  readonly at: Instant;
  readonly probable: boolean;
  /** The conversation that closed it. */
  readonly callId: string | null;
  /** Of a person's: `sub`, and why. */
  readonly by: string | null;
  readonly why: DismissalReason | null;
}

export const DISMISSAL_REASONS = ['called-elsewhere', 'not-needed', 'wrong-number'] as const;
export type DismissalReason = (typeof DISMISSAL_REASONS)[number];

/** One line of "who did what". */
export interface Deed {
  readonly what: 'missed' | 'tried' | 'claimed' | 'released' | 'reopened' | CallbackReason;
  readonly at: Instant;
  readonly by: string | null;
}

/** Enough for a morning of the most insistent customer; the counts go on. */
export const DEEDS_KEPT = 20;
export const CALL_IDS_KEPT = 20;
/** Open ones of a tenant, of which the oldest gives way as `expired`; and as many closed ones. */
export const CALLBACKS_MAX = 10_000;
