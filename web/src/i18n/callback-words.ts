import type { CallbackEntry, CallbackOrder, Deed, DismissalReason, ReadOnly } from '../data/callbacks.js';
import type { RefusalCode } from '../state/callback-deeds.js';

type Named<Name extends string> = Readonly<Record<Name, string>>;

/** The texts of the page about call-backs alone. */
export interface CallbackWords extends Named<
  | 'intro'
  | 'reading'
  | 'failed'
  | 'retry'
  | 'noneOpen'
  | 'noneOfQueue'
  | 'noneClosed'
  | 'ofExtensions'
  | 'open'
  | 'closed'
  | 'order'
  | 'queue'
  | 'allQueues'
  | 'noQueue'
  | 'saveTable'
  | 'saving'
  | 'notSaved'
  | 'more'
  | 'customer'
  | 'since'
  | 'missed'
  | 'tried'
  | 'onIt'
  | 'action'
  | 'free'
  | 'neverTried'
  | 'probable'
  | 'probableHint'
  | 'afterHours'
  | 'call'
  | 'claim'
  | 'release'
  | 'dismiss'
  | 'undo'
  | 'putAway'
  | 'cancel'
  | 'whyDismiss'
  | 'details'
  | 'deeds'
  | 'calls'
  | 'openCall'
  | 'masked'
  | 'noDial'
  | 'asking'
  | 'unanswered'
  | 'notTaken'
  | 'askAgain'
  | 'understood'
  | 'how'
  | 'when'
  | 'who'
  | 'noPerson'
  | 'conversation'
  | 'probableEnd'
  | 'probableEndHint'
> {
  readonly orders: Named<CallbackOrder>;
  readonly reasons: Named<DismissalReason>;
  readonly ends: Named<NonNullable<CallbackEntry['done']>['reason']>;
  readonly whats: Named<Deed['what']>;
  readonly readOnly: Named<ReadOnly>;
  readonly refusals: Named<Exclude<RefusalCode, 'claimed-already' | 'done-already'>>;
  readonly openCount: (count: number) => string;
  readonly notCurrent: (time: string) => string;
  readonly missedTimes: (count: number) => string;
  readonly triedTimes: (count: number) => string;
  readonly lastMissed: (time: string) => string;
  /** Null: since ever. */
  readonly missedUnseen: (since: string | null) => string;
  readonly waitedUpTo: (time: string) => string;
  readonly isOnIt: (who: string, until: string) => string;
  readonly claimedAlready: (who: string, until: string) => string;
  readonly claimedBefore: string;
  readonly doneAlready: (how: string) => string;
  readonly endedBy: (how: string, who: string | null, time: string) => string;
  readonly moreCount: (count: number) => string;
  /** For those who hear one button after the other. */
  readonly ofCustomer: (action: string, customer: string) => string;
  readonly newsDue: (customer: string) => string;
  readonly newsDone: (customer: string, how: string) => string;
}
