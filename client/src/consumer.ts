import type { BridgeListeners, BridgeOptions } from './bridge.js';
import {
  type BridgeEvent,
  CALL_EVENT_TYPES,
  type Endpoint,
  type EventOf,
  type EventType,
  type ResetReason,
  type Snapshot,
  SOURCE_EVENT_TYPES,
  type SourceEntry,
  type SourceEventType,
} from './contract.js';
import { type CursorStore, memoryCursor } from './cursor-store.js';
import { Inbox } from './inbox.js';
import { CallTable, type LiveCalls } from './live-calls.js';
import { Listeners } from './listeners.js';
import { formatCursor, parseCursor, type Position } from './position.js';
import { RecentIds } from './recent-ids.js';

const DEDUPE = 1_000;
/** How many events may wait for slow listeners; beyond it they are dropped, and read from the log again. */
const MAX_WAITING = 10_000;

/** What a connection brings, in the order of the log. */
export type Arrival =
  | {
      readonly kind: 'snapshot';
      readonly snapshot: Snapshot;
      readonly position: Position | null;
      readonly missedFollow: boolean;
    }
  | { readonly kind: 'reset'; readonly reason: ResetReason }
  | { readonly kind: 'event'; readonly event: BridgeEvent; readonly position: Position };

/**
 * Takes what arrives, one after the other: folds it into the state, gives it to the listeners, saves the position.
 *
 *   handled     the listeners are done up to here: this is what is saved
 *   caught up   after a snapshot that came before missed events: those up to its sequence are delivered, and not folded. Without
 *               a reset sequences go on over every epoch, so they compare whatever epochs lie between
 */
export class Consumer {
  readonly listeners = new Listeners<BridgeListeners>();
  readonly sources = new Map<Endpoint, SourceEntry>();
  /** Null before the first snapshot, and after a reset. */
  handled: Position | null = null;
  private caughtUpAfter: number | null = null;
  private readonly inbox: Inbox<Arrival>;
  private readonly table = new CallTable((error) => this.failed(error));
  private readonly recent: RecentIds;
  private readonly store: CursorStore;
  private readonly types: readonly EventType[] | undefined;
  private readonly tracksCalls: boolean;

  constructor(
    { dedupe, cursorStore, subscribe }: BridgeOptions,
    /** Called after each change of the sources, once they are as new as the state. */
    private readonly sourcesChanged: () => void,
    overflowed: () => void,
  ) {
    const types = subscribe?.types;
    this.types = types;
    this.tracksCalls = types === undefined || CALL_EVENT_TYPES.every((type) => types.includes(type));
    this.recent = new RecentIds(dedupe ?? DEDUPE);
    this.store = cursorStore ?? memoryCursor();
    this.inbox = new Inbox((arrival) => this.consume(arrival), MAX_WAITING, overflowed);
  }

  get calls(): LiveCalls {
    if (this.tracksCalls) return this.table;
    throw new Error("there is no map of calls: subscribe.types leaves out a type that begins with 'call-'");
  }

  /** The saved position; null when there is none, or none that can be read. */
  async load(): Promise<Position | null> {
    try {
      const cursor = await this.store.load();
      this.handled = cursor === null ? null : parseCursor(cursor);
    } catch (error) {
      this.failed(error);
    }
    return this.handled;
  }

  arrived(arrival: Arrival): void {
    this.inbox.push(arrival);
  }

  /** Drops the arrivals that wait; the one being handled is finished. */
  drop(): void {
    this.inbox.clear();
  }

  idle(): Promise<void> {
    return this.inbox.idle();
  }

  async emit<Name extends keyof BridgeListeners>(
    name: Name,
    args: Parameters<BridgeListeners[Name]>,
    event: BridgeEvent | null = null,
  ): Promise<void> {
    await this.listeners.emit(name, args, (error) => this.failed(error, event));
  }

  private async consume(arrival: Arrival): Promise<void> {
    switch (arrival.kind) {
      case 'reset':
        this.handled = null;
        this.caughtUpAfter = null;
        if (this.tracksCalls) this.table.replace([]);
        return this.emit('reset', [{ reason: arrival.reason }]);
      case 'snapshot': {
        const { snapshot, position, missedFollow } = arrival;
        this.caughtUpAfter = missedFollow ? (position?.sequence ?? null) : null;
        this.sources.clear();
        for (const source of snapshot.sources) this.sources.set(source.endpoint, source);
        if (this.tracksCalls) this.table.replace(snapshot.calls);
        this.sourcesChanged();
        await this.emit('snapshot', [snapshot, { missedFollow }]);
        return missedFollow || position === null ? undefined : this.save(position);
      }
      case 'event': {
        const { event, position } = arrival;
        if (position.sequence > (this.caughtUpAfter ?? -1)) this.fold(event);
        if (this.recent.add(event.id) && (this.types?.includes(event.type) ?? true)) {
          await this.emit(event.type, [event] as never, event);
          await this.emit('event', [event], event);
        }
        return this.save(position);
      }
    }
  }

  private fold(event: BridgeEvent): void {
    if (this.tracksCalls) this.table.fold(event);
    if (!isOfSource(event)) return;
    const { endpoint, state, reason, lastCompleteAt } = event.data;
    const lastError = state === 'up' ? null : reason;
    const clockSkewMs = this.sources.get(endpoint)?.clockSkewMs ?? null;
    this.sources.set(endpoint, { endpoint, state, lastCompleteAt, lastError, clockSkewMs });
    this.sourcesChanged();
  }

  private async save(position: Position): Promise<void> {
    try {
      await this.store.save(formatCursor(position));
    } catch (error) {
      this.failed(error);
    }
    this.handled = position;
  }

  private failed(error: unknown, event: BridgeEvent | null = null): void {
    if (this.listeners.count('error') === 0) return raise(error);
    void this.listeners.emit('error', [error, event], raise);
  }
}

/** Ends a Node process that has no handler, before the cursor is saved, so that the event comes again. A page only reports the error. */
function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function isOfSource(event: BridgeEvent): event is EventOf<SourceEventType> {
  return (SOURCE_EVENT_TYPES as readonly string[]).includes(event.type);
}
