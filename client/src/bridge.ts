import type {
  BridgeEvent,
  Endpoint,
  EventOf,
  EventType,
  ResetReason,
  Snapshot,
  SourceEntry,
} from './contract.js';
import type { CursorStore } from './cursor-store.js';
import type { HistoryOptions } from './history.js';
import type { LiveCalls } from './live-calls.js';
import type { BridgeStatus } from './status.js';
import type { Subscription } from './subscription.js';
import type { TokenOption } from './token-keeper.js';
import type { TokenUrl } from './token-url.js';

export interface BridgeOptions {
  /** The bridge's address, with the path it lies under if there is one: `https://pbx.example/bridge`. */
  readonly url: string;
  /** A token, or a callback that gets one before each connection and ahead of each expiry. Left out where the bridge asks for none. */
  readonly token?: TokenOption;
  /**
   * Instead of `token`: the address of the page's own back end that answers a POST with a token, as text or as
   * `{"token": "…"}`. What else it answers with is named in `status.problem`.
   */
  readonly tokenUrl?: string | TokenUrl;
  /** Where the position in the log is kept; in memory when not given. */
  readonly cursorStore?: CursorStore;
  readonly subscribe?: Subscription;
  /** How many of the newest event ids are remembered to drop what is announced twice: 1,000 when not given. */
  readonly dedupe?: number;
}

type EventListeners = { readonly [Type in EventType]: (event: EventOf<Type>) => unknown };

/** Listeners may return a promise; the next event waits for it. */
export interface BridgeListeners extends EventListeners {
  /** Every event, after the listeners of its own type. */
  readonly event: (event: BridgeEvent) => unknown;
  readonly status: (status: BridgeStatus) => unknown;
  /** The whole state has arrived. `missedFollow`: events from before it are still to be delivered. */
  readonly snapshot: (snapshot: Snapshot, about: { readonly missedFollow: boolean }) => unknown;
  /** The log no longer holds what happened since the cursor; a snapshot follows. */
  readonly reset: (reset: { readonly reason: ResetReason }) => unknown;
  /** A listener or the cursor store failed. Without a listener here, the error is thrown as an uncaught one. */
  readonly error: (error: unknown, event: BridgeEvent | null) => unknown;
}

/**
 * A client of the bridge.
 *
 * Guarantees: every event after the cursor that the token and the subscription show is given to the listeners exactly
 * once and in order, across drops, restarts of the bridge and of the network, as long as the log still holds it; `reset`
 * says when it does not. The cursor is saved after the listeners have run (and their promises are done), so a crash
 * repeats an event and never loses one. `calls` is folded before the listeners run.
 *
 * Not guaranteed: exactly once across a crash or a page load between listener and save, where the event comes again
 * (with the same `id`); and that `calls` is no newer than the event in hand: after a page load or a long absence the map
 * is at once what it is now, while what was missed is still being delivered.
 */
export interface Bridge {
  /** Returns a function that stops it. */
  on<Name extends keyof BridgeListeners>(name: Name, listener: BridgeListeners[Name]): () => void;
  readonly status: BridgeStatus;
  /** The calls that are alive. */
  readonly calls: LiveCalls;
  /** What the bridge says about the PBX's endpoints. */
  readonly sources: ReadonlyMap<Endpoint, SourceEntry>;
  /** The position in the log up to which everything has been handled; null before the first snapshot. */
  readonly cursor: string | null;
  /**
   * The past: what the log holds from an instant up to the present, for example for a page's numbers of today. Listeners
   * and cursor take no part in it; it has its own filter and is not narrowed by the subscription.
   */
  history(options: HistoryOptions): AsyncIterable<BridgeEvent>;
  /** Ends the client for good. Resolves when the listener that is running has finished and its event's cursor is saved. */
  close(): Promise<void>;
}
