import { isUtf8 } from 'node:buffer';
import { withoutJwts } from '../../base/jwt-text.js';
import type { Conceal } from '../quote-upstream.js';

/**
 * Removes secrets from a body of the upstream before it is stored.
 *
 * Guarantees: the result holds no secret that `conceal` knows (the current token and the one before, the API key), no
 * value of a field that is named like a secret, nothing after `Bearer`, and no JWT. It is legal JSON where the body
 * was, with the same rows. Not guaranteed: that an unknown opaque secret in a field of another name is noticed.
 */
export interface Scrubbed {
  readonly text: string;
  /** Whether the bytes were UTF-8; if not, each character of the text is one byte. */
  readonly utf8: boolean;
}

export function scrubbed(body: Buffer, conceal: Conceal): Scrubbed {
  const utf8 = isUtf8(body);
  const concealed = conceal(withPlainSlashes(body.toString(utf8 ? 'utf8' : 'latin1')));
  const text = withoutJwts(withoutSecretFields(concealed).replace(BEARER, `$1${REMOVED}`), REMOVED);
  // The mark of `conceal` has a character that is not a single byte.
  return { text: utf8 ? text : text.replaceAll('…', '...'), utf8 };
}

const REMOVED = '[removed]';
const SECRET_NAME = /token|api[_-]?key|secret|passw|authorization|credential/gi;
const BEARER = /(bearer\s+)[\w+/=.~-]+/gi;

/**
 * Removes the values of fields that are named like a secret, also one that the end of the body cuts short. It reads the text
 * once: no part of a field of many megabytes is read again for each word in it.
 */
function withoutSecretFields(text: string): string {
  let result = '';
  let copied = 0;
  let quote = -1;
  let value = -1;
  for (const { index } of text.matchAll(SECRET_NAME)) {
    if (index < copied) continue;
    if (quote < index) {
      // Where the name ends.
      quote = text.indexOf('"', index);
      if (quote === -1) break;
      value = beginningOfValue(text, quote + 1);
    }
    if (value === -1 || value < copied) continue;
    result += `${text.slice(copied, value)}"${REMOVED}"`;
    copied = endOfString(text, value);
  }
  return result + text.slice(copied);
}

/** The quotation mark after the colon, or -1 where the value is no text. */
function beginningOfValue(text: string, from: number): number {
  const colon = skipSpace(text, from);
  if (text[colon] !== ':') return -1;
  const value = skipSpace(text, colon + 1);
  return text[value] === '"' ? value : -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && SPACE.has(text[at]!)) at++;
  return at;
}

const SPACE: ReadonlySet<string> = new Set([' ', '\t', '\r', '\n']);

/** The index after the closing quotation mark, or the end of the text. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

/** Some writers escape every slash, also in tokens. Both spellings mean the same. */
function withPlainSlashes(text: string): string {
  return text.includes('\\/') ? text.replace(/\\(.)/gs, (pair, char) => (char === '/' ? '/' : pair)) : text;
}
