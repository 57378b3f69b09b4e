import { setImmediate as turn } from 'node:timers/promises';
import type { Endpoint } from '../core/model/observation.js';
import { Deadline } from './http/deadline.js';
import type { HttpFailure, HttpResult } from './http/pitel-client.js';
import type { Validators } from './http/validators.js';
import { Pager, type WholeList } from './pager.js';
import { ENDPOINT_TABLE } from './parse/endpoint-table.js';
import { listReaders } from './parse/list-reader.js';
import { failed, type PollResult, pollResult } from './poll-result.js';
import type { TenantConnection } from './tenant-connection.js';

/**
 * Polls a tenant's endpoints.
 *
 * Guarantees: a poll always resolves; a failure is an observation of `failed`, with a reason in one line, without
 * secrets or customer data. Polls of one endpoint must not overlap, since each answer is compared with the one before;
 * the two endpoints are independent.
 *
 * Where the last answer of an endpoint carried a validator, the next request under the same token is conditional, and a
 * 304 then repeats that answer. A 304 to an unconditional request is a failure.
 *
 * A list that comes in pages (`Pager`) is one poll: all requests for its other pages end within `timeoutMs` together. A
 * page that fails makes the poll partial, and failed where the PBX must be left alone.
 */
export class EndpointReader {
  readonly #connection: TenantConnection;
  readonly #readers: ReturnType<typeof listReaders>;
  readonly #pagers: Readonly<Record<Endpoint, Pager>>;
  readonly #known: Record<Endpoint, Known | null> = { monitor: null, queue: null };

  constructor(connection: TenantConnection) {
    this.#connection = connection;
    this.#readers = listReaders(connection.locale, connection.conceal);
    const pager = (of: Endpoint) => new Pager(ENDPOINT_TABLE[of].path, connection.conceal);
    this.#pagers = { monitor: pager('monitor'), queue: pager('queue') };
  }

  async poll(endpoint: Endpoint, signal?: AbortSignal): Promise<PollResult> {
    const captured = this.#connection.capture?.begin();
    const first = await this.#first(endpoint, signal);
    const { http, requests } = first;
    const read = http.ok
      ? await this.#read(endpoint, http, signal)
      : { ...this.#failed(endpoint, http, http.startedAt), requests: 0 };
    const { observation, body, doubt, request } = read;
    const took = { ...request, sentAt: http.sentAt, requests: requests + read.requests };
    const result = pollResult(observation, took, this.#connection.time.monotonic());
    captured?.(signal?.aborted === true ? null : { result, body, doubt });
    this.#know(first, result);
    return result;
  }

  async #first(endpoint: Endpoint, signal: AbortSignal | undefined): Promise<First> {
    const pager = this.#pagers[endpoint];
    const known = this.#known[endpoint];
    for (let requests = 1; ; requests++) {
      const path = pager.first;
      let token: string | null = null;
      const http = await this.#connection.get(path, {
        signal,
        headers: (sent) => {
          token = sent;
          return known?.token === sent && known.path === path ? known.validators : {};
        },
      });
      if (!http.ok && pager.refuses(http)) continue;
      const isUnchanged =
        http.status === 304 && known !== null && known.token === token && known.path === path;
      const answer = isUnchanged
        ? { ...http, ok: true as const, status: 304 as const, retryAfterMs: null, body: known.body }
        : http;
      return { http: answer, path, token, requests };
    }
  }

  /** Reads an answer, and asks for the rest of the list where it is a page only. */
  async #read(
    endpoint: Endpoint,
    http: Extract<First['http'], { ok: true }>,
    signal: AbortSignal | undefined,
  ): Promise<Read> {
    const { time } = this.#connection;
    const { startedAt } = http;
    const reader = this.#readers[endpoint];
    const observe = async (body: Buffer, doubt: string | null) => {
      const at = time.now();
      await reader.readAhead(body, turn);
      return reader.read(body, { startedAt, at, doubt });
    };
    const pager = this.#pagers[endpoint];
    if (!pager.isInPages) {
      const observation = await observe(http.body, null);
      const isShort = observation.outcome === 'partial' && observation.unreadable === undefined;
      if (!isShort) return { observation, body: http.body, doubt: null, request: http, requests: 0 };
    }
    const whole = await this.#rest(pager, http, signal);
    const { body, doubt, requests, failure } = whole;
    if (failure !== null && mustWait(failure)) {
      const reason = doubt ?? failure.reason;
      return { ...this.#failed(endpoint, { ...failure, reason }, startedAt), requests };
    }
    const observation = await observe(body, doubt);
    return { observation, body, doubt, request: http, requests };
  }

  async #rest(
    pager: Pager,
    { body, sentAt }: Extract<First['http'], { ok: true }>,
    signal: AbortSignal | undefined,
  ): Promise<WholeList> {
    const { time, timeoutMs } = this.#connection;
    const now = time.monotonic();
    const deadline = new Deadline(signal);
    const givingUp = new AbortController();
    const leftMs = Math.max(0, timeoutMs - (now - sentAt));
    deadline.set(leftMs, `not all pages within ${timeoutMs} ms`, () => givingUp.abort());
    const ask = async (path: string): Promise<HttpResult> => {
      const http = await this.#connection.get(path, { signal: givingUp.signal });
      return http.ok || deadline.passed === null ? http : { ...http, reason: deadline.passed };
    };
    const whole = await pager.whole(body, ask, now);
    deadline.end();
    return whole;
  }

  #failed(endpoint: Endpoint, http: HttpFailure, startedAt: number): Omit<Read, 'requests'> {
    const poll = { endpoint, startedAt, at: this.#connection.time.now() };
    const observation = failed(poll, http.reason, http.retryAfterMs) as Read['observation'];
    return { observation, body: null, doubt: null, request: http };
  }

  /** Keeps an answer for the next conditional request, if it could be read and is a whole list. */
  #know({ http, token, path, requests }: First, result: PollResult): void {
    if (!http.ok || http.status === 304) return;
    const { endpoint, observation } = result;
    const { validators, body } = http;
    const isWhole = observation.outcome !== 'failed' && result.requests === requests;
    this.#known[endpoint] =
      token !== null && validators !== null && isWhole ? { token, path, validators, body } : null;
  }
}

/** The first request of a poll, and how many it took to send it without a limit that the endpoint refuses. */
interface First {
  readonly http:
    | HttpResult
    | (Omit<Extract<HttpResult, { ok: true }>, 'status' | 'validators'> & { readonly status: 304 });
  readonly path: string;
  readonly token: string | null;
  readonly requests: number;
}

interface Read {
  readonly observation: PollResult['observation'];
  readonly body: Buffer | null;
  readonly doubt: string | null;
  /** The request that the result reports. */
  readonly request: Pick<PollResult, 'sentAt' | 'status'> &
    Partial<Pick<PollResult, 'retryAfterMs' | 'heldBackMs'>>;
  /** How many requests it took beside the first. */
  readonly requests: number;
}

/** An answer, and with what to ask whether it has changed. */
interface Known {
  readonly token: string;
  readonly path: string;
  readonly validators: Validators;
  readonly body: Buffer;
}

/** Whether the PBX must be left alone: a partial poll would be followed by the next one after the usual interval. */
function mustWait({ status, retryAfterMs, heldBackMs }: HttpFailure): boolean {
  return status === 429 || retryAfterMs !== null || heldBackMs !== null;
}
