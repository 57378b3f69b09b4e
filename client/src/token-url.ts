import { type Surroundings, within } from './clock.js';
import { type Problem, type ProblemCode, ProblemError } from './problem.js';

/** Where the page's own back end signs a token. */
export interface TokenUrl {
  /** Absolute, or relative to the page. */
  readonly url: string;
  /** Whether the back end's cookies are sent: `same-origin` when not given; `include` for a back end of another origin. */
  readonly credentials?: RequestCredentials;
}

export interface FetchedToken {
  readonly token: string;
  /** What was taken away to read it. */
  readonly remark: Problem | null;
}

/** A back end that hangs must not hang the client. */
const TIMEOUT_MS = 15_000;
/** The bridge takes no longer token. */
const MAX_LENGTH = 8_192;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * Asks for a token with POST, because caches (LiteSpeed, CDNs) keep the answers to GET and would give one agent's token to
 * another. The answer is the token as text, or JSON with a field `token`.
 *
 * Rejects with a `ProblemError` that says what came instead. Nothing of an answer is in it, as that may be secret.
 */
export async function fetchToken(
  { url, credentials = 'same-origin' }: TokenUrl,
  surroundings: Pick<Surroundings, 'after'>,
): Promise<FetchedToken> {
  const fail = (code: ProblemCode, text: string) => {
    throw new ProblemError({ code, text: `token-url ${url} ${text}` });
  };
  const abort = new AbortController();
  const answer = await within(TIMEOUT_MS, ask(url, credentials, abort.signal), surroundings).catch(
    (error: unknown) => {
      abort.abort();
      const isLate = (error as Error).name !== 'TypeError';
      return isLate
        ? fail('token-timeout', `has not answered within ${TIMEOUT_MS / 1_000} s`)
        : fail(
            'token-unreachable',
            'cannot be asked: the network, a Content-Security-Policy (connect-src), or, if it has another origin than the page, its CORS headers',
          );
    },
  );
  const { status, type, text } = answer;
  if (type === 'opaqueredirect') {
    return fail('token-redirect', 'redirects, perhaps to a login page: let it answer with the token itself');
  }
  if (status < 200 || status > 299) {
    const hint =
      status === 419 || status === 403
        ? ' (a CSRF check? exempt this address from it)'
        : status === 405
          ? ' (it is asked with POST)'
          : '';
    return fail('token-http-status', `answered ${status}${hint}`);
  }
  return read(text, fail);
}

async function ask(url: string, credentials: RequestCredentials, signal: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    cache: 'no-store',
    redirect: 'manual',
    credentials,
    signal,
  });
  // Not `text()`, which takes a byte-order mark away unseen.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer());
  return { status: response.status, type: response.type, text };
}

function read(answer: string, fail: (code: ProblemCode, text: string) => never | undefined): FetchedToken {
  const hasMark = answer.startsWith('\uFEFF');
  // `trim` takes the mark too: PHP files that are included may each bring one.
  const text = answer.trim();
  const token = text.startsWith('{') ? fromJson(text) : text;
  if (token === '') fail('token-empty', 'answered with nothing');
  if (text.startsWith('<')) {
    fail('token-login-page', 'answered with a page instead of a token: is the session over?');
  }
  if (token === null || token.length > MAX_LENGTH || !JWT.test(token)) {
    fail('token-shape', 'answered with something that is no token: a JWT as text, or JSON {"token": "…"}');
  }
  const remark: Problem | null = hasMark
    ? {
        code: 'token-byte-order-mark',
        text: 'the token came after a byte-order mark, which was taken away: save the script as UTF-8 without BOM',
      }
    : text !== answer && token === text
      ? { code: 'token-white-space', text: 'white space around the token was taken away' }
      : null;
  return { token: token!, remark };
}

function fromJson(text: string): string | null {
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === 'string' ? token.trim() : null;
  } catch {
    return null;
  }
}
