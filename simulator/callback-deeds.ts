import type { Claim, Item } from './callback-book.js';

/** What people do with call-backs, and what they must learn (`docs/callbacks.md`). */

export interface DeskAct {
  readonly at: number;
  readonly kind: 'callback-claim' | 'callback-release' | 'callback-dismiss' | 'callback-undo';
  readonly callback: string;
  readonly by: string;
  readonly why: string | null;
  /** What the person learnt. */
  readonly result: string;
}

const UNDO_MS = 600_000;

export const CHANGES = {
  'callback-claim': 'claimed',
  'callback-release': 'released',
  'callback-undo': 'reopened',
} as const;

/** What a person must learn, by the order of the commits. */
export function rightResult(
  { kind, by, why, at }: DeskAct,
  item: Item | undefined,
  open: Item | undefined,
): string {
  if (item === undefined) return 'unknown';
  const { done } = item;
  const claim: Claim | null = item.claim !== null && item.claim.until > at ? item.claim : null;
  if (kind === 'callback-undo') {
    if (done === null) return 'unchanged';
    if (done.reason !== 'dismissed') return 'done-already';
    return at - done.at > UNDO_MS || open !== undefined ? 'too-late' : 'written';
  }
  if (done !== null)
    return kind === 'callback-dismiss' && done.by === by && done.why === why ? 'unchanged' : 'done-already';
  if (claim !== null && claim.by !== by) return 'claimed-already';
  return kind === 'callback-release' && claim === null ? 'not-claimed' : 'written';
}
