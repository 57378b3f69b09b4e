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
import { type Audience, type Exposure, exposureOfCall, isCallEvent } from '../access/audience.js';
import type { LogEntry } from './batch.js';

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

interface HeldCall {
  readonly view: CallView;
  readonly exposure: Exposure;
  json: string | null;
}

/**
 * The calls that are alive and the state of the sources: a state of the store, with the later events applied to it.
 *
 * Guarantee: `calls` is what the log says up to the position of the last applied event. `sources` and registrations may be
 * newer than that: they are the freshest that were read, because between two events only their times show that the PBX is
 * still observed.
 */
export class TenantView {
  readonly #tenant: string;
  readonly #calls = new Map<string, HeldCall>();
  readonly #sources = new Map<Endpoint, SourceEntry>();
  #registrations: Registrations = new Map();
  #direction = ASSUMED_DIRECTION;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  replace(state: TenantState): void {
    this.#calls.clear();
    const skewMs = skewOf(state.sources);
    for (const call of state.calls.values()) this.#hold({ tenant: this.#tenant, ...callView(call, skewMs) });
    this.replaceFreshness(state);
  }

  replaceFreshness({ sources, registrations, direction }: Freshness & Pick<TenantState, 'direction'>): void {
    const clockSkewMs = skewOf(sources);
    for (const endpoint of ENDPOINTS)
      this.#sources.set(endpoint, { ...sourceEntry(endpoint, sources[endpoint]), clockSkewMs });
    this.#registrations = registrations;
    this.#direction = direction;
  }

  fold({ event }: LogEntry): void {
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
        this.#calls.delete(event.data.callId);
        return;
      default:
        if (isCallEvent(event)) this.#hold(aliveView(event.data));
    }
  }

  call(callId: string, audience: Audience): string | null {
    const held = this.#calls.get(callId);
    return held !== undefined && audience.seesCall(held.exposure) ? jsonOf(held) : null;
  }

  /** `[…]`: the calls that the audience may see, as JSON. */
  callsJson(audience: Audience): string {
    const visible: string[] = [];
    for (const held of this.#calls.values()) if (audience.seesCall(held.exposure)) visible.push(jsonOf(held));
    return `[${visible.join(',')}]`;
  }

  /** By number or uuid, as of the latest answer. */
  registration(id: string): RegistrationEntry | undefined {
    const known = findRegistration(this.#registrations, id);
    return known && { extension: known.extension, registered: known.registered, at: known.checked.at };
  }

  sourcesJson(): string {
    return JSON.stringify([...this.#sources.values()]);
  }

  /** Whose direction the word in the tenant's monitor rows is. */
  directionJson(): string {
    const { meaning, source } = this.#direction;
    return JSON.stringify({ meaning, source });
  }

  /** What a client gets first: `{cursor, calls, sources}`. */
  snapshotJson(position: Position, audience: Audience): string {
    const cursor = formatCursor(position);
    return `{"cursor":"${cursor}","calls":${this.callsJson(audience)},"sources":${this.sourcesJson()}}`;
  }

  #hold(view: CallView): void {
    this.#calls.set(view.callId, { view, exposure: exposureOfCall(view), json: null });
  }
}

/** Removes what an event adds to the call's view (`offer`, how an offer ended, who had the call before). */
function aliveView(data: CallView): CallView {
  const view: { -readonly [Field in keyof CallView]: CallView[Field] } = { ...data, outcome: null };
  delete view.offer;
  delete view.transferredFrom;
  return view;
}

function jsonOf(held: HeldCall): string {
  return (held.json ??= JSON.stringify(held.view));
}

function sourceEntry(endpoint: Endpoint, source: SourceState): Omit<SourceEntry, 'clockSkewMs'> {
  return {
    endpoint,
    state: source.status,
    lastCompleteAt: rfc3339OrNull(source.lastComplete?.at ?? null),
    lastError: source.lastError,
  };
}
