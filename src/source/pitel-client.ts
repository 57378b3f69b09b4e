import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

/**
 * HTTP to one upstream, over connections that are kept.
 *
 * Guarantees: every request ends within `timeoutMs`, its body included; no more than `maxBodyBytes` of a body is
 * kept; a redirect is refused, so credentials and questions never reach another host; nothing is ever thrown. `ok`
 * means HTTP 200 and a body that begins like a JSON document, no more: whether it is one, and complete, is for who
 * parses it. Not guaranteed: that a request that failed was not received.
 */
export interface PitelClientOptions {
  /** Scheme, host and port; a path is ignored. */
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  /** Milliseconds since the Unix epoch; for `Retry-After` given as a date. */
  readonly clock: () => number;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up the request; it then fails like any other. */
  readonly signal?: AbortSignal | undefined;
}

export type Fetched =
  | { readonly ok: true; readonly status: 200; readonly body: Buffer; readonly retryAfterMs: null }
  | FetchFailure;

export interface FetchFailure {
  readonly ok: false;
  /** Null when there was no complete answer. */
  readonly status: number | null;
  /** One line without secrets or customer data. */
  readonly reason: string;
  /** What the upstream asks for in `Retry-After`, at most an hour; null when it does not. */
  readonly retryAfterMs: number | null;
  /** The body of an answer that is no success, as far as it is small. */
  readonly body: Buffer;
}

/** Two polls, a token exchange and a registration may be under way at once; more would only press a slow PBX. */
const CONNECTIONS = 4;
/** An error says what it has to say in less; reading it keeps the connection usable. */
const ERROR_BODY_BYTES = 65_536;
/** A longer wait would be a source given up by one header. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;
const NOTHING = Buffer.alloc(0);

export class PitelClient {
  readonly #pool: Pool;
  readonly #options: PitelClientOptions;

  constructor(options: PitelClientOptions) {
    this.#options = options;
    this.#pool = new Pool(new URL(options.baseUrl).origin, {
      connections: CONNECTIONS,
      // The deadline below covers the whole request; undici's own would only add other words for it.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: options.timeoutMs },
    });
  }

  get(path: string, options: RequestOptions = {}): Promise<Fetched> {
    return this.#request('GET', path, null, options);
  }

  post(path: string, body: unknown, options: RequestOptions = {}): Promise<Fetched> {
    return this.#request('POST', path, JSON.stringify(body), options);
  }

  /** Ends what is under way (it fails) and closes the connections. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #request(
    method: 'GET' | 'POST',
    path: string,
    payload: string | null,
    options: RequestOptions,
  ): Promise<Fetched> {
    const { timeoutMs } = this.#options;
    const abort = new AbortController();
    let late = false;
    const deadline = setTimeout(() => {
      late = true;
      abort.abort();
    }, timeoutMs);
    const giveUp = (): void => abort.abort();
    options.signal?.addEventListener('abort', giveUp, { once: true });
    if (options.signal?.aborted === true) abort.abort();
    try {
      const response = await this.#pool.request({
        method,
        path,
        body: payload,
        headers: { accept: 'application/json', 'content-type': 'application/json', ...options.headers },
        signal: abort.signal,
      });
      return await this.#read(response);
    } catch (error) {
      if (late) return failure(`no answer within ${timeoutMs} ms`);
      if (options.signal?.aborted === true) return failure('request given up');
      return failure(connectionReason(error));
    } finally {
      clearTimeout(deadline);
      options.signal?.removeEventListener('abort', giveUp);
    }
  }

  async #read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Fetched> {
    const limit = statusCode === 200 ? this.#options.maxBodyBytes : ERROR_BODY_BYTES;
    const bytes = await readBody(body, headers, limit);
    if (statusCode !== 200) {
      const reason = statusReason(statusCode, headers);
      const retryAfterMs = this.#retryAfter(headers);
      return { ok: false, status: statusCode, reason, retryAfterMs, body: bytes ?? NOTHING };
    }
    if (bytes === null) return failure(`body larger than ${limit} bytes`, statusCode);
    if (!beginsLikeJson(bytes)) return failure(`not JSON (${mediaType(headers)})`, statusCode);
    return { ok: true, status: 200, body: bytes, retryAfterMs: null };
  }

  /** Seconds or an HTTP date (RFC 9110, 10.2.3). */
  #retryAfter(headers: IncomingHttpHeaders): number | null {
    const value = headers['retry-after']?.trim() ?? '';
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - this.#options.clock();
    return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
  }
}

/** The whole body, or null when it is larger than the limit; then its connection is given up, not drained. */
async function readBody(
  body: Dispatcher.ResponseData['body'],
  headers: IncomingHttpHeaders,
  limit: number,
): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(headers['content-length'] ?? 0) > limit) {
    // Destroying a body nobody has read is reported as an error on it, which would otherwise be nobody's.
    body.on('error', () => {}).destroy();
    return null;
  }
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body.
    if (size > limit) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function failure(reason: string, status: number | null = null): FetchFailure {
  return { ok: false, status, reason, retryAfterMs: null, body: NOTHING };
}

function statusReason(status: number, headers: IncomingHttpHeaders): string {
  const location = headers.location;
  if (status < 300 || status > 399 || location === undefined) return `HTTP ${status}`;
  // Only the host: path and query of a login redirect carry tokens.
  const host = URL.canParse(location) ? new URL(location).host : 'another path';
  return `HTTP ${status}: redirect to ${host} refused`;
}

/** The error's code only: messages of the network layer may quote what was sent. */
function connectionReason(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'host name not found';
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') return 'client closed';
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET')
    return 'connection lost before the answer was complete';
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `request failed (${code})` : 'request failed';
}

function mediaType(headers: IncomingHttpHeaders): string {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(headers['content-type'] ?? '');
  return type === null ? 'no media type' : type[0].slice(0, 60);
}

/** Objects and lists only: nothing that the upstream answers is anything else. */
function beginsLikeJson(body: Buffer): boolean {
  const start = /^(?:\xef\xbb\xbf)?[ \t\r\n]*[{[]/;
  // Pretty-printers indent by a few bytes; what hides its first bracket behind more than this is not an answer.
  return start.test(body.toString('latin1', 0, 1024));
}
