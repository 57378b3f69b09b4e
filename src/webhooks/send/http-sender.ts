import { type Dispatcher, Pool } from 'undici';
import { systemClock, type Time } from '../../base/clock.js';
import { SharedTimeout } from '../../base/shared-timeout.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { signatureHeaders } from '../request/signature.js';
import type { Outgoing, Result, Sender } from '../sender.js';
import { type Answer, Exchange } from './exchange.js';
import { failureReason, isLost, isOfTheRequest } from './failure-reason.js';
import { guardedConnector, type Lookup, SYSTEM_LOOKUP } from './guarded-connector.js';
import { redactAnswer } from './redact-answer.js';
import { CallerTries, Try } from './tries.js';
import { verdictOf } from './verdict.js';

/**
 * Sends over HTTP, with connections of its own for each endpoint, which are kept between requests.
 *
 * Guarantees: `send` settles within the endpoint's time-out and never rejects; a redirect is not followed; connections lead to
 * public addresses only (`guarded-connector.ts`); of an answer at most 1 KiB is kept, and 64 KiB or one second read. No secret
 * of the endpoint is in a result. An endpoint's connections are closed by `retain` and `close`.
 */
export class HttpSender implements Sender {
  readonly #options: HttpSenderOptions;
  readonly #connections = new Map<WebhookEndpoint, Connections>();
  readonly #callers = new WeakMap<AbortSignal, CallerTries>();
  readonly #drains = new SharedTimeout<Try>(DRAIN_MS, (one) => one.pass('answer not complete'), systemClock);

  constructor(options: HttpSenderOptions) {
    this.#options = options;
  }

  async send(endpoint: WebhookEndpoint, outgoing: Outgoing, signal: AbortSignal): Promise<Result> {
    const { time } = this.#options;
    const begun = time.monotonic();
    const one = new Try();
    const caller = this.#callerOf(signal);
    let connections: Connections | null = null;
    try {
      caller.begin(one);
      connections = this.#connectionsTo(endpoint);
      connections.timeout.begin(one);
      const request = this.#request(connections, endpoint, outgoing);
      const { status, headers, beginning } = await this.#answer(connections, request, one);
      const verdict = verdictOf(status, headers, time.now(), beginning);
      const error = verdict.kind === 'delivered' ? null : describe(status, headers, beginning, endpoint);
      return { verdict, status, tookMs: this.#since(begun), error };
    } catch (error) {
      const verdict = isOfTheRequest(error)
        ? ({ kind: 'event-failed' } as const)
        : ({ kind: 'endpoint-failed', retryAfterMs: null } as const);
      return { verdict, status: null, tookMs: this.#since(begun), error: one.passed ?? failureReason(error) };
    } finally {
      this.#drains.end(one);
      connections?.timeout.end(one);
      caller.end(one);
    }
  }

  /** Closes the connections of all endpoints that are not among these: a changed one is another object. */
  retain(endpoints: Iterable<WebhookEndpoint>): void {
    const kept = new Set(endpoints);
    for (const [endpoint, { pool }] of this.#connections) {
      if (kept.has(endpoint)) continue;
      this.#connections.delete(endpoint);
      // What is under way ends by its own deadline.
      void pool.close().catch(() => undefined);
    }
  }

  /** Closes all connections at once. */
  async close(): Promise<void> {
    const all = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(all.map(({ pool }) => pool.destroy().catch(() => undefined)));
  }

  #since(begun: number): number {
    return Math.max(0, Math.round(this.#options.time.monotonic() - begun));
  }

  #callerOf(signal: AbortSignal): CallerTries {
    const known = this.#callers.get(signal);
    if (known !== undefined) return known;
    const caller = new CallerTries(signal);
    this.#callers.set(signal, caller);
    return caller;
  }

  #request(
    connections: Connections,
    endpoint: WebhookEndpoint,
    outgoing: Outgoing,
  ): Dispatcher.DispatchOptions {
    const { origin } = connections;
    const asked = outgoing.url === null ? connections : targetOf(outgoing.url);
    if (asked.origin !== origin)
      throw Object.assign(new Error('another origin'), { code: 'UND_ERR_INVALID_ARG' });
    const { method, body } = outgoing;
    return {
      origin,
      path: asked.path,
      method,
      headers: this.#headers(connections, endpoint, outgoing),
      body: method === 'GET' ? null : body,
      // The whole try has one deadline.
      headersTimeout: 0,
      bodyTimeout: 0,
    };
  }

  #answer(connections: Connections, request: Dispatcher.DispatchOptions, one: Try): Promise<Answer> {
    const first = this.#dispatch(connections, request, one);
    return first.answer.catch((error: unknown) => {
      // The receiver closed a kept connection while the request was on its way: that says nothing of how it is.
      if (!first.isOnKept || one.passed !== null || !isLost(error)) throw error;
      return this.#dispatch(connections, request, one).answer;
    });
  }

  #dispatch({ pool, made }: Connections, request: Dispatcher.DispatchOptions, one: Try): Exchange {
    const exchange = new Exchange(() => this.#drains.begin(one), made);
    one.isOf(exchange);
    if (one.passed === null) pool.dispatch(request, exchange);
    return exchange;
  }

  #headers(connections: Connections, { secrets }: WebhookEndpoint, outgoing: Outgoing): string[] {
    // Requests without a template have all the same.
    if (connections.fixed?.of !== outgoing.headers) {
      const names = new Map([...connections.headers, ...outgoing.headers]);
      connections.fixed = { of: outgoing.headers, headers: [...names].flat() };
    }
    const timestamp = Math.floor(this.#options.time.now() / 1_000);
    return connections.fixed.headers.concat(signatureHeaders(outgoing, timestamp, secrets));
  }

  #connectionsTo(endpoint: WebhookEndpoint): Connections {
    const known = this.#connections.get(endpoint);
    if (known !== undefined) return known;
    const { lookup = SYSTEM_LOOKUP, ca = null, keepAliveMs = KEEP_ALIVE_MS } = this.#options;
    const { allowAddresses: allowed, timeoutMs } = endpoint;
    const { origin, path } = targetOf(endpoint.url.reveal());
    const connect = guardedConnector({ allowed, lookup, ca, timeoutMs });
    let made = 0;
    const pool = new Pool(origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      connect: (options, callback) => {
        made += 1;
        connect(options, callback);
      },
    });
    const headers = new Map<string, string>();
    for (const [name, value] of endpoint.headers) headers.set(name, value.reveal());
    headers.set('user-agent', USER_AGENT);
    const late = `no answer within ${timeoutMs} ms`;
    const timeout = new SharedTimeout<Try>(timeoutMs, (one) => one.pass(late), systemClock);
    const connections: Connections = { pool, made: () => made, origin, path, headers, fixed: null, timeout };
    this.#connections.set(endpoint, connections);
    return connections;
  }
}

/** What is the same for every request of an endpoint. */
interface Connections {
  readonly origin: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  /** These and a request's, name after value, as they were last put together. */
  fixed: { readonly of: Outgoing['headers']; readonly headers: readonly string[] } | null;
  readonly pool: Pool;
  /** How many were begun so far. */
  readonly made: () => number;
  readonly timeout: SharedTimeout<Try>;
}

function targetOf(url: string): { readonly origin: string; readonly path: string } {
  const { origin, pathname, search } = new URL(url);
  return { origin, path: pathname + search };
}

export interface HttpSenderOptions {
  /** `now` is the timestamp that receivers check: the corrected clock. */
  readonly time: Time;
  /** The system's when left out. */
  readonly lookup?: Lookup;
  /** Certificates that are trusted instead of the public ones. */
  readonly ca?: string | null;
  /** How long a connection is kept that nothing uses; 4 s when left out. */
  readonly keepAliveMs?: number;
}

/** Eight events in flight, and a test or a replay beside them. */
const CONNECTIONS = 10;
/** Shorter than the five seconds of Apache and Node, so that no request meets a connection that is being closed. */
const KEEP_ALIVE_MS = 4_000;
/** How long the rest of an answer is awaited after its status, which has decided. */
const DRAIN_MS = 1_000;
const USER_AGENT = 'pitel-event-bridge-webhooks';

function describe(
  status: number,
  headers: Answer['headers'],
  beginning: Buffer,
  endpoint: WebhookEndpoint,
): string {
  const isText = headers['content-encoding'] === undefined && !beginning.includes(0);
  const text = isText ? redactAnswer(beginning.toString('utf8'), endpoint) : '';
  const head = `HTTP ${status}${status >= 300 && status <= 399 ? ' (redirects are not followed)' : ''}`;
  return text === '' ? head : `${head}: ${text}`;
}
