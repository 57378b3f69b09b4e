/**
 * Messages for people, in a chat: which the bridge has, and what an endpoint for them has where the configuration leaves it out.
 * `src/webhooks/request/notice.ts` has the texts.
 */
export interface Notices {
  /** `notice`: `{"text": …}` as JSON, for chats and programs that take no more than that. */
  readonly via: NoticeVia;
  readonly language: NoticeLanguage;
}

export type NoticeVia = 'telegram' | 'slack' | 'notice';
export const NOTICE_LANGUAGES = ['vi', 'en'] as const;
export type NoticeLanguage = (typeof NOTICE_LANGUAGES)[number];

/** What a notice needs of the configuration, as `{$name}` of a template does. */
interface NoticeForm {
  readonly used: ReadonlySet<string>;
  readonly needed: ReadonlySet<string>;
}

const NOTICE_FORMS: Readonly<Record<NoticeVia, NoticeForm>> = {
  telegram: { used: new Set(['chatId', 'threadId', 'botToken']), needed: new Set(['chatId']) },
  slack: { used: new Set(), needed: new Set() },
  notice: { used: new Set(), needed: new Set() },
};

export const NOTICE_NAMES: readonly string[] = Object.keys(NOTICE_FORMS);

export function isNoticeVia(name: string | undefined): name is NoticeVia {
  return name !== undefined && Object.hasOwn(NOTICE_FORMS, name);
}

export function noticeForm(via: NoticeVia): NoticeForm {
  return NOTICE_FORMS[via];
}

/** Where Telegram takes messages; `botToken` is part of the path. */
export const TELEGRAM_URL = 'https://api.telegram.org';
/** As Telegram hands it out: `123456789:AA…`. */
export const BOT_TOKEN = /^\d{1,20}:[\w-]{10,100}$/;
/** In the path of an address. */
export const BOT_PATH = /\/bot[^/]+\/?$/;

/** Sent unless `types` says otherwise: what calls for a person, and that it is over. */
export const NOTICE_TYPES = [
  'queue-threshold-crossed',
  'queue-threshold-cleared',
  'callback-due',
  'source-down',
  'source-degraded',
  'source-up',
  'webhook-failing',
  'webhook-recovered',
] as const;

/** Sent where `types` names them: they repeat what others of the list say, or that there is nothing to do. */
export const MORE_NOTICE_TYPES = ['callback-done', 'call-abandoned'] as const;

export type NoticeType = (typeof NOTICE_TYPES)[number] | (typeof MORE_NOTICE_TYPES)[number];

export function isNoticeType(type: string): boolean {
  return [...NOTICE_TYPES, ...MORE_NOTICE_TYPES].some((one) => one === type);
}

/**
 * One message in 20 seconds: a group of Telegram's takes 20 a minute, and a person reads fewer. What comes meanwhile is in the
 * next one.
 */
export const NOTICE_RATE_PER_SECOND = 0.05;

/** An alarm that comes later than a quarter of an hour is history. */
export const NOTICE_AGES_MS: readonly (readonly [type: string, ms: number])[] = [
  ['queue-threshold-crossed', 900_000],
  ['queue-threshold-cleared', 900_000],
];
