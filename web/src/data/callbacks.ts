import type {
  BridgeEvent,
  CallbackChange,
  CallbackEventType,
  CallbackReason,
  CallbackView,
  Queue,
} from '@pitel-event-bridge/client';
import type { Claims } from './claims.js';

/** An entry of `GET /v1/callbacks`: the item as its events show it, what became of it, and who did what. */
export interface CallbackEntry extends CallbackView {
  readonly state: 'open' | 'done';
  /** Null while it is open. */
  readonly done: CallbackEnd | null;
  /** Oldest first. */
  readonly deeds: readonly Deed[];
}

export interface CallbackEnd {
  readonly reason: CallbackReason;
  readonly at: string;
  readonly by: string | null;
  /** Of a dismissal; null also where only the event has said that it was dismissed. */
  readonly why: DismissalReason | null;
  readonly probable: boolean;
  /** The conversation that closed it; null: none, or not for this token. */
  readonly callId: string | null;
}

export interface Deed {
  readonly what: 'missed' | CallbackChange | CallbackReason;
  readonly at: string;
  /** Null: no person. */
  readonly by: string | null;
}

export const DISMISSAL_REASONS = ['called-elsewhere', 'not-needed', 'wrong-number'] as const;
export type DismissalReason = (typeof DISMISSAL_REASONS)[number];

/** The orders of the list, as the bridge has them. */
export const CALLBACK_ORDERS = ['waiting', 'newest', 'missed', 'tried'] as const;
export type CallbackOrder = (typeof CALLBACK_ORDERS)[number];

const BY: Readonly<Record<CallbackOrder, (entry: CallbackEntry) => number>> = {
  waiting: ({ firstAt }) => Date.parse(firstAt),
  newest: ({ done, lastAt }) => -Date.parse(done?.at ?? lastAt),
  missed: ({ missed }) => -missed,
  tried: ({ tried }) => tried,
};

/** In the order of the bridge's own list. @param queue the id of the one that missed them; null: of all */
export function listed(
  entries: Iterable<CallbackEntry>,
  { order, queue }: { readonly order: CallbackOrder; readonly queue: string | null },
): readonly CallbackEntry[] {
  const by = BY[order];
  return [...entries]
    .filter(({ queues }) => queue === null || queues.some(({ id }) => id === queue))
    .sort((a, b) => by(a) - by(b) || BY.waiting(a) - BY.waiting(b) || (a.id < b.id ? -1 : 1));
}

/** The queues that missed any of them, by name. */
export function queuesOf(entries: Iterable<CallbackEntry>): readonly Queue[] {
  const all = new Map([...entries].flatMap(({ queues }) => queues).map((queue) => [queue.id, queue]));
  return [...all.values()].sort((a, b) => a.name.localeCompare(b.name));
}

export type CallbackEvent = Extract<BridgeEvent, { type: CallbackEventType }>;

/**
 * The entry after an event, which has the whole item, but not who did what before: that is kept from what was known.
 *
 * @param known undefined where the item is new here
 */
export function afterEvent(known: CallbackEntry | undefined, { time, data }: CallbackEvent): CallbackEntry {
  const { callback, change, reason, by = null, probable = false } = data;
  const deed: Deed = { what: reason ?? change ?? 'missed', at: time, by };
  const isKnown = known?.deeds.some(({ what, at }) => what === deed.what && at === deed.at) === true;
  return {
    ...callback,
    state: reason === undefined ? 'open' : 'done',
    done: reason === undefined ? null : { reason, at: time, by, why: null, probable, callId: null },
    deeds: isKnown ? known.deeds : [...(known?.deeds ?? []), deed].slice(-DEEDS_KEPT),
  };
}

/** As the bridge keeps them. */
const DEEDS_KEPT = 20;

/** Whether a dismissal can still be undone. @param now in ms since the epoch */
export function mayUndo({ done }: CallbackEntry, now: number): boolean {
  return done?.reason === 'dismissed' && now - Date.parse(done.at) < UNDO_MS;
}

const UNDO_MS = 10 * 60_000;

/** Why a token changes nothing here; null: it may, as far as it can be read here. */
export type ReadOnly = 'display' | 'not-granted' | 'no-sub';

export function readOnlyOf({ tenant, callbacks, display, sub }: Claims): ReadOnly | null {
  // An identity provider may call its claims otherwise: then the bridge says it.
  if (tenant === null) return null;
  if (display) return 'display';
  if (!callbacks) return 'not-granted';
  return sub === null ? 'no-sub' : null;
}

/** Whether the token is shown any call-back: one of extensions alone is shown none. */
export function showsCallbacks({ extensions, queues }: Claims): boolean {
  return extensions === null || queues !== null;
}
