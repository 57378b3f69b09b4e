import type { NoticeVia } from '../../config/webhooks/notices.js';
import type { Template } from '../../config/webhooks/template.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import type { Outgoing } from '../sender.js';
import type { ParsedEvent } from './event-fields.js';
import { type Notice, noticeOf } from './notice.js';

/** So many notices are one message at most; with each of `NOTICE_LENGTH`, within what Telegram takes. */
export const NOTICES_PER_MESSAGE = 12;

/**
 * Makes one message of events, in their order.
 *
 * Guarantees: what an event holds is text in the message, and no markup, link or mention; scheme, host and port are the
 * endpoint's. A bot's token is in the address and nowhere else.
 * @returns null where none of the events has a text
 */
export function noticeRequest(
  endpoint: Pick<WebhookEndpoint, 'url' | 'numbers'>,
  { notices, values, timeZone }: Template & { readonly notices: NonNullable<Template['notices']> },
  events: readonly ParsedEvent[],
): Omit<Outgoing, 'id'> | null {
  const { via, language } = notices;
  const reading = { language, timeZone, numbers: endpoint.numbers };
  const texts = events
    .map((event) => noticeOf(event, reading))
    .filter((notice) => notice !== null)
    .map(MARKUP[via]);
  if (texts.length === 0) return null;
  const value = (name: string) => values.get(name)?.reveal();
  const text = texts.join('\n\n');
  const url = endpoint.url.reveal();
  switch (via) {
    case 'telegram':
      return post(telegramUrl(url, value('botToken')), {
        chat_id: value('chatId'),
        ...threadOf(value('threadId')),
        text,
        parse_mode: 'HTML',
        // A name that looks like an address is not one that the bridge wants fetched.
        link_preview_options: { is_disabled: true },
      });
    case 'slack':
      return post(url, { text, unfurl_links: false, unfurl_media: false });
    case 'notice':
      return post(url, { text });
  }
}

const MARKUP: Readonly<Record<NoticeVia, (notice: Notice) => string>> = {
  telegram: ({ title, lines }) => [`<b>${htmlText(title)}</b>`, ...lines.map(htmlText)].join('\n'),
  slack: ({ title, lines }) => [`*${mrkdwnText(title)}*`, ...lines.map(mrkdwnText)].join('\n'),
  notice: ({ title, lines }) => [title, ...lines].join('\n'),
};

/** https://core.telegram.org/bots/api#html-style */
function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * https://docs.slack.dev/messaging/formatting-message-text: the three characters that links and mentions are made of. Those that
 * make letters bold or struck out have no escape: others that look like them take their place.
 */
function mrkdwnText(text: string): string {
  return htmlText(text).replaceAll('*', '•').replaceAll('~', '∼').replaceAll('`', 'ˋ');
}

function telegramUrl(url: string, botToken: string | undefined): string {
  const { origin, pathname } = new URL(url);
  const base = `${origin}${pathname.replace(/\/$/, '')}`;
  return `${base}${botToken === undefined ? '' : `/bot${botToken}`}/sendMessage`;
}

/** A topic of a group. */
function threadOf(threadId: string | undefined): object {
  return threadId === undefined ? {} : { message_thread_id: Number(threadId) || threadId };
}

function post(url: string, body: object): Omit<Outgoing, 'id'> {
  return { method: 'POST', url, headers: JSON_TYPE, body: JSON.stringify(body) };
}

const JSON_TYPE: ReadonlyMap<string, string> = new Map([['content-type', 'application/json']]);
