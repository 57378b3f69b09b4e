import { errorWords } from '../parse/answer-schemas.js';
import { parseOrNothing } from '../parse/json.js';
import type { HttpResult } from './pitel-client.js';

/**
 * Whether an answer refuses the token under which its request was sent. PBXes and the proxies before them say so in many
 * ways:
 *
 * | answer                                                                     | refusal  |
 * |----------------------------------------------------------------------------|----------|
 * | 401, 419, 498                                                              | clear    |
 * | 304, 404, 407, 429, and no complete answer                                 | none     |
 * | an error body that speaks of the token, with 200 or any other status       | clear    |
 * | 400, 403, a redirect                                                       | possible |
 * | 200 with HTML: a login page                                                | possible |
 * | anything else                                                              | none     |
 *
 * A possible refusal may have another cause, which another token does not remove.
 */
export type TokenRefusal = 'clear' | 'possible';

export function tokenRefusal(result: HttpResult): TokenRefusal | null {
  const { status, body } = result;
  if (result.ok) return mayBeError(body) && speaksOfToken(body) ? 'clear' : null;
  if (status === null || NEVER.has(status)) return null;
  if (ALWAYS.has(status) || speaksOfToken(body)) return 'clear';
  if (status === 400 || status === 403 || (status >= 300 && status < 400)) return 'possible';
  return status === 200 && /^(?:\xef\xbb\xbf)?\s*</.test(body.toString('latin1', 0, PAGE_BYTES))
    ? 'possible'
    : null;
}

const ALWAYS: ReadonlySet<number> = new Set([401, 419, 498]);
/** Not found, a proxy that asks for credentials, and too many requests are about something else, whatever they say. */
const NEVER: ReadonlySet<number> = new Set([304, 404, 407, 429]);
/** How much of a text that is no JSON is searched. */
const PAGE_BYTES = 1_000;
/** Error bodies are short: a longer answer that succeeded is not looked into. */
const ERROR_BYTES = 2_048;
const ERROR_FIELD = /"(?:error|code|message|content|status)"\s*:/;
/** How an answer with rows begins. */
const ROWS = /^\s*\{\s*"data"\s*:\s*\[\s*\{/;
const ROWS_BYTES = 32;

/** Cheap, since every poll's answer is asked this: nearly all are longer, begin with rows, or have none of these fields. */
function mayBeError(body: Buffer): boolean {
  if (body.length > ERROR_BYTES || ROWS.test(body.toString('latin1', 0, ROWS_BYTES))) return false;
  return ERROR_FIELD.test(body.toString('latin1'));
}

function speaksOfToken(body: Buffer): boolean {
  const document = parseOrNothing(body);
  // A page mentions a login or a session for any reason; only short texts are taken for an error.
  if (document === undefined) return body.length < 200 && body[0] !== 0x3c && WORDS.test(body.toString());
  return errorWords(document).some((word) =>
    typeof word === 'number' ? ALWAYS.has(word) : WORDS.test(word),
  );
}

/** In English and in Vietnamese (`phiên`: session; `hết hạn`: expired; `đăng nhập`: log in; `xác thực`: authenticate). */
const WORDS =
  /token|jwt|bearer|api[ _-]?key|unauthori[sz]ed|authenticat|authori[sz]ation|not authori[sz]ed|credential|session|log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|expired|forbidden|access denied|phiên|hết hạn|đăng nhập|xác thực/iu;
