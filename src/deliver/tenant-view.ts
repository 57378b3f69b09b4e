import type { SourceState, SourceStatus, TenantState } from '../core/call.js';
import { formatCursor } from '../core/cursor.js';
import { type CallView, rfc3339OrNull } from '../core/event.js';
import { ENDPOINTS, type Endpoint } from '../core/observation.js';
import { callView } from '../core/view.js';
import type { Position } from '../store/store.js';
import { type Audience, type Exposure, exposureOfCall, isCallEvent } from './audience.js';
import type { LogEntry } from './batch.js';

/** One entry of `GET /v1/sources` and of a snapshot's `sources`. */
export interface SourceEntry {
  readonly endpoint: Endpoint;
  readonly state: SourceStatus;
  readonly lastCompleteAt: string | null;
  readonly lastError: string | null;
}

interface HeldCall {
  readonly view: CallView;
  readonly exposure: Exposure;
  json: string | null;
}

/**
 * The calls that are alive and the state of the sources, folded from events on top of a state of the store.
 *
 * Guarantee: `calls` is what the log says up to the place it was folded to. Not guaranteed: that `sources` is not
 * newer than that; it is the freshest that was read, because between two events only it tells that somebody watches.
 */
export class TenantView {
  private readonly calls = new Map<string, HeldCall>();
  private readonly sources = new Map<Endpoint, SourceEntry>();

  constructor(private readonly tenant: string) {}

  replace(state: TenantState): void {
    this.calls.clear();
    for (const call of state.calls.values()) this.hold({ tenant: this.tenant, ...callView(call) });
    this.replaceSources(state);
  }

  replaceSources({ sources }: TenantState): void {
    for (const endpoint of ENDPOINTS) this.sources.set(endpoint, sourceEntry(endpoint, sources[endpoint]));
  }

  fold({ event }: LogEntry): void {
    switch (event.type) {
      case 'extension-registered':
      case 'extension-unregistered':
        return;
      case 'source-down':
      case 'source-up': {
        const { endpoint, state, reason, lastCompleteAt } = event.data;
        const lastError = event.type === 'source-down' ? reason : null;
        this.sources.set(endpoint, { endpoint, state, lastCompleteAt, lastError });
        return;
      }
      case 'call-ended':
        this.calls.delete(event.data.callId);
        return;
      default:
        if (isCallEvent(event)) this.hold(aliveView(event.data));
    }
  }

  call(callId: string, audience: Audience): string | null {
    const held = this.calls.get(callId);
    return held !== undefined && audience.seesCall(held.exposure) ? jsonOf(held) : null;
  }

  /** `[…]`: the calls that the audience may see, as JSON. */
  callsJson(audience: Audience): string {
    const visible: string[] = [];
    for (const held of this.calls.values()) if (audience.seesCall(held.exposure)) visible.push(jsonOf(held));
    return `[${visible.join(',')}]`;
  }

  sourcesJson(): string {
    return JSON.stringify([...this.sources.values()]);
  }

  /** What a client gets first: `{cursor, calls, sources}`. */
  snapshotJson(position: Position, audience: Audience): string {
    const cursor = formatCursor(position);
    return `{"cursor":"${cursor}","calls":${this.callsJson(audience)},"sources":${this.sourcesJson()}}`;
  }

  private hold(view: CallView): void {
    this.calls.set(view.callId, { view, exposure: exposureOfCall(view), json: null });
  }
}

/** What an event adds to the call's view (`offer`, how an offer ended, who had it before) is not part of its state. */
function aliveView(data: CallView): CallView {
  const view: { -readonly [Field in keyof CallView]: CallView[Field] } = { ...data, outcome: null };
  delete view.offer;
  delete view.transferredFrom;
  return view;
}

function jsonOf(held: HeldCall): string {
  return (held.json ??= JSON.stringify(held.view));
}

function sourceEntry(endpoint: Endpoint, source: SourceState): SourceEntry {
  return {
    endpoint,
    state: source.status,
    lastCompleteAt: rfc3339OrNull(source.lastComplete?.at ?? null),
    lastError: source.lastError,
  };
}
