import type { Time } from '../base/clock.js';
import { type Tracer } from '../core/model/tracer.js';
import { Capture, type CaptureOptions } from './capture/capture.js';
import { Credentials, type NoToken } from './http/credentials.js';
import { Deadline } from './http/deadline.js';
import { type HttpFailure, type HttpResult, PitelClient, sentNow } from './http/pitel-client.js';
import { Semaphore } from '../base/semaphore.js';
import { proxySecrets } from './http/route.js';
import { type TokenRefusal, tokenRefusal } from './http/token-refusal.js';
import type { UpstreamHosts } from './http/upstream-hosts.js';
import { errorText } from './parse/answer-schemas.js';
import { parseOrNothing } from './parse/json.js';
import { localeOf } from './parse/locale.js';
import type { Locale } from './parse/row-reading.js';
import { type Conceal, quoteUpstream } from './quote-upstream.js';

/**
 * This process' connection to one tenant's PBX: its address and credentials, the host's connections and circuit
 * breaker, and the capture of its answers. Polls, the registration watch and look-ups share it, so that the PBX sees
 * one client and one token exchange.
 *
 * Guarantees: a request always resolves; a failure has a reason in one line, without secrets or customer data. Nothing
 * is logged here. Where an answer refuses the token (`tokenRefusal`), the token is renewed once for all waiting requests,
 * and the request is repeated once. A request takes at most eight times `timeoutMs` (a token, the request, another token,
 * the request again, and a wait for a connection before each); usually it is one request. It is given up as soon as its
 * signal aborts, also while it waits for a token that others wait for too. At most `ASIDE` requests that are not polls are
 * under way, so that polls find a connection free while those hang; such a request waits for its turn at most `timeoutMs`
 * longer.
 */
export class TenantConnection {
  readonly tenant: string;
  readonly time: Time;
  readonly locale: Locale;
  /** Removes the secrets that are known here from a text. */
  readonly conceal: Conceal;
  /** Records polls, where the operator has switched that on. */
  readonly capture: Capture | null;
  readonly #client: PitelClient;
  readonly #credentials: Credentials;
  readonly #aside = new Semaphore(ASIDE);
  /** In how many milliseconds a request must be over, once it is sent. */
  readonly timeoutMs: number;

  /** @throws Error when the options make no sense: no origin, zone or country, not exactly one secret. */
  constructor(options: TenantConnectionOptions) {
    const { tenant, time, timeZone, country, capture, timeoutMs } = options;
    this.tenant = tenant;
    this.timeoutMs = timeoutMs;
    this.time = time;
    this.locale = localeOf(timeZone, country);
    this.#client = new PitelClient(options);
    this.#credentials = new Credentials({
      ...options,
      client: this.#client,
      otherSecrets: options.proxy ? proxySecrets(options.proxy) : [],
    });
    this.conceal = this.#credentials.conceal;
    this.capture =
      capture === undefined ? null : new Capture({ options: capture, of: options, conceal: this.conceal });
  }

  /** Sends a GET that is not a poll. */
  async getAside(path: string, request: TenantRequest = {}): Promise<HttpResult> {
    const { timeoutMs } = this;
    const deadline = new Deadline(request.signal);
    const givingUp = new AbortController();
    deadline.set(timeoutMs, `no turn beside the polls within ${timeoutMs} ms`, () => givingUp.abort());
    const hasTurn = await this.#aside.take(givingUp.signal);
    deadline.end();
    if (!hasTurn) return this.#unsent({ ...GIVEN_UP, reason: deadline.passed ?? GIVEN_UP.reason });
    try {
      return await this.get(path, request, false);
    } finally {
      this.#aside.release();
    }
  }

  /**
   * Sends a GET under the tenant's token. What may refuse the token or mean something else counts for polls only, which are
   * always the same: a client can make the bridge ask about odd extensions.
   */
  async get(path: string, request: TenantRequest = {}, isPoll = true): Promise<HttpResult> {
    const { signal } = request;
    const token =
      this.#credentials.atHand() ?? (await unlessAborted(() => this.#credentials.token(), signal));
    if (token === null) return this.#unsent(GIVEN_UP);
    if (!token.ok) return this.#unsent(token);
    const first = await this.#ask(path, token.token, request);
    if (first.refusal === null || (first.refusal === 'possible' && !isPoll)) return first.result;
    if (this.#credentials.isFixed)
      return this.#refused(first.result, 'the token is fixed, so no other can be tried');
    const { refusal } = first;
    const other = await unlessAborted(
      async () => (await this.#credentials.renew(token.token, refusal)) ?? NONE_NOW,
      signal,
    );
    if (other === null) return this.#unsent(GIVEN_UP);
    if (other === NONE_NOW) return this.#refused(first.result, REFUSED_TOO);
    if (!other.ok) return this.#refused(first.result, other.reason, other.retryAfterMs);
    const second = await this.#ask(path, other.token, request);
    return second.refusal === null ? second.result : this.#refused(second.result, REFUSED_TOO);
  }

  /** Ends requests that are under way, which fail; leaves the host and writes the rest of the capture. */
  async close(): Promise<void> {
    await this.#client.close();
    await this.capture?.close();
  }

  async #ask(
    path: string,
    token: string,
    { signal, headers = NO_HEADERS }: TenantRequest,
  ): Promise<{ readonly result: HttpResult; readonly refusal: TokenRefusal | null }> {
    const authorization = `Bearer ${token}`;
    const result = await this.#client.get(path, { headers: { authorization, ...headers(token) }, signal });
    const refusal = tokenRefusal(result);
    if (result.ok && refusal === null) this.#credentials.accepted(token);
    return { result, refusal };
  }

  /** The failure of a request whose token was refused: with what the upstream says, and why no other token helps. */
  #refused(result: HttpResult, why: string, retryAfterMs = result.retryAfterMs): HttpFailure {
    const { status, body, startedAt, sentAt } = result;
    const says = errorText(parseOrNothing(body));
    const head = result.ok ? 'error body with 200' : result.reason;
    const reason = `${head}${says === null ? '' : `: ${quoteUpstream(says, this.conceal)}`}; ${why}`;
    return { ok: false, status, reason, retryAfterMs, heldBackMs: null, body, startedAt, sentAt };
  }

  #unsent(refusal: NoToken): HttpResult {
    return { ...refusal, status: null, body: Buffer.alloc(0), ...sentNow(this.time) };
  }
}

export interface TenantConnectionOptions {
  readonly tenant: string;
  /** The upstream's origin; a trailing slash is ignored. */
  readonly baseUrl: string;
  /** The proxy over which it is asked, which may hold a password; null or absent: none. */
  readonly proxy?: string | null | undefined;
  /** Certificates in PEM form that are trusted in addition to the public ones. */
  readonly ca?: string | null | undefined;
  /** Exactly one of token and API key. */
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
  /** IANA zone in which the PBX writes zone-less times. */
  readonly timeZone: string;
  /** ISO 3166-1 alpha-2, for numbers written nationally. */
  readonly country: string;
  /** Shared by all tenants of the process. */
  readonly hosts: UpstreamHosts;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly time: Time;
  /** Records the answers, when given. */
  readonly capture?: CaptureOptions | undefined;
  readonly tracer?: Tracer | undefined;
}

export interface TenantRequest {
  /** Gives up the request, which then fails. */
  readonly signal?: AbortSignal | undefined;
  /** Further headers, given the token under which the request is sent. */
  readonly headers?: (token: string) => Readonly<Record<string, string>>;
}

/** A tenant has four connections to its host: one remains for each endpoint. */
const ASIDE = 2;
const NO_HEADERS = () => ({});
/** No other token may be had now. */
const NONE_NOW = Symbol('none now');
const REFUSED_TOO = 'a renewed token was refused too';
const GIVEN_UP = { ok: false, reason: 'request given up', retryAfterMs: null, heldBackMs: null } as const;

/** Null where the signal aborts first: `work` then goes on for the other requests that wait for it. */
async function unlessAborted<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result | null> {
  if (signal === undefined) return work();
  if (signal.aborted) return null;
  let giveUp: () => void = () => undefined;
  const aborted = new Promise<null>((resolve) => {
    giveUp = () => resolve(null);
    signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
