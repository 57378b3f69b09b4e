import { createHash } from 'node:crypto';
import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { waitAfter } from '../../base/backoff.js';
import { type Clock, pause } from '../../base/clock.js';
import { token } from '../../base/inject.js';
import type { DismissalReason } from '../../core/callbacks/callback.js';
import type { CallbackRequest, CallbackRequestKind } from '../../core/callbacks/callback-request.js';
import type { RequestResult } from '../../core/requests.js';
import type { Asked, Inbox } from '../../store/inbox.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import type { Holder } from '../access/token.js';
import type { CallbackEntry } from './callback-entry.js';
import { CallbackList, isNarrowed } from './callback-list.js';
import { DELIVER_CLOCK } from './log-query.js';
import { Problem } from './problem.filter.js';
import { readWithin } from './store-read.js';

/** What people ask of tenants' owners. */
export const INBOX = token<Pick<Inbox, 'ask'>>('INBOX');

export type CallbackDeed = 'claim' | 'release' | 'dismiss' | 'undo';

export interface DeedDone {
  /** `unchanged`: it was so already. */
  readonly result: 'written' | 'unchanged';
  readonly callback: CallbackEntry;
}

/**
 * What people do to call-backs, written by the tenant's polling owner, whichever replica they ask.
 *
 * Asking again does no harm: while a request waits it is the same one, and after that the owner finds that it is so already.
 * Rejects with a `Problem` that says why nothing was written: 403, 404, 409 with the call-back as it is, or 503 where nothing is
 * known yet.
 */
@Injectable()
export class CallbackRequests {
  constructor(
    @Inject(CallbackList) private readonly list: CallbackList,
    @Inject(INBOX) private readonly inbox: Pick<Inbox, 'ask'>,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(DELIVER_OPTIONS) private readonly options: Pick<ResolvedOptions, 'storeTimeoutMs'>,
  ) {}

  /**
   * @param why of a dismissal
   * @param gone aborts the wait when the client has gone; what was asked may happen all the same
   */
  async ask(
    holder: Holder,
    deed: CallbackDeed,
    id: string,
    why: DismissalReason | null,
    gone: AbortSignal,
  ): Promise<DeedDone> {
    const by = personOf(holder);
    const found = await this.list.one(holder, id);
    if (found === null) throw noSuch();
    const { item } = found.of;
    const at = this.clock.now();
    const request: CallbackRequest = {
      id: requestId(`callback-${deed}`, id, [item.events, Math.floor(at / SAME_MS)], [by, why]),
      kind: `callback-${deed}`,
      callback: id,
      by,
      why,
      within: isNarrowed(holder) ? found.entry.parts.flatMap(({ queue }) => queue?.id ?? []) : null,
      at,
    };
    const result = await this.#answerTo(holder.tenant, request, gone);
    const now = await this.list.one(holder, id);
    if (now === null) throw noSuch();
    if (result === 'written' || result === 'unchanged') return { result, callback: now.entry };
    // It is free, which is what a release is for.
    if (result === 'not-claimed') return { result: 'unchanged', callback: now.entry };
    throw problemOf(result, now.entry);
  }

  /** Asks, and asks again what became of it, since a hint that it was answered could be missed. */
  async #answerTo(tenant: string, request: CallbackRequest, gone: AbortSignal): Promise<RequestResult> {
    const end = this.clock.monotonic() + ANSWER_MS;
    for (let tries = 0; ; tries += 1) {
      const asked = await readWithin(
        this.clock,
        this.options.storeTimeoutMs,
        'the inbox of the tenant',
        this.inbox.ask(tenant, request),
      );
      if (asked.status === 'answered') return asked.result as RequestResult;
      if (asked.status !== 'waiting') throw notTaken(asked.status);
      if (gone.aborted || this.clock.monotonic() >= end) throw notAnswered();
      await pause(this.clock, waitAfter(tries, AGAIN));
    }
  }
}

/** @throws Problem where the token may do nothing to call-backs, or does not say whose it is */
function personOf({ callbacks, sub }: Holder): string {
  if (!callbacks)
    throw new Problem(
      HttpStatus.FORBIDDEN,
      'callbacks-not-granted',
      'this token changes no call-back: that needs the claim callbacks: true, in a token that is no display’s',
    );
  if (sub === null || Buffer.byteLength(sub) > SUB_BYTES)
    throw new Problem(
      HttpStatus.FORBIDDEN,
      'sub-required',
      `who does this is noted: the token must have a sub, of at most ${SUB_BYTES} bytes`,
    );
  return sub;
}

/**
 * The same for the same wish about the same state of the item, within a minute: then a repetition is the request that waits, or
 * finds its answer. Later it is asked again, as an answer may have been that the store took nothing.
 */
function requestId(
  kind: CallbackRequestKind,
  id: string,
  state: readonly number[],
  wish: readonly (string | null)[],
): string {
  const hash = createHash('sha256').update(JSON.stringify(wish)).digest('base64url');
  return `${kind}/${id}/${[...state, hash.slice(0, 22)].join('.')}`;
}

function noSuch(): Problem {
  return new Problem(HttpStatus.NOT_FOUND, 'not-found', 'no such call-back');
}

/** @param callback as it is now, as the token shows it */
function problemOf(result: RequestResult, callback: CallbackEntry): Problem {
  const { claimedBy, claimedUntil, done } = callback;
  const about = { callback };
  switch (result) {
    case 'unknown':
      return noSuch();
    case 'done-already':
      return new Problem(HttpStatus.CONFLICT, result, whatClosed(done), about);
    case 'claimed-already': {
      const who =
        claimedBy === null ? 'somebody else was on it' : `${claimedBy} is on it until ${claimedUntil}`;
      return new Problem(HttpStatus.CONFLICT, result, who, about);
    }
    case 'too-late':
      return new Problem(
        HttpStatus.CONFLICT,
        result,
        'a dismissal is undone within 10 minutes, and not once the customer was missed again',
        about,
      );
    case 'not-theirs':
      return new Problem(
        HttpStatus.FORBIDDEN,
        result,
        'the customer was missed elsewhere too: who dismisses this needs a token of all its queues',
        about,
      );
    default:
      return new Problem(
        HttpStatus.SERVICE_UNAVAILABLE,
        'not-written',
        'the store did not take it; ask again',
      );
  }
}

function whatClosed(done: CallbackEntry['done']): string {
  if (done === null) return 'it was closed, and is open again';
  const { reason, by, why, at } = done;
  const how = why === null ? reason : `${reason} (${why})`;
  return `it is closed already: ${how}${by === null ? '' : ` by ${by}`} at ${at}`;
}

function notTaken(status: Exclude<Asked['status'], 'waiting' | 'answered'>): Problem {
  return status === 'full'
    ? new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'too-many-wait', 'too much that was asked waits; ask again')
    : new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'not-ready', 'nothing has been observed yet');
}

function notAnswered(): Problem {
  return new Problem(
    HttpStatus.SERVICE_UNAVAILABLE,
    'not-answered',
    'no replica that polls the tenant has answered yet; it may still happen: look at the call-back, or ask again',
    {},
    ANSWER_MS,
  );
}

/** An owner answers at once as a rule, and in any case between two polls. Proxies wait longer. */
const ANSWER_MS = 10_000;
const AGAIN = { firstMs: 50, maxMs: 500, random: () => 0 };
const SAME_MS = 60_000;
/** Leaves room for the rest of a request (`REQUEST_BYTES`). */
const SUB_BYTES = 256;
