import type { EndpointRow } from './endpoint-shape.js';
import {
  BOT_PATH,
  BOT_TOKEN,
  isNoticeType,
  isNoticeVia,
  MORE_NOTICE_TYPES,
  NOTICE_AGES_MS,
  NOTICE_RATE_PER_SECOND,
  NOTICE_TYPES,
  noticeForm,
  type NoticeVia,
  TELEGRAM_URL,
} from './notices.js';
import type { TemplateForm } from './template-reader.js';

/** The messages that an endpoint's template names; null: it names none. */
export function noticeViaOf({ template }: Pick<EndpointRow, 'template'>): NoticeVia | null {
  const name = typeof template === 'string' ? template : template?.name;
  return isNoticeVia(name) ? name : null;
}

/** What is left out of an endpoint's configuration, where it is for messages to people. */
export function noticeDefaults(via: NoticeVia): {
  readonly types: readonly string[];
  readonly numbers: 'masked';
  readonly ratePerSecond: number;
  readonly ages: typeof NOTICE_AGES_MS;
  readonly url: string | null;
} {
  return {
    types: NOTICE_TYPES,
    // Members of a group come and go, and the chat's provider reads along.
    numbers: 'masked',
    ratePerSecond: NOTICE_RATE_PER_SECOND,
    ages: NOTICE_AGES_MS,
    url: via === 'telegram' ? TELEGRAM_URL : null,
  };
}

/** In place of a mapping's form: the texts are the bridge's own. */
export function noticeTemplateForm(via: NoticeVia): TemplateForm {
  return { time: { kind: 'rfc3339' }, words: new Map(), requests: [], values: noticeForm(via) };
}

/**
 * What cannot be of an endpoint for messages. The token of a bot is a secret, which the file itself may not hold: it is
 * copied, shown and kept in version control.
 * @param url as it was read; null where that has a problem of its own
 * @param botToken as it was read; null where none is given
 */
export function noticeProblems(
  via: NoticeVia,
  row: EndpointRow,
  url: string | null,
  botToken: string | null,
): readonly (readonly [place: string, message: string])[] {
  const problems: [string, string][] = [];
  for (const [index, type] of (row.types ?? []).entries())
    if (!isNoticeType(type))
      problems.push([
        `.types[${index}]`,
        `has no message; there are ${[...NOTICE_TYPES, ...MORE_NOTICE_TYPES].join(', ')}`,
      ]);
  if (via !== 'telegram') return problems;
  const { template } = row;
  if (typeof template === 'object' && template.values?.botToken !== undefined)
    problems.push(['.template.values.botToken', 'must be in valuesEnv or valuesFile: it is a secret']);
  const isInPath = url !== null && BOT_PATH.test(new URL(url).pathname);
  if (isInPath && row.url !== undefined)
    problems.push([
      '.url',
      'must not hold the token of a bot: use template.valuesEnv.botToken, urlEnv or urlFile',
    ]);
  if (isInPath && botToken !== null)
    problems.push(['.template', 'must not have a botToken beside the one of the url']);
  if (botToken !== null && !BOT_TOKEN.test(botToken))
    problems.push(['.template', 'must have a botToken as Telegram writes it: digits, a colon, and letters']);
  if (url !== null && !isInPath && botToken === null && !namesToken(row))
    problems.push(['.template.valuesEnv.botToken', 'is required by the template']);
  return problems;
}

/** Where it is named and cannot be read, that is a problem already. */
function namesToken({ template }: EndpointRow): boolean {
  if (typeof template !== 'object') return false;
  const { values, valuesEnv, valuesFile } = template;
  return [values, valuesEnv, valuesFile].some((given) => given?.botToken !== undefined);
}
