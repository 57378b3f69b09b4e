import type { IncomingHttpHeaders } from 'node:http';
import type { Time } from '../../base/clock.js';
import type { Instant } from '../../core/model/observation.js';
import { type Tracer, UNTRACED } from '../../core/model/tracer.js';
import { connectionReason, type Destination, explained, isLost, isOfTheHost } from './connection-reason.js';
import { ACCEPTED_CODINGS, decode } from './content-coding.js';
import { Deadline } from './deadline.js';
import { Exchange, type RawAnswer } from './exchange.js';
import { proxyHost, type Way } from './route.js';
import type { Lane, Turn, UpstreamHosts } from './upstream-hosts.js';
import { type Validators, validatorsOf } from './validators.js';

/**
 * One tenant's HTTP to its upstream, over the connections that all tenants of that host share.
 *
 * Guarantees: every request ends within twice `timeoutMs`: it waits for a free connection at most that long and, once
 * it is sent, ends within `timeoutMs`, its body included. No more than `maxBodyBytes` of a body is kept; a redirect is
 * refused, so credentials and requests never reach another host; nothing is ever thrown. `ok` means HTTP 200 and a body,
 * decoded, that begins like a JSON document: its parser finds out whether it is complete. A request whose kept connection
 * turns out to be closed is sent again, one time, within the same deadline. A request that is not sent because the host is
 * busy or down is a failure like any other. Not guaranteed: that the host has not received a request that failed.
 */
export interface PitelClientOptions {
  /** Scheme, host and port; a path is ignored. */
  readonly baseUrl: string;
  readonly proxy?: Way['proxy'];
  readonly ca?: Way['ca'];
  readonly hosts: UpstreamHosts;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly time: Time;
  readonly tracer?: Tracer | undefined;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives up the request, which then fails. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of one request: its answer, or why there is none. */
export type HttpResult =
  | (Sent & {
      readonly ok: true;
      readonly status: 200;
      readonly body: Buffer;
      readonly retryAfterMs: null;
      /** For asking the upstream whether the answer has changed; null when it gave none. */
      readonly validators: Validators | null;
    })
  | HttpFailure;

export interface HttpFailure extends Sent {
  readonly ok: false;
  /** Null when there was no complete answer. */
  readonly status: number | null;
  /** One line without secrets or customer data. */
  readonly reason: string;
  /** The upstream's `Retry-After`, at most `LONGEST_RETRY_AFTER_MS`; null when there is none. */
  readonly retryAfterMs: number | null;
  /** After how many milliseconds to ask again, where it was not sent because the host is down; null otherwise. */
  readonly heldBackMs: number | null;
  /** The body of an unsuccessful answer, unless it is large. */
  readonly body: Buffer;
}

/** When a request was sent, after any wait for a connection, or when it was decided not to send it. */
export interface Sent {
  /** By the wall clock. */
  readonly startedAt: Instant;
  /** By the monotonic clock. */
  readonly sentAt: number;
}

const ERROR_BODY_BYTES = 65_536;
/**
 * Bounds every wait that the upstream asks for, of polls, registrations and token exchanges: one header must not stop
 * the polls of a PBX for hours.
 */
const LONGEST_RETRY_AFTER_MS = 300_000;
const NOTHING = Buffer.alloc(0);
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSED = 'client closed';

export class PitelClient {
  readonly #options: PitelClientOptions;
  readonly #lane: Lane;
  readonly #destination: Destination;
  readonly #underWay = new Map<Promise<HttpResult>, Deadline>();
  #closed: Promise<void> | null = null;

  constructor(options: PitelClientOptions) {
    this.#options = options;
    const { baseUrl, proxy = null, ca, hosts } = options;
    const { origin, hostname } = new URL(baseUrl);
    this.#lane = hosts.join({ origin, proxy, ca });
    this.#destination = { host: hostname, proxy: proxy === null ? null : proxyHost(proxy) };
  }

  get(path: string, options: RequestOptions = {}): Promise<HttpResult> {
    return this.#request({ method: 'GET', path, body: null }, options);
  }

  post(path: string, body: unknown, options: RequestOptions = {}): Promise<HttpResult> {
    return this.#request({ method: 'POST', path, body: JSON.stringify(body) }, options);
  }

  /** Ends requests that are under way, which fail, and leaves the host. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const deadline of this.#underWay.values()) deadline.giveUp(CLOSED);
    await Promise.all(this.#underWay.keys());
    await this.#lane.leave();
  }

  async #request(question: Question, options: RequestOptions): Promise<HttpResult> {
    if (this.#closed !== null) return failure(CLOSED, sentNow(this.#options.time));
    const deadline = new Deadline(options.signal);
    const request = this.#traced(question, () => this.#ask(question, options, deadline));
    this.#underWay.set(request, deadline);
    try {
      return await request;
    } finally {
      this.#underWay.delete(request);
      deadline.end();
    }
  }

  /** Traces a request. The span has no path parameters, and the request no trace header: the PBX is not ours. */
  #traced({ method, path }: Question, ask: () => Promise<HttpResult>): Promise<HttpResult> {
    const { tracer = UNTRACED, baseUrl } = this.#options;
    const describe = () => {
      const template = path.split('?', 1)[0]!.replace(/^(\/v3\/extension\/)[^/]+/, '$1{id}');
      const about = {
        'http.request.method': method,
        'url.template': template,
        'server.address': new URL(baseUrl).host,
      };
      return { name: `${method} ${template}`, about };
    };
    return tracer.span(describe, async (span) => {
      const result = await ask();
      span.set(() => ({ 'http.response.status_code': result.status ?? undefined }));
      if (!result.ok && result.status !== 304) span.fail(result.reason);
      return result;
    });
  }

  async #ask(question: Question, { headers }: RequestOptions, deadline: Deadline): Promise<HttpResult> {
    const { timeoutMs, time } = this.#options;
    const turn = this.#lane.enterFree() ?? (await this.#waitInLine(deadline));
    const sent = sentNow(time);
    if (!turn.ok) {
      return failure(deadline.passed ?? turn.reason, sent, { heldBackMs: turn.retryInMs });
    }
    if (deadline.passed !== null) {
      turn.end();
      return failure(deadline.passed, sent);
    }
    const request = { ...question, headers: { ...ACCEPTED, ...headers } };
    let exchange = this.#newExchange(turn);
    deadline.set(timeoutMs, `no answer within ${timeoutMs} ms`, () => exchange.giveUp());
    try {
      turn.dispatcher.dispatch(request, exchange);
      const answer = await exchange.answer.catch((error: unknown) => {
        if (deadline.passed !== null || !wasClosedBefore(exchange, error)) throw error;
        exchange = this.#newExchange(turn);
        turn.dispatcher.dispatch(request, exchange);
        return exchange.answer;
      });
      return await this.#result(answer, sent);
    } catch (error) {
      const reason = deadline.passed ?? connectionReason(error, this.#destination);
      const isSilent = deadline.isLate || (deadline.passed === null && isOfTheHost(error));
      if (!exchange.isAnswered && isSilent) turn.failed(reason);
      return failure(reason, sent);
    } finally {
      turn.end();
    }
  }

  #newExchange(turn: Extract<Turn, { ok: true }>): Exchange {
    return new Exchange(
      this.#limitOf,
      () => turn.answered(),
      () => turn.connectionsMade(),
    );
  }

  #waitInLine(deadline: Deadline): Promise<Turn> {
    const { timeoutMs } = this.#options;
    const givingUp = new AbortController();
    deadline.set(timeoutMs, `host busy: no free connection within ${timeoutMs} ms`, () => givingUp.abort());
    return this.#lane.enter(givingUp.signal);
  }

  /** The most bytes of a body that are read. Error bodies are read too, which keeps the connection usable. */
  readonly #limitOf = (status: number): number =>
    status === 200 ? this.#options.maxBodyBytes : ERROR_BODY_BYTES;

  #result(answer: RawAnswer, sent: Sent): HttpResult | Promise<HttpResult> {
    const coding = answer.headers['content-encoding'];
    return coding === undefined || answer.body === null
      ? this.#plainResult(answer, sent)
      : this.#decodedResult({ ...answer, body: answer.body }, coding, sent);
  }

  async #decodedResult(
    answer: RawAnswer & { readonly body: Buffer },
    coding: string,
    sent: Sent,
  ): Promise<HttpResult> {
    const { status } = answer;
    const decoded = await decode(answer.body, coding, this.#limitOf(status));
    if (decoded.ok) return this.#plainResult({ ...answer, body: decoded.body }, sent);
    return status === 200
      ? failure(decoded.reason, sent, { status })
      : this.#plainResult({ ...answer, body: null }, sent);
  }

  #plainResult({ status, headers, body }: RawAnswer, sent: Sent): HttpResult {
    if (status !== 200) {
      const retryAfterMs = this.#retryAfter(headers);
      return failure(statusReason(status, headers), sent, { status, retryAfterMs, body: body ?? NOTHING });
    }
    if (body === null) return failure(`body larger than ${this.#limitOf(200)} bytes`, sent, { status });
    if (!beginsLikeJson(body)) {
      const reason = `not JSON (${looksLike(body) ?? mediaType(headers)})`;
      return failure(reason, sent, { status, body: body.subarray(0, ERROR_BODY_BYTES) });
    }
    return { ok: true, status, body, retryAfterMs: null, ...sent, validators: validatorsOf(headers) };
  }

  /** Seconds or an HTTP date (RFC 9110, 10.2.3). */
  #retryAfter(headers: IncomingHttpHeaders): number | null {
    const value = headers['retry-after']?.trim() ?? '';
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - this.#options.time.now();
    return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
  }
}

interface Question {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: string | null;
}

/**
 * Whether the request got no answer because the host had closed the connection that was kept for it: a host closes idle
 * connections when it likes, and may do so while a request is on its way. Such a request is sent again at once. That does no
 * harm with the token exchange, the only request that is no GET: it gives the same token again.
 */
function wasClosedBefore(exchange: Exchange, error: unknown): boolean {
  return exchange.isOnKept && !exchange.isAnswered && isLost(error);
}

const ACCEPTED = {
  accept: 'application/json',
  'accept-encoding': ACCEPTED_CODINGS,
  'content-type': 'application/json',
};

/** The time now, by both clocks. */
export function sentNow(time: Time): Sent {
  return { startedAt: time.now(), sentAt: time.monotonic() };
}

function failure(reason: string, sent: Sent, more: Partial<HttpFailure> = {}): HttpFailure {
  return {
    ok: false,
    status: null,
    reason,
    retryAfterMs: null,
    heldBackMs: null,
    body: NOTHING,
    ...sent,
    ...more,
  };
}

function statusReason(status: number, headers: IncomingHttpHeaders): string {
  const location = headers.location;
  if (status < 300 || status > 399 || location === undefined) return `HTTP ${status}${explained(status)}`;
  // Only the host is named: path and query of a redirect to a login carry tokens.
  const host = URL.canParse(location) ? new URL(location).host : 'another path';
  return `HTTP ${status}: redirect to ${host} refused`;
}

function mediaType(headers: IncomingHttpHeaders): string {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(headers['content-type'] ?? '');
  if (type === null) return 'no media type';
  // The upstream's text could be anything; only a short one in lower case is shown.
  return /^[a-z]{2,12}\/[a-z.+-]{2,24}$/.test(type[0]) ? type[0] : 'an unusual media type';
}

/** What a body that is no JSON obviously is, whatever its media type. */
function looksLike(body: Buffer): string | null {
  if (body.length === 0) return 'empty';
  if (body[0] === 0x1f && body[1] === 0x8b) return 'gzip, without a content-encoding header that says so';
  return body.subarray(0, 4).includes(0) ? 'not UTF-8' : null;
}

/** Whether the body is an object or a list, as all of the upstream's answers are. */
function beginsLikeJson(body: Buffer): boolean {
  if (body[0] === OPEN_BRACE || body[0] === OPEN_BRACKET) return true;
  const start = /^(?:\xef\xbb\xbf)?[ \t\r\n]*[{[]/;
  // Pretty-printers begin with a few bytes of white space; a body with more than this is not an answer.
  return start.test(body.toString('latin1', 0, 1024));
}
