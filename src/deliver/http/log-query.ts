import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { formatCursor, type Position } from '../../core/model/position.js';
import { type Audience, audienceOf, type Filter, type Grant } from '../access/audience.js';
import type { Instant } from '../../core/model/observation.js';
import type { Clock } from '../../base/clock.js';
import { token } from '../../base/inject.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import { UnreadableStateError } from '../../store/errors.js';
import { Problem, stateUnreadable } from './problem.filter.js';
import { Relay } from '../log/relay.js';
import type { Page } from '../log/page-cache.js';
import type { TenantFeed } from '../log/tenant-feed.js';

export const DELIVER_CLOCK = token<Clock>('DELIVER_CLOCK');

/** How many events one request may examine, so that a token that sees little does not read the whole log at once. */
const SCAN_EVENTS = 5_000;
const BEGIN = '{"events":[';

const DETAILS: Readonly<Record<ResetReason, string>> = {
  'epoch-changed': 'the log began again; take a snapshot and go on from its cursor',
  'cursor-too-old':
    'the events after this cursor are no longer held; take a snapshot and go on from its cursor',
  'cursor-unknown': 'the log has never reached this cursor; take a snapshot and go on from its cursor',
  'cursor-malformed': 'this is not a cursor; take a snapshot and go on from its cursor',
};

/** At most one of the two; without both, the page begins with the oldest event in the log, of whichever epoch. */
export interface PageStart {
  /** A cursor: the events after it. */
  readonly after?: string | undefined;
  /** An instant: the events recorded from then on, of earlier epochs too. */
  readonly since?: Instant | undefined;
}

/** A part of the log: after the sequence `start` up to `end`, as long as the log is the same one. */
interface Stretch {
  readonly start: number;
  readonly end: Position;
  readonly generation: number;
}

/**
 * Answers HTTP requests from the log. Every answer waits for one (shared) read of the store, so that it is as new as the
 * request. Answers are JSON text, made of the events as the log holds them. Without the store the answer is a 503, not an
 * old state; where the store answers and the tenant's state cannot be read, it is a 503 with the code `state-unreadable`.
 */
@Injectable()
export class LogQuery {
  constructor(
    @Inject(Relay) private readonly relay: Relay,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
  ) {}

  /** `{cursor, calls, sources}`, as in the snapshot of a stream. */
  async calls(grant: Grant, filter: Filter): Promise<string> {
    const feed = await this.#synced(grant);
    await this.#answered(feed.freshness.refresh());
    return feed.view.snapshot(feed.position.loaded(), audienceOf(grant, filter)).json;
  }

  async call(grant: Grant, callId: string): Promise<string> {
    const feed = await this.#synced(grant);
    const call = feed.view.call(callId, audienceOf(grant, {}));
    if (call === null) throw new Problem(HttpStatus.NOT_FOUND, 'not-found', 'no such call is alive');
    return call;
  }

  /** `{sources, direction}`, read for this request. */
  async sources(grant: Grant): Promise<string> {
    const feed = await this.#synced(grant);
    await this.#answered(feed.freshness.refresh(0));
    return `{"sources":${feed.view.sourcesJson()},"direction":${feed.view.directionJson()}}`;
  }

  /**
   * `{events, cursor}` in pieces, of which the first is there already: the cursor stands after the last event examined,
   * whether the token may see it or not. Where the log is lost or cannot be read after that, the page ends early.
   */
  async events(grant: Grant, filter: Filter, from: PageStart, limit: number): Promise<AsyncIterable<string>> {
    const feed = await this.#synced(grant);
    const { generation } = feed.position;
    const end = feed.position.loaded();
    const start = await this.#startOf(feed, from);
    const pieces = this.#page(feed, { start, end, generation }, audienceOf(grant, filter), limit);
    const first = await pieces.next();
    return (async function* () {
      if (first.done !== true) yield first.value;
      yield* pieces;
    })();
  }

  async *#page(feed: TenantFeed, { start, end, generation }: Stretch, audience: Audience, limit: number) {
    const { epoch } = end;
    const last = Math.min(end.sequence, start + SCAN_EVENTS);
    let sequence = start;
    let count = 0;
    while (sequence < last && count < limit) {
      const page = await this.#read(feed, sequence, generation).catch((error: unknown) => {
        if (sequence === start) throw error;
        return null;
      });
      if (page === null) break;
      const seen = page.batch.sharedBy(audience).entries.slice(0, limit - count);
      if (seen.length > 0) yield `${count === 0 ? BEGIN : ','}${seen.map(({ json }) => json).join(',')}`;
      count += seen.length;
      sequence = count === limit ? seen.at(-1)!.sequence : page.through;
    }
    yield `${count === 0 ? BEGIN : ''}],"cursor":"${formatCursor({ epoch, sequence })}"}`;
  }

  /** @throws Problem where there is no such page */
  async #read(feed: TenantFeed, sequence: number, generation: number): Promise<Page> {
    const page = await this.#answered(Promise.resolve(feed.pages.after(sequence)));
    if (generation !== feed.position.generation) throw unusable(feed.position.resetReason);
    if (page === null) throw unusable('cursor-too-old');
    return page;
  }

  async #startOf(feed: TenantFeed, { after, since }: PageStart): Promise<number> {
    if (since !== undefined) return this.#answered(feed.pages.sequenceBefore(since));
    if (after === undefined) return feed.position.oldestSequence();
    const resumption = feed.position.page(after);
    if ('reset' in resumption) throw unusable(resumption.reset);
    return resumption.sequence;
  }

  async #synced(grant: Grant): Promise<TenantFeed> {
    const feed = this.relay.feed(grant.tenant);
    await this.#answered(feed.sync());
    if (feed.position.current === null) {
      throw new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'not-ready', 'nothing has been observed yet');
    }
    return feed;
  }

  /** Waits at most `storeTimeoutMs`, as the store may be frozen rather than gone. */
  async #answered<T>(asked: Promise<T>): Promise<T> {
    const away = () =>
      new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'store-away', 'the event log cannot be read');
    return new Promise<T>((resolve, reject) => {
      const stop = this.clock.after(this.options.storeTimeoutMs, () => reject(away()));
      const refuse = (error: unknown) =>
        reject(error instanceof UnreadableStateError ? stateUnreadable() : away());
      asked.then(resolve, refuse).finally(stop);
    });
  }
}

function unusable(reason: ResetReason): Problem {
  return new Problem(HttpStatus.GONE, reason, DETAILS[reason], { reason });
}
