/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): whole seconds, or an HTTP date.
 * @param now milliseconds since the epoch
 * @returns milliseconds from now, at most `LONGEST_MS`; null where there is none that can be read, or that is still to come
 */
export function retryAfterMs(header: string | readonly string[] | undefined, now: number): number | null {
  const text = (typeof header === 'string' ? header : (header?.[0] ?? '')).trim();
  const ms = /^\d{1,10}$/.test(text)
    ? Number(text) * 1_000
    : HTTP_DATE.test(text)
      ? Date.parse(text) - now
      : NaN;
  return ms > 0 ? Math.min(ms, LONGEST_MS) : null;
}

/**
 * The same of an answer's body, where no header says it: whole seconds in `retry_after`, as chats have it, Telegram within
 * `parameters` (https://core.telegram.org/bots/api#responseparameters). A body that is cut is not read.
 */
export function retryAfterInBody(beginning: Buffer): number | null {
  let body: unknown;
  try {
    body = JSON.parse(beginning.toString('utf8'));
  } catch {
    return null;
  }
  const seconds = field(field(body, 'parameters'), 'retry_after') ?? field(body, 'retry_after');
  return typeof seconds === 'number' && seconds > 0 ? Math.min(seconds * 1_000, LONGEST_MS) : null;
}

function field(owner: unknown, name: string): unknown {
  return typeof owner === 'object' && owner !== null && Object.hasOwn(owner, name)
    ? (owner as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** As servers send it; the two obsolete forms are not read. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** As long as the longest pause between two tries of the bridge's own. */
const LONGEST_MS = 30 * 60_000;
