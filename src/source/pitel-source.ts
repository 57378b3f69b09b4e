import { isExtensionId } from '../core/model/extension-id.js';
import type { Endpoint, Instant, MonitorObservation, QueueObservation } from '../core/model/observation.js';
import type { Tracer } from '../core/model/tracer.js';
import { Capture, type CaptureOptions } from './capture/capture.js';
import { Credentials, type TokenRefusal } from './http/credentials.js';
import { parseOrNothing } from './parse/json.js';
import { localeOf } from './parse/locale.js';
import { MonitorObserver, QueueObserver } from './parse/list-reader.js';
import { type Fetched, PitelClient } from './http/pitel-client.js';
import type { UpstreamHosts } from './http/upstream-hosts.js';
import type { Validators } from './http/validators.js';
import { errorText, registrationAnswer } from './parse/answer-schemas.js';

/**
 * One tenant's PBX: polls its endpoints and asks for registrations.
 *
 * Guarantees: a poll always resolves, to an observation; whatever went wrong is a `failed` one with a reason in one
 * line, without secrets or customer data. Nothing is logged here. On 401 the token is renewed once, for all who wait,
 * and the request repeated once. Polls of one endpoint are to be asked one after the other, as observations are made
 * against the one before; the two endpoints are independent. A poll takes at most eight times `timeoutMs` (a token, the
 * request, another token, the request again, and a wait for a connection before each) and usually one request.
 *
 * Where the last answer of an endpoint carried a validator, the next request is conditional; a 304 then is that answer
 * once more. Only under the token that the answer was given to, and a 304 that nobody asked for is a failure.
 */
export interface PitelSourceOptions {
  readonly tenant: string;
  /** The upstream's origin; a trailing slash is ignored. */
  readonly baseUrl: string;
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
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => Instant;
  /** Records the answers, when given. */
  readonly capture?: CaptureOptions | undefined;
  readonly tracer?: Tracer | undefined;
}

export interface Polled<Observation> {
  readonly observation: Observation;
  /** How long the upstream asks to be left alone, or null. */
  readonly retryAfterMs: number | null;
  /** HTTP status; null when there was no complete answer. */
  readonly status: number | null;
  /** Not sent, as the host is down for everybody: ask again after so long. Else null. */
  readonly heldBackMs: number | null;
}

export type Registration =
  | { readonly outcome: 'found'; readonly extension: string; readonly registered: boolean }
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs: number | null };

/** Literally as the vendor's page writes it. */
const PATHS: Readonly<Record<Endpoint, string>> = {
  monitor: '/v3/monitor?=null',
  queue: '/v3/monitor/callcenter/queue',
};

/** An answer that the upstream can be asked about again. */
interface Known {
  readonly token: string;
  readonly validators: Validators;
  readonly body: Buffer;
}

interface Asked {
  readonly fetched: Fetched;
  /** The token it was asked with, null when there was none. */
  readonly token: string | null;
}

export class PitelSource {
  readonly tenant: string;
  readonly #client: PitelClient;
  readonly #credentials: Credentials;
  readonly #clock: () => Instant;
  readonly #monitor: MonitorObserver;
  readonly #queue: QueueObserver;
  readonly #known: Record<Endpoint, Known | null> = { monitor: null, queue: null };
  readonly #capture: Capture | null;

  /** @throws Error when the options make no sense: no origin, zone or country, not exactly one secret. */
  constructor(options: PitelSourceOptions) {
    this.tenant = options.tenant;
    this.#clock = options.clock;
    const locale = localeOf(options.timeZone, options.country);
    this.#client = new PitelClient(options);
    this.#credentials = new Credentials({ ...options, client: this.#client });
    this.#monitor = new MonitorObserver(locale, this.#credentials.conceal);
    this.#queue = new QueueObserver(locale, this.#credentials.conceal);
    const { capture } = options;
    this.#capture = capture === undefined ? null : new Capture(capture, options, this.#credentials.conceal);
  }

  poll(endpoint: 'monitor', signal?: AbortSignal): Promise<Polled<MonitorObservation>>;
  poll(endpoint: 'queue', signal?: AbortSignal): Promise<Polled<QueueObservation>>;
  poll(endpoint: Endpoint, signal?: AbortSignal): Promise<Polled<MonitorObservation | QueueObservation>>;
  async poll(
    endpoint: Endpoint,
    signal?: AbortSignal,
  ): Promise<Polled<MonitorObservation | QueueObservation>> {
    const captured = this.#capture?.begin();
    const known = this.#known[endpoint];
    const { fetched, token } = await this.#ask(PATHS[endpoint], signal, known);
    const { status, sentAt } = fetched;
    const polled = { startedAt: sentAt, at: this.#clock() };
    const isKnown = status === 304 && known !== null && known.token === token;
    const answer = isKnown ? ({ ok: true, status, retryAfterMs: null, body: known.body } as const) : fetched;
    captured?.(signal?.aborted === true ? null : { endpoint, ...polled, fetched: answer });
    if (!answer.ok) {
      const { reason, retryAfterMs, heldBackMs } = answer;
      const observation = { endpoint, ...polled, outcome: 'failed', reason } as const;
      return { observation, retryAfterMs, status, heldBackMs };
    }
    const observation = (endpoint === 'monitor' ? this.#monitor : this.#queue).observe(answer.body, polled);
    if (fetched.ok) this.#know(endpoint, observation, token, fetched);
    return { observation, retryAfterMs: null, status, heldBackMs: null };
  }

  /** Whether an extension, by uuid or number, is registered. An id of another form is not asked for. */
  async registration(id: string, signal?: AbortSignal): Promise<Registration> {
    if (!isExtensionId(id)) return { outcome: 'not-found' };
    const { fetched } = await this.#ask(`/v3/extension/${id}/loggedin`, signal);
    const document = parseOrNothing(fetched.body);
    if (!fetched.ok && fetched.status === 404) return { outcome: 'not-found' };
    if (/extension not found/i.test(errorText(document) ?? '')) return { outcome: 'not-found' };
    if (!fetched.ok) return { outcome: 'failed', reason: fetched.reason, retryAfterMs: fetched.retryAfterMs };
    const answer = registrationAnswer.safeParse(document);
    if (!answer.success) {
      return { outcome: 'failed', reason: 'not a registration answer', retryAfterMs: null };
    }
    return { outcome: 'found', extension: answer.data.extension, registered: answer.data.is_logged_in };
  }

  /** Ends what is under way (it fails), closes the connections and writes the rest of the capture. */
  async close(): Promise<void> {
    await this.#client.close();
    await this.#capture?.close();
  }

  /** Only an answer that could be read is worth hearing "unchanged" about. */
  #know(
    endpoint: Endpoint,
    { outcome }: MonitorObservation | QueueObservation,
    token: string | null,
    { validators, body }: Extract<Fetched, { ok: true }>,
  ): void {
    const isKnown = token !== null && validators !== null && outcome !== 'failed';
    this.#known[endpoint] = isKnown ? { token, validators, body } : null;
  }

  async #ask(path: string, signal: AbortSignal | undefined, known: Known | null = null): Promise<Asked> {
    const token = await this.#credentials.token();
    if (!token.ok) return this.#unasked(token);
    const first = await this.#get(path, token.token, signal, known);
    if (first.fetched.ok || first.fetched.status !== 401) return first;
    const renewed = await this.#credentials.renew(token.token);
    if (!renewed.ok) return this.#unasked(renewed);
    return this.#get(path, renewed.token, signal, known);
  }

  async #get(
    path: string,
    token: string,
    signal: AbortSignal | undefined,
    known: Known | null,
  ): Promise<Asked> {
    const validators = known?.token === token ? known.validators : {};
    const headers = { authorization: `Bearer ${token}`, ...validators };
    return { token, fetched: await this.#client.get(path, { headers, signal }) };
  }

  #unasked(refusal: TokenRefusal): Asked {
    const nothing = { status: null, body: Buffer.alloc(0), sentAt: this.#clock() };
    return { token: null, fetched: { ...refusal, ...nothing } };
  }
}
