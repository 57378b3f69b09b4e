/**
 * Reasons: one-liners that say why an answer does not count. They reach logs, metrics and `source-down` events.
 *
 * Guarantee: what the upstream wrote gets into a reason only through `quoteUpstream`, which leaves out secrets,
 * whatever looks like one, and telephone numbers. Not guaranteed: that a quotation still makes sense.
 */

/** Takes the secrets that its owner knows out of a text. */
export type Conceal = (text: string) => string;

const QUOTED_CHARS = 80;
/** More of a huge error page would be work without use: only the first 80 characters are shown. */
const INSPECTED_CHARS = 2_000;
const REMOVED = '[…]';
/** Tokens, keys, UUIDs: no word of prose is this long. */
const LIKE_A_SECRET = /[\w+/=.~-]{16,}/g;
/** Telephone numbers, and anything else that could name a customer. */
const LIKE_A_NUMBER = /\+?\d[\d ().-]{3,}\d/g;

/** A word of the upstream, in quotation marks, on one line, at most 80 characters of it, without secrets. */
export function quoteUpstream(text: string, conceal: Conceal): string {
  const line = conceal(text)
    .slice(0, INSPECTED_CHARS)
    .replace(LIKE_A_SECRET, REMOVED)
    .replace(LIKE_A_NUMBER, REMOVED)
    .replace(/[\p{C}\s"]+/gu, ' ')
    .trim();
  return line.length > QUOTED_CHARS ? `"${line.slice(0, QUOTED_CHARS)}…"` : `"${line}"`;
}
