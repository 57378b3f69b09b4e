import { isUtf8 } from 'node:buffer';
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
  const text = conceal(withPlainSlashes(body.toString(utf8 ? 'utf8' : 'latin1')))
    .replace(SECRET_FIELD, `$1"${REMOVED}"`)
    .replace(BEARER, `$1${REMOVED}`)
    .replace(JWT, REMOVED);
  // The mark of `conceal` has a character that is not a single byte.
  return { text: utf8 ? text : text.replaceAll('…', '...'), utf8 };
}

const REMOVED = '[removed]';
const SECRET_FIELD =
  /("[^"]*(?:token|api[_-]?key|secret|passw|authorization|credential)[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"/gis;
const BEARER = /(bearer\s+)[\w+/=.~-]+/gi;
const JWT = /eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;

/** Some writers escape every slash, also in tokens. Both spellings mean the same. */
function withPlainSlashes(text: string): string {
  return text.includes('\\/') ? text.replace(/\\(.)/gs, (pair, char) => (char === '/' ? '/' : pair)) : text;
}
