import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { formatCursor, type Position } from '../../core/model/position.js';
import { type Audience, audienceOf, type CallFilter, type Filter, type Grant } from '../access/audience.js';
import type { Instant } from '../../core/model/observation.js';
import type { Clock } from '../../base/clock.js';
import { token } from '../../base/inject.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import type { ResetReason } from '../log/resumption.js';
import { Problem } from './problem.filter.js';
import { readWithin } from './store-read.js';
import { begun } from './begun.js';
import { Relay } from '../log/relay.js';
import type { Page } from '../log/page-cache.js';
import type { TenantFeed } from '../log/tenant-feed.js';

export const DELIVER_CLOCK = token<Clock>('DELIVER_CLOCK');

/** How many events one request may examine, so that a token that sees little does not read the whole log at once. */
const SCAN_EVENTS = 5_000;
/** As often as a PBX is polled: many wallboards that ask read the state once. */
const QUEUES_FRESH_MS = 1_000;
const BEGIN = '{"events":[';

const DETAILS: Readonly<Record<ResetReason, string>> = {
  'epoch-changed': 'the log began again; take a snapshot and go on from its cursor',
  'cursor-too-old':
    'the events after this cursor are no longer held; take a snapshot and go on from its cursor',
  'cursor-unknown': 'the log has never reached this cursor; take a snapshot and go on from its cursor',
  'cursor-malformed': 'this is not a cursor; take a snapshot and go on from its cursor',
};

/**
 * How far our clock may be from the store's, by which events are recorded: a replica's that is off by more than a second is
 * corrected.
 */
const CLOCK_SLACK_MS = 2_000;

/**
 * Which part of the log a page is of. At most one of `after` and `since`; without both, it begins with the oldest event in
 * the log, of whichever epoch.
 */
export interface PageRange {
  /** A cursor: the events after it. */
  readonly after?: string | undefined;
  /** An instant: the events recorded from then on, of earlier epochs too. */
  readonly since?: Instant | undefined;
  /** An instant: only events recorded before it. Ranges that meet in an instant share no event, and lose none. */
  readonly until?: Instant | undefined;
}

/** A part of the log: after the sequence `start` up to `end`, as long as the log is the same one. */
interface Stretch {
  readonly start: number;
  readonly end: Position;
  readonly generation: number;
  /** Whether nothing that is recorded later belongs to it; undefined where the range has no end. */
  readonly isClosed: boolean | undefined;
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

  /** `{cursor, calls, queues, sources}`, as in the snapshot of a stream. */
  async calls(grant: Grant, filter: CallFilter): Promise<string> {
    const feed = await this.#synced(grant);
    await this.#answered(feed.freshness.refresh());
    return feed.view.snapshot(feed.position.loaded(), audienceOf(grant, filter)).json;
  }

  /** Null: no such call is alive, or it is none that the token shows. */
  async call(grant: Grant, callId: string): Promise<string | null> {
    const feed = await this.#synced(grant);
    return feed.view.call(callId, audienceOf(grant, {}));
  }

  /** `{cursor, queues, sources}`, not older than `QUEUES_FRESH_MS`. */
  async queues(grant: Grant, filter: Filter): Promise<string> {
    const feed = await this.#synced(grant);
    await this.#answered(feed.freshness.refresh(QUEUES_FRESH_MS));
    const cursor = formatCursor(feed.position.loaded());
    const queues = feed.view.queuesJson(audienceOf(grant, filter));
    return `{"cursor":"${cursor}","queues":${queues},"sources":${feed.view.sourcesJson()}}`;
  }

  /** `{sources, direction}`, read for this request. */
  async sources(grant: Grant): Promise<string> {
    const feed = await this.#synced(grant);
    await this.#answered(feed.freshness.refresh(0));
    return `{"sources":${feed.view.sourcesJson()},"direction":${feed.view.directionJson()}}`;
  }

  /**
   * `{events, cursor}` in pieces, of which the first is there already: the cursor stands after the last event examined,
   * whether the token may see it or not. Where the log is lost or cannot be read after that, the page ends early. With
   * `until` there is a third member, `complete`: whether no further page has an event of before it.
   */
  async events(
    grant: Grant,
    filter: CallFilter,
    range: PageRange,
    limit: number,
  ): Promise<AsyncIterable<string>> {
    // Before the log is read: what is recorded after that is recorded later.
    const now = this.clock.now();
    const feed = await this.#synced(grant);
    const { generation } = feed.position;
    const end = await this.#endOf(feed, range, now);
    const start = await this.#startOf(feed, range);
    return begun(this.#page(feed, { start, generation, ...end }, audienceOf(grant, filter), limit));
  }

  async *#page(feed: TenantFeed, stretch: Stretch, audience: Audience, limit: number) {
    const { start, end, generation, isClosed } = stretch;
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
      const seen = page.batch
        .sharedBy(audience)
        .entries.filter((entry) => entry.sequence <= end.sequence)
        .slice(0, limit - count);
      if (seen.length > 0) yield `${count === 0 ? BEGIN : ','}${seen.map(({ json }) => json).join(',')}`;
      count += seen.length;
      sequence = count === limit ? seen.at(-1)!.sequence : Math.min(page.through, end.sequence);
    }
    const cursor = formatCursor({ epoch, sequence });
    const isSame = generation === feed.position.generation;
    const complete =
      isClosed === undefined ? '' : `,"complete":${isClosed && isSame && sequence >= end.sequence}`;
    yield `${count === 0 ? BEGIN : ''}],"cursor":"${cursor}"${complete}}`;
  }

  /** @throws Problem where there is no such page */
  async #read(feed: TenantFeed, sequence: number, generation: number): Promise<Page> {
    const page = await this.#answered(Promise.resolve(feed.pages.after(sequence)));
    if (generation !== feed.position.generation) throw unusable(feed.position.resetReason);
    if (page === null) throw unusable('cursor-too-old');
    return page;
  }

  /**
   * The end is sure once an event at or after `until` is in the log, or once it was past at the time of the request: the
   * log is in the order in which its events were recorded.
   */
  async #endOf(
    feed: TenantFeed,
    { until }: PageRange,
    now: Instant,
  ): Promise<Pick<Stretch, 'end' | 'isClosed'>> {
    const newest = feed.position.loaded();
    if (until === undefined) return { end: newest, isClosed: undefined };
    const sequence = await this.#answered(feed.pages.sequenceBefore(until));
    const isClosed = sequence < newest.sequence || until <= now - CLOCK_SLACK_MS;
    return { end: { ...newest, sequence: Math.min(sequence, newest.sequence) }, isClosed };
  }

  async #startOf(feed: TenantFeed, { after, since }: PageRange): Promise<number> {
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

  #answered<T>(asked: Promise<T>): Promise<T> {
    return readWithin(this.clock, this.options.storeTimeoutMs, 'the event log', asked);
  }
}

function unusable(reason: ResetReason): Problem {
  return new Problem(HttpStatus.GONE, reason, DETAILS[reason], { reason });
}
