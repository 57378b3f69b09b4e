import {
  ASSUMED_DIRECTION,
  type Freshness,
  type Registrations,
  type SourceState,
  type SourceStatus,
  type TenantState,
} from '../../core/model/call.js';
import { type CallView, rfc3339OrNull } from '../../core/model/event.js';
import { ENDPOINTS, type Endpoint, type Instant } from '../../core/model/observation.js';
import { formatCursor, type Position } from '../../core/model/position.js';
import { findRegistration } from '../../core/observe/registrations.js';
import { callView } from '../../core/life/view.js';
import { skewOf } from '../../core/parts/pbx-clock.js';
import { type Audience, isCallEvent } from '../access/audience.js';
import type { KnownQueue } from '../../core/queues/known-queue.js';
import { HeldCalls } from './held-calls.js';
import { HeldQueues } from './held-queues.js';
import type { LogEntry } from './log-entry.js';
import { EncodedSnapshot, SnapshotCache } from './snapshot.js';

/** One entry of `GET /v1/sources` and of a snapshot's `sources`. */
export interface SourceEntry {
  readonly endpoint: Endpoint;
  readonly state: SourceStatus;
  readonly lastCompleteAt: string | null;
  readonly lastError: string | null;
  /** How far the PBX's clock is ahead, the same for both endpoints; null if unknown. */
  readonly clockSkewMs: number | null;
}

export interface RegistrationEntry {
  readonly extension: string;
  readonly registered: boolean;
  readonly at: Instant;
}

/**
 * The calls that are alive and the state of the sources: a state of the store, with the later events applied to it.
 *
 * Guarantee: `calls` is what the log says up to the position of the last applied event, and so are the thresholds of `queues`.
 * `sources`, registrations and where callers stand in their queues may be newer than that: they are the freshest that were read, because between two events only their times show that the PBX is
 * still observed.
 */
export class TenantView {
  readonly #tenant: string;
  readonly #calls = new HeldCalls();
  readonly #queues = new HeldQueues();
  readonly #snapshots = new SnapshotCache();
  /** Grows with every change of what a snapshot shows. */
  #version = 0;
  readonly #sources = new Map<Endpoint, SourceEntry>();
  #registrations: Registrations = new Map();
  #direction = ASSUMED_DIRECTION;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /** @param queues those that are known, as of the state or later */
  replace(state: TenantState, queues: Iterable<KnownQueue>): void {
    this.#calls.clear();
    const skewMs = skewOf(state.sources);
    for (const call of state.calls.values())
      this.#calls.hold({ tenant: this.#tenant, ...callView(call, skewMs) });
    this.#queues.replaceKnown(queues);
    this.replacePlaces(state);
    this.replaceFreshness(state);
  }

  /** Takes where the callers stand from the state of the very position that this view is at. */
  replacePlaces(state: Pick<TenantState, 'calls' | 'sources'>): void {
    this.#version += 1;
    this.#queues.replacePlaces(state);
  }

  replaceFreshness({ sources, registrations, direction }: Freshness & Pick<TenantState, 'direction'>): void {
    this.#version += 1;
    const clockSkewMs = skewOf(sources);
    for (const endpoint of ENDPOINTS)
      this.#sources.set(endpoint, { ...sourceEntry(endpoint, sources[endpoint]), clockSkewMs });
    this.#registrations = registrations;
    this.#direction = direction;
  }

  fold(entry: LogEntry): void {
    const { event } = entry;
    this.#version += 1;
    this.#queues.fold(event);
    switch (event.type) {
      case 'extension-registered':
      case 'extension-unregistered': {
        const { extension, registered, observed } = event.data;
        const at = Date.parse(observed.latest);
        const changed = {
          extensionId: null,
          ...this.#registrations.get(extension),
          extension,
          registered,
          since: at,
        };
        this.#registrations = new Map(this.#registrations).set(extension, {
          ...changed,
          checked: { startedAt: at, at },
        });
        return;
      }
      case 'source-down':
      case 'source-degraded':
      case 'source-up': {
        const { endpoint, state, reason, lastCompleteAt } = event.data;
        const lastError = event.type === 'source-up' ? null : reason;
        const clockSkewMs = this.#sources.get(endpoint)?.clockSkewMs ?? null;
        this.#sources.set(endpoint, { endpoint, state, lastCompleteAt, lastError, clockSkewMs });
        return;
      }
      case 'call-ended':
        this.#calls.drop(event.data.callId);
        return;
      default:
        if (isCallEvent(event)) this.#calls.hold(aliveView(event.data));
    }
  }

  /** Whether each source has answered at least once. */
  get isObserved(): boolean {
    return ENDPOINTS.every((endpoint) => (this.#sources.get(endpoint)?.state ?? 'unknown') !== 'unknown');
  }

  call(callId: string, audience: Audience): string | null {
    return this.#calls.call(callId, audience);
  }

  /** `[…]`: the calls that the audience may see, as JSON. */
  callsJson(audience: Audience): string {
    return this.#calls.json(audience);
  }

  /** `[…]`: the queues that the audience may see, as JSON. */
  queuesJson(audience: Audience): string {
    return this.#queues.json(audience);
  }

  /** By number or uuid, as of the latest answer. */
  registration(id: string): RegistrationEntry | undefined {
    const known = findRegistration(this.#registrations, id);
    return known && { extension: known.extension, registered: known.registered, at: known.checked.at };
  }

  /** As a `TenantState` has them, as far as a snapshot shows them. */
  sources(): Readonly<Record<Endpoint, Pick<SourceState, 'status' | 'lastComplete'>>> {
    const source = (endpoint: Endpoint) => {
      const { state: status = 'unknown', lastCompleteAt = null } = this.#sources.get(endpoint) ?? {};
      const at = lastCompleteAt === null ? null : Date.parse(lastCompleteAt);
      return { status, lastComplete: at === null ? null : { startedAt: at, at } };
    };
    return { monitor: source('monitor'), queue: source('queue') };
  }

  sourcesJson(): string {
    return JSON.stringify([...this.#sources.values()]);
  }

  /** Whose direction the word in the tenant's monitor rows is. */
  directionJson(): string {
    const { meaning, source } = this.#direction;
    return JSON.stringify({ meaning, source });
  }

  /** Encoded once for each audience, until anything changes. */
  snapshot(position: Position, audience: Audience): EncodedSnapshot {
    const cursor = formatCursor(position);
    return this.#snapshots.of(`${cursor} ${this.#version}`, audience.key, () => {
      const calls = this.callsJson(audience);
      const queues = this.queuesJson(audience);
      return new EncodedSnapshot(
        cursor,
        `{"cursor":"${cursor}","calls":${calls},"queues":${queues},"sources":${this.sourcesJson()}}`,
      );
    });
  }
}

/** Removes what an event adds to the call's view (`offer`, how an offer ended, who had the call before). */
function aliveView(data: CallView): CallView {
  const view: { -readonly [Field in keyof CallView]: CallView[Field] } = { ...data, outcome: null };
  delete view.offer;
  delete view.transferredFrom;
  return view;
}

function sourceEntry(endpoint: Endpoint, source: SourceState): Omit<SourceEntry, 'clockSkewMs'> {
  return {
    endpoint,
    state: source.status,
    lastCompleteAt: rfc3339OrNull(source.lastComplete?.at ?? null),
    lastError: source.lastError,
  };
}
