import type { BridgeEvent, CallEventType, CallView } from './contract.js';
import { Listeners } from './listeners.js';

/** The calls that are alive, by `callId`, as a reader sees them. A call that has ended is no longer there. */
export interface LiveCalls extends ReadonlyMap<string, CallView> {
  /** The same calls as an array, which stays the same object until something changes. */
  readonly list: readonly CallView[];
  /** Runs after every change. Returns a function that stops it. */
  on(name: 'change', listener: () => unknown): () => void;
  /** The same, in the form that React's `useSyncExternalStore` and others take. */
  subscribe(listener: () => unknown): () => void;
}

/**
 * Folds snapshot and events into the map. Guarantee: folded up to a position of the log, it equals the bridge's own
 * snapshot of that position, as far as the token and the subscription show it.
 */
export class CallTable implements LiveCalls {
  private readonly calls = new Map<string, CallView>();
  private readonly listeners = new Listeners<{ change: () => unknown }>();
  private listed: readonly CallView[] | null = null;

  constructor(private readonly failed: (error: unknown) => void) {}

  replace(calls: readonly CallView[]): void {
    this.calls.clear();
    for (const call of calls) this.calls.set(call.callId, call);
    this.changed();
  }

  fold(event: BridgeEvent): void {
    if (!isCallEvent(event)) return;
    const { callId } = event.data;
    if (event.type !== 'call-ended') this.calls.set(callId, aliveView(event.data));
    else if (!this.calls.delete(callId)) return;
    this.changed();
  }

  get list(): readonly CallView[] {
    return (this.listed ??= [...this.calls.values()]);
  }

  on(name: 'change', listener: () => unknown): () => void {
    return this.listeners.add(name, listener);
  }

  readonly subscribe = (listener: () => unknown): (() => void) => this.on('change', listener);

  get size(): number {
    return this.calls.size;
  }

  get(callId: string): CallView | undefined {
    return this.calls.get(callId);
  }

  has(callId: string): boolean {
    return this.calls.has(callId);
  }

  keys() {
    return this.calls.keys();
  }

  values() {
    return this.calls.values();
  }

  entries() {
    return this.calls.entries();
  }

  [Symbol.iterator]() {
    return this.calls.entries();
  }

  forEach(each: (call: CallView, callId: string, calls: ReadonlyMap<string, CallView>) => void): void {
    for (const [callId, call] of this.calls) each(call, callId, this);
  }

  private changed(): void {
    this.listed = null;
    void this.listeners.emit('change', [], this.failed);
  }
}

/** Decides by the name and not by a list, so that a kind of call event that is new to this version is folded too. */
function isCallEvent(event: BridgeEvent): event is Extract<BridgeEvent, { type: CallEventType }> {
  return event.type.startsWith('call-');
}

/** What an event adds to the call's view (the offer, how it ended, who had it before) is not part of its state. */
function aliveView(data: CallView): CallView {
  const view: { -readonly [Field in keyof CallView]: CallView[Field] } = { ...data, outcome: null };
  delete view.offer;
  delete view.transferredFrom;
  return view;
}
