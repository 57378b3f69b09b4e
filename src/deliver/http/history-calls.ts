import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../base/clock.js';
import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { Outcome } from '../../core/model/call.js';
import type { Instant } from '../../core/model/observation.js';
import type { DeskStore, HistoryPosition } from '../../store/desk-store.js';
import { type Audience, audienceOf, exposureOfCall, type Filter, type Grant } from '../access/audience.js';
import { callShownTo, isMasked } from '../access/shown-to.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { DESK_STORE } from './desk-reads.js';
import { type EndedCallView, endedCallView } from './ended-call-view.js';
import { lookUpsOf } from './history-look-ups.js';
import { type FoundCalls, HistoryPager } from './history-pager.js';
import { DELIVER_CLOCK } from './log-query.js';
import { readWithin } from './store-read.js';

/** Which ended calls. What is left out does not narrow. */
export interface HistoryFilter extends Pick<Filter, 'extensions' | 'queues'> {
  /** `lineOf` the customers; an empty list matches no call. */
  readonly lines?: readonly string[] | undefined;
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Calls that ended at `from` or later. */
  readonly from?: Instant | undefined;
  /** Calls that ended before it. */
  readonly to?: Instant | undefined;
}

export interface EndedCalls {
  readonly calls: readonly EndedCallView[];
  /** Null: there is nothing more. */
  readonly next: HistoryPosition | null;
}

/**
 * The calls of a tenant that have ended, as long as they are kept (`HISTORY_RETENTION`), to those who may see them: as live calls,
 * to the extensions that took part and to the queues that the caller was in.
 *
 * Rejects with a `Problem`: 503 where the store does not answer.
 */
@Injectable()
export class HistoryCalls {
  constructor(
    @Inject(DESK_STORE) private readonly desk: DeskStore,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /**
   * Newest first, from behind `after` on. It examines a bounded number of calls: it may have fewer than `limit`, or none, and
   * still say where to go on.
   */
  async page(
    grant: Grant,
    filter: HistoryFilter,
    after: HistoryPosition | null,
    limit: number,
  ): Promise<EndedCalls> {
    const pager = await this.#pager(grant, filter);
    if (pager === null) return { calls: [], next: null };
    const { records, next } = await this.#read(pager.page(after, limit));
    return { calls: this.#shown(grant, records), next };
  }

  /** All of them from behind `begin` on, page by page; a page may be empty. */
  async *all(
    grant: Grant,
    filter: HistoryFilter,
    begin: HistoryPosition | null,
  ): AsyncGenerator<readonly EndedCallView[]> {
    const pager = await this.#pager(grant, filter);
    let after = begin;
    while (pager !== null) {
      const { records, next }: FoundCalls = await this.#read(pager.page(after, PAGE_OF_ALL));
      yield this.#shown(grant, records);
      if (next === null) return;
      after = next;
    }
  }

  /** Null: there is no such call, or it is none that the token shows. */
  async call(grant: Grant, callId: string): Promise<string | null> {
    const record = await this.#read(this.desk.endedCall(grant.tenant, callId));
    const [shown] = this.#shown(grant, record === null ? [] : [record]);
    return shown === undefined ? null : JSON.stringify(shown);
  }

  /** Those that the token shows, as they read for it. */
  #shown(grant: Grant, records: readonly EndedCallRecord[]): readonly EndedCallView[] {
    const audience = audienceOf(grant, {});
    return records.flatMap((record) => {
      const call = { tenant: grant.tenant, ...record.view };
      const exposure = exposureOfCall(call);
      return audience.seesCall(exposure)
        ? [endedCallView(callShownTo(call, audience, exposure), record)]
        : [];
    });
  }

  /** Null: no call can match. */
  async #pager(grant: Grant, filter: HistoryFilter): Promise<HistoryPager | null> {
    const { tenant } = grant;
    const { lines, outcomes, from = null, to = null, ...scope } = filter;
    const audience = audienceOf(grant, scope);
    const [first, ...others] = lookUpsOf(lines, audience, await this.#queuesFor(tenant, audience, lines));
    if (first === undefined) return null;
    return new HistoryPager(this.desk, {
      tenant,
      range: { from, to },
      lookUps: [first, ...others],
      isWanted: wanted(tenant, audience, lines, outcomes),
    });
  }

  /** Only where names of queues have to become ids. */
  async #queuesFor(tenant: string, { reach }: Audience, lines: HistoryFilter['lines']) {
    if (lines !== undefined || reach === null || reach.queues.size === 0) return [];
    return (await this.#read(this.desk.standing(tenant))).queues.values();
  }

  #read<T>(asked: Promise<T>): Promise<T> {
    return readWithin(this.clock, this.options.storeTimeoutMs, 'the history', asked);
  }
}

function wanted(
  tenant: string,
  audience: Audience,
  lines: readonly string[] | undefined,
  outcomes: readonly Outcome[] | undefined,
) {
  const customers = lines && new Set(lines);
  const ends = outcomes && new Set<string | null>(outcomes);
  return ({ view, terms }: EndedCallRecord): boolean => {
    if (ends !== undefined && !ends.has(view.outcome)) return false;
    const exposure = exposureOfCall({ tenant, ...view });
    if (!audience.seesCall(exposure)) return false;
    // What a number finds would give away the number that is masked.
    const isOfThem = terms.line !== null && customers?.has(terms.line) === true;
    return customers === undefined || (isOfThem && !isMasked(audience, exposure));
  };
}

const PAGE_OF_ALL = 100;
