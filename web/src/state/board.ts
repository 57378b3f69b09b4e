import { type Bridge, type BridgeEvent, type BridgeStatus, createBridge } from '@pitel-event-bridge/client';
import { computed, effect, signal } from '@preact/signals';
import { type AgentEntry, Agents } from '../data/agents.js';
import { showsCall, showsExtension } from '../data/board-address.js';
import { isCallEvent } from '../data/call-event.js';
import { extendFeed } from '../data/feed.js';
import { type Freshness, freshnessOf, queuesAsOf } from '../data/freshness.js';
import { BASE, refused, token } from './access.js';
import { ADDRESS } from './address.js';
import { Alarms } from './alarms.js';
import { chime } from './chime.js';
import { currentTime, frozenAt, queuesFrozenAt, tick } from './clock.js';
import { confirm, confirmedAt, sources, watchContact } from './contact.js';
import { Desk } from './desk.js';
import { LiveCalls } from './live-calls.js';

/** How soon rows follow the events. A shorter time is not visible, and on a busy floor costs ten times as much. */
const ROWS_MS = 150;
/** What is counted over all calls. */
const COUNTS_MS = 250;
/** The agents' states: hundreds of rows. */
const AGENTS_MS = 1_000;

/**
 * Everything that the wallboard shows, from one bridge: the numbers as the service counts them (`Desk`), and the live calls and
 * events. Events are gathered and taken into the signals a few times a second, so that the cost of a burst is that of its result.
 */
export class Board {
  readonly status = signal<BridgeStatus>({ state: 'connecting' });
  readonly agents = signal<readonly AgentEntry[]>([]);
  readonly feed = signal<readonly BridgeEvent[]>([]);
  readonly tenant = signal<string | null>(null);
  readonly desk = new Desk();
  readonly alarms = new Alarms(this.desk, chime);
  readonly live: LiveCalls;
  readonly freshness = computed<Freshness>(() =>
    freshnessOf({
      status: this.status.value,
      confirmedAt: confirmedAt.value,
      sources: sources.value,
      openedAt: this.openedAt,
      now: tick.value,
    }),
  );

  /** The same as long as it is: what reads it renders only on a change. */
  readonly standing = computed(() => {
    const { state, reason } = this.freshness.value;
    return reason === 'queue-away' ? 'queues-stale' : state;
  });

  /** What the bridge says before it has seen the PBX are no zeros. */
  readonly isKnown = computed(() => {
    const { state, reason, asOf } = this.freshness.value;
    return state !== 'connecting' && (asOf !== null || reason === 'queue-away');
  });

  private readonly bridge: Bridge;
  private readonly known = new Agents();
  private readonly stops: (() => void)[] = [];
  private readonly openedAt = currentTime();
  private arrived: BridgeEvent[] = [];
  private whole = false;
  private hasSnapshot = false;
  private closed = false;
  private readonly timers = new Map<() => void, ReturnType<typeof setTimeout>>();

  constructor() {
    this.bridge = createBridge({ url: BASE, token: () => token.peek() ?? '' });
    const { bridge } = this;
    this.live = new LiveCalls(bridge);
    this.stops.push(
      watchContact(),
      bridge.on('status', (status) => {
        if (status.state !== 'refused' || !refused(status.code)) this.status.value = status;
      }),
      bridge.on('snapshot', () => {
        confirm();
        sources.value = [...bridge.sources.values()];
        this.whole = true;
        this.desk.changed('queues', 'day', 'agents', 'callbacks');
        this.soon(this.take, ROWS_MS);
      }),
      bridge.on('event', (event) => {
        this.arrived.push(event);
        this.soon(this.take, ROWS_MS);
      }),
      effect(() => {
        void this.live.filter.value;
        this.soon(this.live.list, 0);
      }),
      effect(() => {
        void this.desk.agents.value;
        this.soon(this.listAgents, 0);
      }),
      effect(() => {
        // While calls and agents are current, their timers go on.
        frozenAt.value = this.standing.value === 'stale' ? this.freshness.value.asOf : null;
        queuesFrozenAt.value = queuesAsOf(this.freshness.value, sources.value);
      }),
      () => this.alarms.close(),
      () => this.desk.close(),
    );
  }

  /** What the dialog of a call reads. */
  get heard() {
    return this.live.heard;
  }

  viewOf(callId: string) {
    return this.live.viewOf(callId);
  }

  eventsOf(callId: string) {
    return this.live.eventsOf(callId);
  }

  readPast(callId: string, signal: AbortSignal): Promise<void> {
    return this.live.readPast(callId, signal);
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stops) stop();
    for (const timer of this.timers.values()) clearTimeout(timer);
    frozenAt.value = null;
    queuesFrozenAt.value = null;
    confirmedAt.value = null;
    sources.value = [];
    void this.bridge.close();
  }

  /** Takes what has arrived into what is shown. */
  private readonly take = (): void => {
    const { arrived, whole } = this;
    this.arrived = [];
    this.whole = false;
    for (const event of arrived) this.follow(event);
    this.live.take(arrived, whole);
    this.hasSnapshot ||= whole;
    if (arrived.length > 0) {
      confirm();
      this.feed.value = extendFeed(this.feed.peek(), arrived.filter(isOfBoard));
    }
    this.tenant.value ??= (arrived[0]?.data ?? this.bridge.calls.list[0])?.tenant ?? null;
    this.soon(this.live.count, whole ? 0 : COUNTS_MS);
    this.soon(this.listAgents, whole ? 0 : AGENTS_MS);
  };

  private follow(event: BridgeEvent): void {
    const { type } = event;
    if (isCallEvent(event)) {
      this.desk.changed('queues');
      if (type === 'call-ended' || type === 'call-offer-ended') this.desk.changed('day', 'agents');
    } else if (type === 'extension-registered' || type === 'extension-unregistered') {
      this.known.registration(event.data.extension, event.data.registered);
    } else if (type.startsWith('source-')) {
      sources.value = [...this.bridge.sources.values()];
      this.desk.changed('agents');
    } else if (type.startsWith('callback-')) this.desk.changed('callbacks');
    else if (type.startsWith('queue-threshold-')) this.desk.changed('queues');
  }

  private readonly listAgents = (): void => {
    const { value, at } = this.desk.agents.peek();
    // Before the snapshot every agent would seem to be idle, and to begin a call with it.
    if (value === null || at === null || !this.hasSnapshot) return;
    this.agents.value = this.known
      .list(value, at, this.bridge.calls.list, currentTime())
      .filter(({ extension }) => showsExtension(ADDRESS, extension));
  };

  /** Once, however often it is asked for until then; 0 does not wait for what was asked for later. */
  private soon(task: () => void, ms: number): void {
    const waiting = this.timers.get(task);
    if ((waiting !== undefined && ms > 0) || this.closed) return;
    clearTimeout(waiting);
    const run = () => {
      this.timers.delete(task);
      task();
    };
    this.timers.set(task, setTimeout(run, ms));
  }
}

function isOfBoard(event: BridgeEvent): boolean {
  return !isCallEvent(event) || showsCall(ADDRESS, event.data);
}
