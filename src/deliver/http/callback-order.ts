import type { CallbackEntry } from './callback-entry.js';

/**
 * In which order call-backs are listed, and where a page of them ends.
 *
 * `waiting`: who has waited longest since they were missed first. `newest`: who was missed last; of closed ones, which was
 * closed last. `missed`: who was missed most often. `tried`: who was tried least often. Those that are alike are in the order of
 * `waiting`, and of their ids.
 */
export const CALLBACK_ORDERS = ['waiting', 'newest', 'missed', 'tried'] as const;
export type CallbackOrder = (typeof CALLBACK_ORDERS)[number];

/** What an entry is sorted by, least first, and its id. */
export interface CallbackPosition {
  readonly order: CallbackOrder;
  readonly by: number;
  readonly firstAt: number;
  readonly id: string;
}

export function positionOf(entry: CallbackEntry, order: CallbackOrder): CallbackPosition {
  const firstAt = Date.parse(entry.firstAt);
  return { order, by: BY[order](entry), firstAt, id: entry.id };
}

const BY: Readonly<Record<CallbackOrder, (entry: CallbackEntry) => number>> = {
  waiting: ({ firstAt }) => Date.parse(firstAt),
  newest: ({ done, lastAt }) => -Date.parse(done?.at ?? lastAt),
  missed: ({ missed }) => -missed,
  tried: ({ tried }) => tried,
};

export function compare(a: CallbackPosition, b: CallbackPosition): number {
  return a.by - b.by || a.firstAt - b.firstAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * A place in a list as text, for `after`. A page goes on behind it whether its entry is still there or not; an entry that has
 * changed its place meanwhile may come twice, or not at all.
 */
export function formatPosition({ order, by, firstAt, id }: CallbackPosition): string {
  return `${order}.${by}.${firstAt}.${Buffer.from(id).toString('base64url')}`;
}

/** Null: the text is not of this form. */
export function parsePosition(text: string): CallbackPosition | null {
  const [, order, by, firstAt, id] = FORM.exec(text) ?? [];
  if (id === undefined) return null;
  const position = {
    order: order as CallbackOrder,
    by: Number(by),
    firstAt: Number(firstAt),
    id: Buffer.from(id, 'base64url').toString(),
  };
  // Another spelling of it would be another text for the same place.
  return formatPosition(position) === text ? position : null;
}

const FORM = new RegExp(
  String.raw`^(${CALLBACK_ORDERS.join('|')})\.(0|-?[1-9]\d{0,15})\.(0|[1-9]\d{0,15})\.([\w-]{1,400})$`,
);
