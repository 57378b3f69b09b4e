import type { Transition } from '../model/event.js';
import type { Instant } from '../model/observation.js';
import { doneTransition, happenedAt, updatedTransition } from './callback-events.js';
import type { Callback, DismissalReason } from './callback.js';
import { claimed, closed, released, reopened } from './callback-steps.js';

/** What a person asks of a call-back, through the tenant's inbox. */
export interface CallbackRequest {
  /** `<kind>/<callback>/<what sets it apart>`. */
  readonly id: string;
  readonly kind: CallbackRequestKind;
  readonly callback: string;
  /** `sub` of the token. */
  readonly by: string;
  /** Only of a dismissal. */
  readonly why: DismissalReason | null;
  /** Ids of the queues whose calls the person answers for; null: for all, also those without a queue. */
  readonly within: readonly string[] | null;
  readonly at: Instant;
}

export const CALLBACK_REQUEST_KINDS = [
  'callback-claim',
  'callback-release',
  'callback-dismiss',
  'callback-undo',
] as const;
export type CallbackRequestKind = (typeof CALLBACK_REQUEST_KINDS)[number];

/**
 * What the person learns beside `written`. `unchanged`: it is as they want it already. `done-already`: it was closed otherwise
 * before; `claimed-already`: by somebody else; `not-claimed`: there is nothing of theirs to release; `too-late`: to undo, or
 * another call-back of the customer is open by now; `not-theirs`: other queues, or calls of no queue, have missed the customer too;
 * `unknown`: there is no such call-back.
 */
export type CallbackResult =
  | 'written'
  | 'unchanged'
  | 'done-already'
  | 'claimed-already'
  | 'not-claimed'
  | 'too-late'
  | 'not-theirs'
  | 'unknown';

export interface AnsweredCallback {
  readonly result: CallbackResult;
  /** As it is now; null where nothing has changed. */
  readonly callback: Callback | null;
  readonly transition: Transition | null;
}

/** "I am on it" holds for so long, and so long a dismissal can be undone. */
const CLAIM_MS = 600_000;
const UNDO_MS = 600_000;

/**
 * Carries a request out, in the order in which the owner's commits take them: the later of two people gets what happened.
 *
 * @param item undefined: there is none
 * @param openId the customer's open item
 * @param at when it is answered
 */
export function answered(
  { kind, by, why, within }: CallbackRequest,
  item: Callback | undefined,
  openId: string | null,
  at: Instant,
): AnsweredCallback {
  if (item === undefined) return nothing('unknown');
  const { done } = item;
  const holder = item.claim !== null && item.claim.until > at ? item.claim.by : null;
  const closes = kind === 'callback-dismiss' || kind === 'callback-undo';
  if (
    closes &&
    within !== null &&
    !item.parts.every(({ queue }) => queue !== null && within.includes(queue.id))
  )
    return nothing('not-theirs');
  if (kind === 'callback-undo') {
    if (done === null) return nothing('unchanged');
    if (done.reason !== 'dismissed') return nothing('done-already');
    if (at - done.at > UNDO_MS || openId !== null) return nothing('too-late');
    return updated(reopened(item, by, at), 'reopened', at, by);
  }
  if (done !== null) {
    const isSame = kind === 'callback-dismiss' && done.by === by && done.why === why;
    return nothing(isSame ? 'unchanged' : 'done-already');
  }
  if (holder !== null && holder !== by) return nothing('claimed-already');
  switch (kind) {
    case 'callback-claim':
      return updated(claimed(item, by, at, at + CLAIM_MS), 'claimed', at, by);
    case 'callback-release':
      return holder === null ? nothing('not-claimed') : updated(released(item, at, by), 'released', at, by);
    case 'callback-dismiss': {
      const end = { reason: 'dismissed', at, probable: false, callId: null, by, why } as const;
      const over = closed(item, end);
      return { result: 'written', callback: over, transition: doneTransition(over, end, happenedAt(at)) };
    }
  }
}

function nothing(result: CallbackResult): AnsweredCallback {
  return { result, callback: null, transition: null };
}

function updated(
  callback: Callback,
  change: 'claimed' | 'released' | 'reopened',
  at: Instant,
  by: string,
): AnsweredCallback {
  return { result: 'written', callback, transition: updatedTransition(callback, change, happenedAt(at), by) };
}
