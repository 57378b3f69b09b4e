import { type Clock, pause } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { WebhookEndpoint } from '../../config/webhooks/webhook-endpoint.js';
import { rfc3339OrNull } from '../../core/model/event.js';
import { formatCursor, parseCursor, type Position } from '../../core/model/position.js';
import type { LogEntry } from '../../deliver/log/log-entry.js';
import { acrossEpochs, oldestSequence, resumption } from '../../deliver/log/resumption.js';
import { recordedAt } from '../../store/log-event.js';
import type { LogReader, LogSlice } from '../../store/store.js';
import {
  type DeadLetter,
  type EndpointProgress,
  isBeforeTheLog,
  isHalted,
  type StoredAttempt,
  type WebhookStore,
} from '../../store/webhook-store.js';
import { outgoingOf } from '../request/outgoing.js';
import { webhookTest } from '../request/own-events.js';
import type { Outgoing, Result, Sender } from '../sender.js';
import type { WebhookStats } from '../stats.js';
import {
  NoSuchEndpointError,
  type Replayed,
  type ReplayOf,
  UnusableCursorError,
  type WebhooksControl,
  type WebhookView,
} from '../webhooks-control.js';
import { attemptOf } from './attempt.js';
import { textOf } from './event-texts.js';
import { firstPosition } from './first-position.js';
import { audienceOfEndpoint } from './rules.js';
import type { TenantLog } from './tenant-log.js';

/** Events of one read of a replay. */
const PAGE_EVENTS = 64;

/** As `WebhooksControl` says. It needs no lease: tests and replays are this replica's own, and the rest is in the store. */
export class StoredWebhooksControl implements WebhooksControl {
  readonly #deps: ControlDeps;
  /** When the last one that was asked for has ended. */
  readonly #turns = new WeakMap<WebhookEndpoint, Promise<unknown>>();

  constructor(deps: ControlDeps) {
    this.#deps = deps;
  }

  async list(tenant: string): Promise<readonly WebhookView[]> {
    const { store, logs, endpointsOf } = this.#deps;
    const endpoints = endpointsOf(tenant);
    if (endpoints.length === 0) return [];
    const [progress, log] = await Promise.all([store.progress(tenant), logs.read(tenant, 0, 1)]);
    return Promise.all(
      endpoints.map((endpoint) => this.#view(tenant, endpoint, progress.get(endpoint.id), log)),
    );
  }

  async attempts(tenant: string, id: string): Promise<readonly StoredAttempt[]> {
    this.#endpoint(tenant, id);
    return this.#deps.store.attempts(tenant, id);
  }

  async deadLetters(tenant: string, id: string): Promise<readonly DeadLetter[]> {
    this.#endpoint(tenant, id);
    return this.#deps.store.deadLetters(tenant, id);
  }

  async test(tenant: string, id: string, signal: AbortSignal): Promise<Result> {
    const endpoint = this.#endpoint(tenant, id);
    const outgoing = outgoingOf(endpoint, webhookTest(tenant, id, this.#deps.clock.now()));
    if (outgoing === null) return NOTHING_TO_SEND;
    return this.#send(tenant, endpoint, outgoing, 'test', null, signal);
  }

  async resume(tenant: string, id: string): Promise<void> {
    this.#endpoint(tenant, id);
    const { store } = this.#deps;
    const progress = (await store.progress(tenant)).get(id);
    if (progress !== undefined && isHalted(progress.state)) await store.askToResume(tenant, id);
  }

  async replay(tenant: string, id: string, what: ReplayOf, signal: AbortSignal): Promise<Replayed> {
    const { clock, logOf } = this.#deps;
    const endpoint = this.#endpoint(tenant, id);
    const { ratePerSecond } = endpoint;
    const audience = audienceOfEndpoint(tenant, endpoint);
    const bucket =
      ratePerSecond === null
        ? null
        : new TokenBucket({ capacity: 1, perMs: ratePerSecond / 1_000 }, clock.monotonic());
    const range = await this.#range(tenant, what);
    const log = logOf(tenant);
    let delivered = 0;
    let last: Result | null = null;
    let cursor = formatCursor(range.after);
    for (let after = range.after.sequence; after < range.through;) {
      const { slice, stretch } = await log.read(after, Math.min(PAGE_EVENTS, range.through - after));
      if (stretch === null) {
        // Retention has passed meanwhile.
        const next = slice.events[0]?.sequence ?? range.through + 1;
        after = Math.max(after + 1, next - 1);
        continue;
      }
      for (const entry of stretch.entries) {
        if (signal.aborted) return { delivered, last, cursor };
        const shown = entry.shownTo(audience);
        const outgoing = shown === null ? null : this.#outgoing(endpoint, shown);
        if (outgoing !== null) {
          await this.#rated(bucket, signal);
          if (signal.aborted) return { delivered, last, cursor };
          last = await this.#send(tenant, endpoint, outgoing, 'replay', entry.cursor, signal);
          if (last.verdict.kind !== 'delivered') return { delivered, last, cursor };
          delivered += 1;
        }
        cursor = entry.cursor;
      }
      after = stretch.through;
    }
    return { delivered, last, cursor: null };
  }

  #endpoint(tenant: string, id: string): WebhookEndpoint {
    const endpoint = this.#deps.endpointsOf(tenant).find((one) => one.id === id);
    if (endpoint === undefined) throw new NoSuchEndpointError(`no such webhook: ${id}`);
    return endpoint;
  }

  async #view(
    tenant: string,
    endpoint: WebhookEndpoint,
    progress: EndpointProgress | undefined,
    log: LogSlice,
  ): Promise<WebhookView> {
    const view = { id: endpoint.id, url: redactedUrl(endpoint) };
    if (progress === undefined)
      return {
        ...view,
        state: 'active',
        cursor: null,
        lagEvents: 0,
        lagMs: 0,
        lastError: null,
        lastDeliveredAt: null,
      };
    const { through, open, state, lastError, lastDeliveredAt } = progress;
    const unread = log.epoch === null ? 0 : Math.max(0, log.last - through.sequence);
    const oldest = open[0]?.sequence ?? through.sequence + 1;
    const lagEvents = unread + open.length;
    return {
      ...view,
      state,
      cursor: isBeforeTheLog(through) ? null : formatCursor(through),
      lagEvents,
      lagMs: lagEvents === 0 ? 0 : await this.#ageOf(tenant, oldest),
      lastError,
      lastDeliveredAt: rfc3339OrNull(lastDeliveredAt),
    };
  }

  /** Of the first event at or after a sequence. */
  async #ageOf(tenant: string, sequence: number): Promise<number> {
    const { logs, clock } = this.#deps;
    const [event] = (await logs.read(tenant, sequence - 1, 1)).events;
    const at = event === undefined ? NaN : recordedAt(event.json);
    return Number.isNaN(at) ? 0 : Math.max(0, Math.round(clock.now() - at));
  }

  #outgoing(endpoint: WebhookEndpoint, entry: LogEntry): Outgoing | null {
    const { json, id } = textOf(entry);
    return outgoingOf(endpoint, json, id);
  }

  async #range(
    tenant: string,
    what: ReplayOf,
  ): Promise<{ readonly after: Position; readonly through: number }> {
    const { logs } = this.#deps;
    if ('since' in what) {
      const after = await firstPosition(tenant, { kind: 'time', at: what.since }, logs);
      if (after === null) throw new UnusableCursorError('cursor-unknown');
      const { last } = await logs.read(tenant, after.sequence, 1);
      return { after, through: last };
    }
    const slice = await logs.read(tenant, 0, 1);
    if (slice.epoch === null) throw new UnusableCursorError('cursor-unknown');
    const end = { epoch: slice.epoch, sequence: slice.last };
    const reach = acrossEpochs(slice);
    if ('after' in what) {
      const found = resumption(what.after, end, reach);
      if ('reset' in found) throw new UnusableCursorError(found.reset);
      return { after: { epoch: end.epoch, sequence: found.sequence }, through: slice.last };
    }
    const asked = parseCursor(what.only);
    const found = resumption(what.only, end, reach);
    if (asked === null) throw new UnusableCursorError('cursor-malformed');
    if ('reset' in found && found.reset !== 'cursor-too-old') throw new UnusableCursorError(found.reset);
    if (asked.sequence <= oldestSequence(end, reach)) throw new UnusableCursorError('cursor-too-old');
    return { after: { epoch: end.epoch, sequence: asked.sequence - 1 }, through: asked.sequence };
  }

  async #rated(bucket: TokenBucket | null, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (bucket !== null && !signal.aborted && !bucket.tryTake(clock.monotonic())) {
      await pause(clock, bucket.holdsAt(1, clock.monotonic()) - clock.monotonic());
    }
  }

  /** One request at a time, however many are asked for: an endpoint's connections are for its events. */
  #inTurn(endpoint: WebhookEndpoint, send: () => Promise<Result>): Promise<Result> {
    const turn = (this.#turns.get(endpoint) ?? Promise.resolve()).then(send, send);
    this.#turns.set(endpoint, turn);
    return turn;
  }

  async #send(
    tenant: string,
    endpoint: WebhookEndpoint,
    outgoing: Outgoing,
    kind: 'test' | 'replay',
    cursor: string | null,
    signal: AbortSignal,
  ): Promise<Result> {
    const { sender, store, stats, clock } = this.#deps;
    let at = clock.now();
    const result = await this.#inTurn(endpoint, () => {
      at = clock.now();
      return signal.aborted ? Promise.resolve(GIVEN_UP) : sender.send(endpoint, outgoing, signal);
    });
    if (result === GIVEN_UP) return result;
    const attempt = attemptOf(result, { at, cursor, id: outgoing.id, kind });
    stats.attempted(kind, attempt.outcome);
    // What came of it is known here, whether or not the list can be written.
    await store.addAttempts(tenant, endpoint.id, [attempt]).catch(() => undefined);
    return result;
  }
}

/** The endpoint's template has no form for it. */
const NOTHING_TO_SEND: Result = {
  verdict: { kind: 'event-failed' },
  status: null,
  tookMs: 0,
  error: 'the template has no form for a test',
};

/** Its caller has gone. */
const GIVEN_UP: Result = {
  verdict: { kind: 'endpoint-failed', retryAfterMs: null },
  status: null,
  tookMs: 0,
  error: 'given up',
};

/** Path and query may hold a secret. */
function redactedUrl({ url }: WebhookEndpoint): string {
  const { origin, pathname, search } = new URL(url.reveal());
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

export interface ControlDeps {
  readonly endpointsOf: (tenant: string) => readonly WebhookEndpoint[];
  readonly store: WebhookStore;
  readonly logs: Pick<LogReader, 'read'>;
  readonly logOf: (tenant: string) => TenantLog;
  readonly sender: Sender;
  readonly stats: WebhookStats;
  /** `now` by the store's clock. */
  readonly clock: Clock;
}
