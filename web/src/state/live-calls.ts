import type { Bridge, BridgeEvent, CallView } from '@pitel-event-bridge/client';
import { batch, type Signal, signal } from '@preact/signals';
import { showsCall } from '../data/board-address.js';
import { type CallEvent, isCallEvent } from '../data/call-event.js';
import { CallEvents } from '../data/call-events.js';
import { type CallFilter, countCalls, listCalls, type LiveCounts } from '../data/call-list.js';
import { pastOf } from '../data/history.js';
import { ADDRESS } from './address.js';

/** As many ended calls as the feed can name. */
const MAX_ENDED = 500;

/** The calls of the board that are alive, those that have just ended, and the events of each. */
export class LiveCalls {
  readonly rows = signal<readonly string[]>([]);
  readonly counts = signal<LiveCounts>({ all: 0, waiting: 0, ringing: 0, talking: 0 });
  readonly filter = signal<CallFilter>({ phase: null, text: '' });
  /** Grows with every event of the call whose dialog is open. */
  readonly heard = signal(0);
  private readonly calls = new Map<string, Signal<CallView>>();
  private readonly ended = new Map<string, CallView>();
  private readonly events = new CallEvents();

  constructor(private readonly bridge: Pick<Bridge, 'calls' | 'history'>) {}

  call(callId: string): Signal<CallView> | undefined {
    return this.calls.get(callId);
  }

  /** Also for a call that has just ended. */
  viewOf(callId: string): CallView | undefined {
    return this.calls.get(callId)?.peek() ?? this.ended.get(callId);
  }

  eventsOf(callId: string): readonly CallEvent[] {
    return this.events.of(callId);
  }

  /** Reads what happened to the call before this page was opened, once it is wanted. */
  async readPast(callId: string, signal: AbortSignal): Promise<void> {
    const view = this.viewOf(callId);
    if (view === undefined || this.eventsOf(callId).some(({ type }) => type === 'call-started')) return;
    const past = await pastOf(this.bridge, callId, Date.parse(view.startedAt), signal);
    this.events.insert(callId, past);
    this.heard.value += 1;
  }

  /** @param whole everything may have changed, not only the calls of these events */
  take(arrived: readonly BridgeEvent[], whole: boolean): void {
    const touched = new Set<string>();
    for (const event of arrived) {
      if (!isCallEvent(event)) continue;
      touched.add(event.data.callId);
      this.events.note(event);
      if (event.type === 'call-ended') this.remember(event.data);
    }
    batch(() => {
      const shown = whole ? new Set([...this.calls.keys(), ...this.bridge.calls.keys()]) : touched;
      for (const callId of shown) this.show(callId);
      if (touched.size > 0) this.heard.value += 1;
      this.list();
    });
  }

  readonly list = (): void => {
    // Of what is shown, not of the bridge's map, which is already further: a row must not be there before its call.
    const rows = listCalls(this.shown(), this.filter.peek());
    const before = this.rows.peek();
    if (rows.length !== before.length || rows.some((callId, place) => callId !== before[place]))
      this.rows.value = rows;
  };

  readonly count = (): void => {
    const counts = countCalls(this.shown());
    const before = this.counts.peek();
    if (JSON.stringify(counts) !== JSON.stringify(before)) this.counts.value = counts;
  };

  private shown(): readonly CallView[] {
    return Array.from(this.calls.values(), (call) => call.peek());
  }

  private show(callId: string): void {
    const view = this.bridge.calls.get(callId);
    const row = this.calls.get(callId);
    // A call may come to the board later, when an extension of it rings.
    if (view === undefined || (row === undefined && !showsCall(ADDRESS, view))) this.calls.delete(callId);
    else if (row === undefined) this.calls.set(callId, signal(view));
    else row.value = view;
  }

  private remember(view: CallView): void {
    this.ended.set(view.callId, view);
    if (this.ended.size > MAX_ENDED) this.ended.delete(this.ended.keys().next().value!);
  }
}
