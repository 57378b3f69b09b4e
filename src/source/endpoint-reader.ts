import type { Endpoint } from '../core/model/observation.js';
import type { HttpResult } from './http/pitel-client.js';
import type { Validators } from './http/validators.js';
import { ENDPOINT_TABLE } from './parse/endpoint-table.js';
import { listReaders } from './parse/list-reader.js';
import { type PollResult, pollResult } from './poll-result.js';
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
 */
export class EndpointReader {
  readonly #connection: TenantConnection;
  readonly #readers: ReturnType<typeof listReaders>;
  readonly #known: Record<Endpoint, Known | null> = { monitor: null, queue: null };

  constructor(connection: TenantConnection) {
    this.#connection = connection;
    this.#readers = listReaders(connection.locale, connection.conceal);
  }

  async poll(endpoint: Endpoint, signal?: AbortSignal): Promise<PollResult> {
    const { capture, time } = this.#connection;
    const captured = capture?.begin();
    const known = this.#known[endpoint];
    let token: string | null = null;
    const http = await this.#connection.get(ENDPOINT_TABLE[endpoint].path, {
      signal,
      headers: (sent) => {
        token = sent;
        return known?.token === sent ? known.validators : {};
      },
    });
    const isUnchanged = http.status === 304 && known !== null && known.token === token;
    const answer = isUnchanged
      ? ({ ...http, ok: true, retryAfterMs: null, body: known.body } as const)
      : http;
    const times = { startedAt: http.startedAt, at: time.now() };
    const endedAt = time.monotonic();
    const observation = answer.ok
      ? this.#readers[endpoint].read(answer.body, times)
      : ({ endpoint, ...times, outcome: 'failed', reason: answer.reason } as const);
    const result = pollResult(observation, answer, endedAt);
    captured?.(signal?.aborted === true ? null : { result, body: answer.ok ? answer.body : null });
    if (http.ok) this.#know(result, token, http);
    return result;
  }

  /** Keeps an answer for the next conditional request, if it could be read. */
  #know(
    { endpoint, observation }: PollResult,
    token: string | null,
    { validators, body }: Extract<HttpResult, { ok: true }>,
  ): void {
    const isKnown = token !== null && validators !== null && observation.outcome !== 'failed';
    this.#known[endpoint] = isKnown ? { token, validators, body } : null;
  }
}

/** An answer, and with what to ask whether it has changed. */
interface Known {
  readonly token: string;
  readonly validators: Validators;
  readonly body: Buffer;
}
