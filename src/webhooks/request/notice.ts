import type { Notices } from '../../config/webhooks/notices.js';
import { THRESHOLD_RULES } from '../../core/model/event.js';
import type { PhoneNumber } from '../../core/model/observation.js';
import { customerKey, WITHHELD } from '../../core/parts/customer.js';
import { maskedNumber } from '../../deliver/access/mask.js';
import { dataOf, type FieldValue, listOf, type ParsedEvent, partOf } from './event-fields.js';
import type { NoticeFacts, NoticeWords } from './notice-facts.js';
import { NOTICE_WORDS } from './notice-words.js';
import { timeText } from './time-text.js';

/** What a message to people says, without any markup. */
export interface Notice {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface NoticeReading {
  readonly language: Notices['language'];
  /** By its IANA name. */
  readonly timeZone: string;
  readonly numbers: 'full' | 'masked';
}

/**
 * Says an event to people.
 *
 * Guarantees: the same event gives the same text, of at most `NOTICE_LENGTH` characters in at most five lines, whatever the event holds:
 * names are cut, and bring no lines of their own. With masked numbers no telephone number is in it, and nothing that a webhook's
 * receiver has answered, which may hold one.
 * @returns null for a type that has no text
 */
export function noticeOf(event: ParsedEvent, reading: NoticeReading): Notice | null {
  const words = NOTICE_WORDS[reading.language];
  if (!Object.hasOwn(words.texts, event.type)) return null;
  const [title, ...lines] = words.texts[event.type as keyof NoticeWords['texts']](
    factsOf(event, words, reading),
  );
  return { title: title + ofTenant(event), lines: lines.filter((line) => line !== null) };
}

/** Of a notice: twelve of them are a message of Telegram's, which takes 4096 characters. */
export const NOTICE_LENGTH = 320;
/** Of a name. Words of the bridge's own and of other programs are longer. */
const NAME_LENGTH = 30;
const REASON_LENGTH = 60;

function factsOf(event: ParsedEvent, words: NoticeWords, { timeZone, numbers }: NoticeReading): NoticeFacts {
  const name = (path: string) => textOr(dataOf(event, path), UNKNOWN);
  const time = (value: unknown) =>
    typeof value === 'string' ? cut(String(timeText(value, TIME, timeZone)), NAME_LENGTH) : UNKNOWN;
  const seconds = (path: string) => {
    const ms = dataOf(event, path);
    return typeof ms === 'number' ? words.duration(Math.max(0, Math.round(ms / 1_000))) : null;
  };
  const rule = name('rule');
  const [waiting] = THRESHOLD_RULES;
  const measured = (path: string) => {
    const value = dataOf(event, path);
    if (typeof value !== 'number') return UNKNOWN;
    return rule === waiting ? words.callers(value) : words.duration(Math.max(0, Math.round(value)));
  };
  const source = name('endpoint');
  const isOfWebhook = event.type.startsWith('webhook-');
  const reason = dataOf(event, 'reason');
  const missed = dataOf(event, 'callback.missed');
  const by = dataOf(event, 'by');
  const count = dataOf(event, isOfWebhook ? 'waiting' : 'count');
  return {
    at: time(event.time),
    since: time(dataOf(event, 'since')),
    queue: textOr(dataOf(event, 'queue.name') ?? dataOf(event, 'queue.id'), words.noQueue),
    queues: namesOf(event, words),
    number: numberOf(event, words, numbers),
    rule,
    value: measured('value'),
    limit: measured('limit'),
    missed: typeof missed === 'number' ? missed : 1,
    lastMissed: time(dataOf(event, 'callback.lastAt')),
    waited: seconds(event.type.startsWith('callback-') ? 'callback.longestWaitMs' : 'waitMs'),
    isProbable: dataOf(event, 'callback.probable') === true,
    isAfterHours: dataOf(event, 'callback.afterHours') === true,
    why: name('reason'),
    by: by === null ? null : textOr(by, UNKNOWN),
    endpoint: !isOfWebhook && isSource(source) ? words.sources[source] : source,
    reason:
      reason === null || (isOfWebhook && numbers === 'masked')
        ? null
        : cut(oneLine(String(reason)), REASON_LENGTH),
    count: typeof count === 'number' ? count : null,
  };
}

/** The hour first: messages are read on the day. */
const TIME = { kind: 'pattern', pattern: 'HH:mm dd/MM' } as const;
const UNKNOWN = '?';
/** More names than a person reads. */
const NAMES = 2;

function namesOf(event: ParsedEvent, words: NoticeWords): string {
  const names = listOf(event, 'callback.queues').map((one) =>
    textOr(partOf(one, 'name') ?? partOf(one, 'id'), UNKNOWN),
  );
  if (names.length === 0) return words.noQueue;
  const more = names.length - NAMES;
  return names.slice(0, NAMES).join(', ') + (more > 0 ? ` +${more}` : '');
}

function numberOf(event: ParsedEvent, words: NoticeWords, numbers: NoticeReading['numbers']): string {
  const path = event.type.startsWith('callback-') ? 'callback.customer' : 'customer';
  const raw = dataOf(event, `${path}.raw`);
  if (raw === null) return words.noNumber;
  const given: PhoneNumber = {
    raw: String(raw),
    e164: textOrNull(dataOf(event, `${path}.e164`)),
    national: textOrNull(dataOf(event, `${path}.national`)),
  };
  if (customerKey(given) === WITHHELD) return words.withheld;
  const shown = numbers === 'masked' ? maskedNumber(given) : given;
  return cut(oneLine(shown.national ?? shown.raw), NAME_LENGTH);
}

/** Where many tenants' messages come to one chat. */
function ofTenant(event: ParsedEvent): string {
  const tenant = dataOf(event, 'tenant');
  return tenant === null || tenant === DEFAULT_TENANT
    ? ''
    : ` [${cut(oneLine(String(tenant)), NAME_LENGTH)}]`;
}

/** Of a bridge with one tenant whose operator has named none. */
const DEFAULT_TENANT = 'default';

function isSource(endpoint: string): endpoint is 'monitor' | 'queue' {
  return endpoint === 'monitor' || endpoint === 'queue';
}

function textOr(value: FieldValue, otherwise: string): string {
  return value === null ? otherwise : cut(oneLine(String(value)), NAME_LENGTH);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Also what would reverse the order of the text or hide in it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Z}]+/gu, ' ').trim() || UNKNOWN;
}

/** Between characters, of which some count as two. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length >= length) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}
