import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { withoutJwts } from '../../base/jwt-text.js';

/**
 * Makes one line of the beginning of an answer that can be shown to people.
 *
 * Guarantees: the endpoint's own secrets do not appear in it: neither its signing secrets, nor values of its headers and
 * template, nor a part of its URL's path, query or fragment; each as it is, percent-encoded, in base64, in JSON and in HTML, and
 * cut at the end of what is kept. What looks like a phone number keeps its last three digits, and control characters become
 * spaces. Not guaranteed: that another secret of the receiver's is recognised.
 */
export function redactAnswer(text: string, endpoint: RedactedEndpoint): string {
  const oneLine = withoutJwts(text, CENSORED)
    .replace(/[\0-\x20\x7f-\x9f\u2028\u2029]+/g, ' ')
    .trim();
  const { texts, patterns } = hiddenTexts(endpoint);
  const concealed = patterns.reduce((rest, pattern) => rest.replace(pattern, CENSORED), oneLine);
  return withoutCutText(concealed, texts).replace(NUMBER, (number) => `***${number.slice(-3)}`);
}

export type RedactedEndpoint = Pick<WebhookEndpoint, 'url' | 'secrets' | 'headers' | 'template'>;

/** Longest first, so that no part of a longer one is left. */
function hiddenTexts(endpoint: RedactedEndpoint): Hidden {
  const known = hidden.get(endpoint);
  if (known !== undefined) return known;
  const { href, pathname, search, searchParams } = new URL(endpoint.url.reveal());
  const headers = [...endpoint.headers.values()].map((value) => value.reveal());
  const plain = [
    ...endpoint.secrets.flatMap((secret) => [secret.reveal(), secret.reveal().replace(/^whsec_/, '')]),
    // Of a bot's token what follows the colon is the secret.
    ...[...(endpoint.template?.values.values() ?? [])].flatMap((value) => [
      value.reveal(),
      ...value.reveal().split(':').slice(1),
    ]),
    ...headers,
    ...headers.flatMap((value) => value.split(' ').slice(1)),
    ...headers.flatMap((value) => (/^basic /i.test(value) ? basicParts(value.slice('basic '.length)) : [])),
    href,
    pathname + search,
    ...(pathname + search).split(/[/?&=]/),
    ...searchParams.values(),
    ...pathname.split('/').map(decoded),
    // Telegram's `bot123:token`.
    ...pathname
      .split('/')
      .flatMap((segment) => [decoded(segment).replace(/^bot/, ''), ...decoded(segment).split(':').slice(1)]),
  ].filter((text) => text.length >= LEAST_LENGTH);
  const forms = plain.flatMap((text) => [
    text,
    Buffer.from(text)
      .toString('base64')
      .replace(/={1,2}$/, ''),
  ]);
  const texts = [...new Set(forms)].sort((one, other) => other.length - one.length);
  const made = { texts, patterns: texts.map(anyWriting) };
  hidden.set(endpoint, made);
  return made;
}

interface Hidden {
  readonly texts: readonly string[];
  readonly patterns: readonly RegExp[];
}

const hidden = new WeakMap<RedactedEndpoint, Hidden>();

/** The text, with each character as it is or as percent-encoding, JSON or HTML writes it. */
function anyWriting(text: string): RegExp {
  const writings = (char: string) => {
    const code = char.codePointAt(0)!;
    const units = char.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    const bytes = [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`);
    const numbers = `&#(?:0*${code}|x0*${code.toString(16)});`;
    const entity = ENTITIES[char] === undefined ? [] : [ENTITIES[char]];
    const literal = [char, `\\${char}`, units.join(''), bytes.join(''), ...entity].map(quoted);
    return `(?:${[...literal, numbers].join('|')})`;
  };
  const parts = Array.from(text, (char) => (/[a-z0-9]/i.test(char) ? char : writings(char)));
  return new RegExp(parts.join(''), 'gi');
}

const ENTITIES: Readonly<Partial<Record<string, string>>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** Only the beginning of an answer is kept: it may end within a secret. */
function withoutCutText(line: string, texts: readonly string[]): string {
  for (const text of texts)
    for (let length = text.length - 1; length >= LEAST_LENGTH; length--)
      if (line.endsWith(text.slice(0, length))) return line.slice(0, -length) + CENSORED;
  return line;
}

/** User and password. */
function basicParts(base64: string): readonly string[] {
  const text = Buffer.from(base64, 'base64').toString();
  const at = text.indexOf(':');
  return [text, text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const CENSORED = '[secret]';
/** Shorter parts of a path, as `v1` or `api`, are words, and hiding them would leave nothing to read. */
const LEAST_LENGTH = 5;
/** Seven digits or more, with the gaps that people write. */
const NUMBER = /\+?\d(?:[ .()-]{0,2}\d){6,}/g;
