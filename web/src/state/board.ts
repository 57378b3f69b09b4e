import {
  type Bridge,
  type BridgeEvent,
  type BridgeStatus,
  type CallView,
  createBridge,
} from '@pitel-event-bridge/client';
import { batch, computed, effect, type Signal, signal } from '@preact/signals';
import { Agents, type AgentEntry } from '../data/agents.js';
import { type CallEvent, isCallEvent } from '../data/call-event.js';
import { CallEvents } from '../data/call-events.js';
import { type CallFilter, countCalls, listCalls, type LiveCounts } from '../data/call-list.js';
import { dayOf } from '../data/day.js';
import { extendFeed } from '../data/feed.js';
import { type Freshness, freshnessOf } from '../data/freshness.js';
import { endedSince, pastOf } from '../data/history.js';
import { type OverTime, overTime } from '../data/over-time.js';
import {
  DayRecords,
  recordOf,
  type QueueTotals,
  type Totals,
  totalsByQueue,
  totalsOf,
} from '../data/statistics.js';
import { type Waiting, waitingByQueue } from '../data/waiting.js';
import { BASE, refused, token } from './access.js';
import { currentTime, frozenAt, tick } from './clock.js';
import { confirm, confirmedAt, sources, watchContact } from './contact.js';
import { ignoreAbandoned, threshold } from './preferences.js';

/** How soon rows follow the events. A shorter time is not visible, and on a busy floor costs ten times as much. */
const ROWS_MS = 150;
/** What is counted over all calls. */
const COUNTS_MS = 250;
/** The agents' states: hundreds of rows. */
const AGENTS_MS = 1_000;
/** What is counted over the whole day. */
const DAY_MS = 2_000;

export type PastState = 'reading' | 'complete' | 'failed';

/**
 * Everything that the wallboard shows, from one bridge. Events are gathered and taken into the signals a few times a
 * second, so that the cost of a burst is that of its result.
 */
export class Board {
  readonly status = signal<BridgeStatus>({ state: 'connecting' });
  readonly rows = signal<readonly string[]>([]);
  readonly counts = signal<LiveCounts>({ all: 0, waiting: 0, ringing: 0, talking: 0 });
  readonly waiting = signal<readonly Waiting[]>([]);
  readonly agents = signal<readonly AgentEntry[]>([]);
  readonly feed = signal<readonly BridgeEvent[]>([]);
  readonly totals: Signal<Totals>;
  readonly byQueue = signal<readonly QueueTotals[]>([]);
  readonly overTime: Signal<OverTime>;
  readonly past = signal<PastState>('reading');
  readonly tenant = signal<string | null>(null);
  readonly filter = signal<CallFilter>({ phase: null, text: '' });
  /** Grows with every event of the call whose dialog is open. */
  readonly heard = signal(0);
  readonly freshness = computed<Freshness>(() =>
    freshnessOf({
      status: this.status.value,
      confirmedAt: confirmedAt.value,
      sources: sources.value,
      now: tick.value,
    }),
  );

  private readonly bridge: Bridge;
  private readonly calls = new Map<string, Signal<CallView>>();
  private readonly ended = new Map<string, CallView>();
  private readonly records = new DayRecords();
  private readonly known = new Agents();
  private readonly callEvents = new CallEvents();
  private readonly stops: (() => void)[] = [];
  private readonly closing = new AbortController();
  private arrived: BridgeEvent[] = [];
  private whole = false;
  private dayWanted = true;
  private timers = new Map<() => void, ReturnType<typeof setTimeout>>();
  private day = dayOf(currentTime());

  constructor() {
    this.totals = signal(totalsOf([], this.goal));
    this.overTime = signal(overTime([], this.goal, currentTime()));
    this.bridge = createBridge({ url: BASE, token: () => token.peek() ?? '' });
    const { bridge } = this;
    this.stops.push(
      watchContact(),
      bridge.on('status', (status) => this.statusChanged(status)),
      bridge.on('snapshot', () => {
        confirm();
        sources.value = [...bridge.sources.values()];
        this.whole = true;
        this.soon(this.takeRows, ROWS_MS);
        if (!this.dayWanted) return;
        this.dayWanted = false;
        void this.readDay();
      }),
      bridge.on('reset', () => {
        // The events that are not delivered any more may still be in the log.
        this.dayWanted = true;
      }),
      bridge.on('event', (event) => {
        this.arrived.push(event);
        this.soon(this.takeRows, ROWS_MS);
      }),
      effect(() => this.nextDay(tick.value)),
      effect(() => {
        void [threshold.value, ignoreAbandoned.value];
        this.soon(this.countDay, 0);
      }),
      effect(() => {
        void this.filter.value;
        this.soon(this.listRows, 0);
      }),
      effect(() => {
        const { state, asOf } = this.freshness.value;
        frozenAt.value = state === 'stale' ? asOf : null;
      }),
    );
  }

  call(callId: string): Signal<CallView> | undefined {
    return this.calls.get(callId);
  }

  /** Also for a call that has just ended. */
  viewOf(callId: string): CallView | undefined {
    return this.calls.get(callId)?.peek() ?? this.ended.get(callId);
  }

  eventsOf(callId: string): readonly CallEvent[] {
    return this.callEvents.of(callId);
  }

  /** Reads what happened to the call before this page was opened, once it is wanted. */
  async readPast(callId: string, signal: AbortSignal): Promise<void> {
    const view = this.viewOf(callId);
    if (view === undefined || this.eventsOf(callId).some(({ type }) => type === 'call-started')) return;
    const past = await pastOf(this.bridge, callId, Date.parse(view.startedAt), signal);
    this.callEvents.insert(callId, past);
    this.heard.value += 1;
  }

  readonly readDay = async (): Promise<void> => {
    this.past.value = 'reading';
    try {
      for await (const event of endedSince(this.bridge, this.day.from, this.closing.signal)) {
        if (!isCallEvent(event)) continue;
        this.note(event.data, true);
        this.known.saw(event.data, Date.parse(event.time));
        this.soon(this.countDay, COUNTS_MS);
      }
      this.past.value = 'complete';
    } catch {
      if (!this.closing.signal.aborted) this.past.value = 'failed';
    }
    this.soon(this.countDay, 0);
    this.soon(this.listAgents, 0);
  };

  close(): void {
    this.closing.abort();
    for (const stop of this.stops) stop();
    for (const timer of this.timers.values()) clearTimeout(timer);
    frozenAt.value = null;
    confirmedAt.value = null;
    sources.value = [];
    void this.bridge.close();
  }

  private get goal() {
    return { thresholdMs: threshold.value * 1000, ignoreAbandonedMs: ignoreAbandoned.value * 1000 };
  }

  private statusChanged(status: BridgeStatus): void {
    if (status.state === 'refused' && refused(status.code)) return;
    if (status.state === 'live' && this.past.peek() === 'failed') void this.readDay();
    this.status.value = status;
  }

  /** Takes what has arrived into what is shown. */
  private readonly takeRows = (): void => {
    const { arrived, whole } = this;
    this.arrived = [];
    this.whole = false;
    const touched = new Set<string>();
    for (const event of arrived) {
      if (!isCallEvent(event)) {
        this.takeOther(event);
        continue;
      }
      const { data } = event;
      touched.add(data.callId);
      this.callEvents.note(event);
      this.note(data, event.type === 'call-ended');
      this.known.saw(data, Date.parse(event.time));
      if (event.type === 'call-ended') this.remember(data);
    }
    batch(() => {
      if (whole) for (const callId of [...this.calls.keys(), ...this.bridge.calls.keys()]) this.show(callId);
      else for (const callId of touched) this.show(callId);
      if (arrived.length > 0) {
        confirm();
        this.feed.value = extendFeed(this.feed.peek(), arrived);
        this.heard.value += 1;
      }
      this.listRows();
    });
    this.tenant.value ??= (arrived[0]?.data ?? this.bridge.calls.list[0])?.tenant ?? null;
    this.soon(this.count, whole ? 0 : COUNTS_MS);
    this.soon(this.listAgents, whole ? 0 : AGENTS_MS);
    this.soon(this.countDay, whole ? 0 : DAY_MS);
  };

  private takeOther(event: BridgeEvent): void {
    if (event.type === 'extension-registered' || event.type === 'extension-unregistered') {
      this.known.registration(event.data, Date.parse(event.time));
    } else if (event.type.startsWith('source-')) {
      sources.value = [...this.bridge.sources.values()];
    }
  }

  private show(callId: string): void {
    const view = this.bridge.calls.get(callId);
    const row = this.calls.get(callId);
    if (view === undefined) {
      this.calls.delete(callId);
      return;
    }
    if (row === undefined) {
      this.calls.set(callId, signal(view));
      // From a snapshot: no event has announced it.
      this.note(view, false);
      this.known.saw(view, currentTime());
    } else row.value = view;
  }

  private remember(view: CallView): void {
    this.ended.set(view.callId, view);
    if (this.ended.size > MAX_ENDED) this.ended.delete(this.ended.keys().next().value!);
  }

  private note(view: CallView, isEnding: boolean): void {
    const record = recordOf(view, isEnding);
    if (record !== null) this.records.note(view.callId, record);
  }

  private readonly listRows = (): void => {
    // Of what is shown, not of the bridge's map, which is already further: a row must not be there before its call.
    const calls = Array.from(this.calls.values(), (call) => call.peek());
    const rows = listCalls(calls, this.filter.peek());
    const shown = this.rows.peek();
    if (rows.length !== shown.length || rows.some((callId, place) => callId !== shown[place]))
      this.rows.value = rows;
  };

  private readonly count = (): void => {
    const { list } = this.bridge.calls;
    batch(() => {
      this.counts.value = countCalls(list);
      this.waiting.value = waitingByQueue(list);
    });
  };

  private readonly listAgents = (): void => {
    this.agents.value = this.known.list(this.bridge.calls.list, this.day);
  };

  private readonly countDay = (): void => {
    const records = this.records.in(this.day);
    batch(() => {
      this.totals.value = totalsOf(records, this.goal);
      this.byQueue.value = totalsByQueue(records, this.goal);
      this.overTime.value = overTime(records, this.goal, currentTime());
    });
  };

  private nextDay(now: number): void {
    if (now < this.day.to && now >= this.day.from) return;
    this.day = dayOf(now);
    this.records.keepOnly(this.day);
    this.known.keepOnly(this.day);
    this.soon(this.countDay, 0);
  }

  /** Once, however often it is asked for until then; 0 does not wait for what was asked for later. */
  private soon(task: () => void, ms: number): void {
    const waiting = this.timers.get(task);
    if ((waiting !== undefined && ms > 0) || this.closing.signal.aborted) return;
    clearTimeout(waiting);
    const run = () => {
      this.timers.delete(task);
      task();
    };
    this.timers.set(task, setTimeout(run, ms));
  }
}

/** As many as the feed can name. */
const MAX_ENDED = 500;
