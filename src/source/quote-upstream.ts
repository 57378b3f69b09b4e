/**
 * Quotes an upstream's text in a reason. A reason says in one line why an answer cannot be used; logs, traces and
 * `source-down` events show it.
 *
 * Guarantee: text of the upstream gets into a reason only through `quoteUpstream`, which removes secrets, all that
 * looks like one, and phone numbers. Not guaranteed: that a quotation still makes sense.
 */

/** Removes the secrets that its owner knows from a text. */
export type Conceal = (text: string) => string;

const QUOTED_CHARS = 80;
/** How much of a text is searched: only its first 80 characters are shown, so more of an error page is not needed. */
const INSPECTED_CHARS = 2_000;
const REMOVED = '[…]';
/** Tokens, keys, UUIDs: ordinary words are shorter. */
const LIKE_A_SECRET = /[\w+/=.~-]{16,}/g;
/** Phone numbers, and other numbers that could identify a customer. */
const LIKE_A_NUMBER = /\+?\d[\d ().-]{3,}\d/g;

/** An upstream's text in quotation marks: one line, at most 80 characters, without secrets. */
export function quoteUpstream(text: string, conceal: Conceal): string {
  const line = conceal(text)
    .slice(0, INSPECTED_CHARS)
    .replace(LIKE_A_SECRET, REMOVED)
    .replace(LIKE_A_NUMBER, REMOVED)
    .replace(/[\p{C}\s"]+/gu, ' ')
    .trim();
  return line.length > QUOTED_CHARS ? `"${line.slice(0, QUOTED_CHARS)}…"` : `"${line}"`;
}
