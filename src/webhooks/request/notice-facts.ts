import type { NoticeType } from '../../config/webhooks/notices.js';

/** What the texts of messages are made of, in the reader's language and zone; a question mark where the event lacks it. */
export interface NoticeFacts {
  /** When it happened. */
  readonly at: string;
  readonly since: string;
  /** A queue's name. */
  readonly queue: string;
  /** Of the call-back: names of queues; or that it came without one. */
  readonly queues: string;
  readonly number: string;
  /** Of the threshold: `waiting` or `longestWait`. */
  readonly rule: string;
  /** Callers, or a duration, as the rule has it. */
  readonly value: string;
  readonly limit: string;
  readonly missed: number;
  readonly lastMissed: string;
  readonly waited: string | null;
  readonly isProbable: boolean;
  readonly isAfterHours: boolean;
  /** Of a call-back that is over: why, and who said so. */
  readonly why: string;
  readonly by: string | null;
  /** Of the PBX or of a webhook. */
  readonly endpoint: string;
  /** In the words of the bridge or of the other end; null where there is none, or it may not be shown. */
  readonly reason: string | null;
  /** Events. */
  readonly count: number | null;
}

/** A message: what matters, then what else there is. Lines that are null are left out. */
type NoticeText = readonly [title: string, ...lines: (string | null)[]];

/** Messages that only webhooks have: no type of the log's. */
type OwnNotice = 'delivery-gap' | 'webhook-test';

export interface NoticeWords {
  readonly texts: Readonly<Record<NoticeType | OwnNotice, (facts: NoticeFacts) => NoticeText>>;
  /** @param seconds whole ones */
  readonly duration: (seconds: number) => string;
  readonly callers: (count: number) => string;
  readonly withheld: string;
  readonly noNumber: string;
  readonly noQueue: string;
  readonly sources: Readonly<Record<'monitor' | 'queue', string>>;
}
