import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../base/clock.js';
import { lineOf } from '../../core/parts/line.js';
import { Calendar } from '../../core/day/calendar.js';
import { DEFAULT_DESK_RULES } from '../../core/desk-rules.js';
import type { Callback } from '../../core/callbacks/callback.js';
import type { DeskStore, Readable } from '../../store/desk-store.js';
import { type Audience, audienceOf, type Grant } from '../access/audience.js';
import { READ_NUMBER, type ReadNumber, refuseMasked } from '../access/customers-asked.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { isMasked } from '../access/shown-to.js';
import type { Holder } from '../access/token.js';
import { type CallbackEntry, entryFor, exposed, type ExposedCallback } from './callback-entry.js';
import { type CallbackPosition, compare, positionOf } from './callback-order.js';
import { DESK_RULES, DESK_STORE, type DeskRulesOf } from './desk-reads.js';
import { DELIVER_CLOCK } from './log-query.js';
import type { CallbacksWish } from './query.js';
import { beginOf, endOf } from './stats-range.js';
import { readWithin } from './store-read.js';

export interface CallbackPage {
  readonly entries: readonly CallbackEntry[];
  /** How many match, on all pages. */
  readonly total: number;
  /** Null: there is nothing more. */
  readonly next: CallbackPosition | null;
}

/**
 * The call-backs of a tenant, to those who may see them: open ones, and those that were closed not long ago.
 *
 * A list is as new as its request: requests that come while the store is read share the read after that. Rejects with a
 * `Problem`: 503 where the store does not answer.
 */
@Injectable()
export class CallbackList {
  /** The read of each tenant that has not begun yet; one runs, and one waits. */
  readonly #reads = new Map<
    string,
    { running: Promise<unknown>; next: Promise<Readable<Callback>> | null }
  >();

  constructor(
    @Inject(DESK_STORE) private readonly desk: DeskStore,
    @Inject(DESK_RULES) private readonly rules: DeskRulesOf,
    @Inject(READ_NUMBER) private readonly readNumber: ReadNumber,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(DELIVER_OPTIONS) private readonly options: Pick<ResolvedOptions, 'storeTimeoutMs'>,
  ) {}

  /** All that match, in their order. */
  async all(holder: Holder, wish: CallbacksWish): Promise<readonly CallbackEntry[]> {
    return (await this.#placed(holder, wish)).map(({ entry }) => entry);
  }

  /** From behind `after` on, at most `limit`. */
  async page(holder: Holder, wish: CallbacksWish): Promise<CallbackPage> {
    const placed = await this.#placed(holder, wish);
    const { after } = wish;
    const from = after === undefined ? 0 : placed.findIndex(({ at }) => compare(at, after) > 0);
    const page = from < 0 ? [] : placed.slice(from, from + wish.limit);
    const isLast = from < 0 || from + wish.limit >= placed.length;
    return {
      entries: page.map(({ entry }) => entry),
      total: placed.length,
      next: isLast ? null : page.at(-1)!.at,
    };
  }

  /** Null: there is none that the token shows. */
  async one(
    holder: Holder,
    id: string,
  ): Promise<{ readonly entry: CallbackEntry; readonly of: ExposedCallback } | null> {
    const item = await this.#read(this.desk.callback(holder.tenant, id));
    const audience = audienceOf(holder, {});
    const of = item === null ? null : exposed(item, this.clock.now());
    if (of === null || !audience.seesCall(of.exposure)) return null;
    return { entry: entryFor(of, audience, isNarrowed(holder)), of };
  }

  async #placed(holder: Holder, wish: CallbacksWish) {
    return (await this.#matching(holder, wish))
      .map((entry) => ({ entry, at: positionOf(entry, wish.order) }))
      .sort((a, b) => compare(a.at, b.at));
  }

  async #matching(holder: Holder, wish: CallbacksWish): Promise<readonly CallbackEntry[]> {
    const { tenant, sub } = holder;
    const { state, claimed, queues } = wish;
    const now = this.clock.now();
    const isWithin = this.#rangeOf(tenant, wish);
    const shows = audienceOf(holder, queues === undefined ? {} : { queues });
    if (wish.customers !== undefined) refuseMasked(holder);
    const isCustomer = this.#customersOf(tenant, wish, shows);
    const { items } = await this.#all(tenant);
    return items
      .filter(({ done }) => (done === null) === (state === 'open'))
      .map((item) => exposed(item, now))
      .filter((one) => shows.seesCall(one.exposure) && isCustomer(one))
      .map((one) => entryFor(one, shows, isNarrowed(holder)))
      .filter(isWithin)
      .filter(({ claimedBy }) => CLAIMED[claimed ?? 'any'](claimedBy, sub));
  }

  #rangeOf(tenant: string, { since, until }: CallbacksWish): (entry: CallbackEntry) => boolean {
    const calendar = new Calendar((this.rules(tenant) ?? DEFAULT_DESK_RULES).timeZone);
    const from = since === undefined ? -Infinity : beginOf('since', since, calendar);
    const to = until === undefined ? Infinity : endOf('until', until, calendar);
    return ({ lastAt }) => from <= Date.parse(lastAt) && Date.parse(lastAt) < to;
  }

  /** A customer is found in both forms of the number, old and new; one whose number the token does not show is not found. */
  #customersOf(
    tenant: string,
    { customers }: CallbacksWish,
    audience: Audience,
  ): (one: ExposedCallback) => boolean {
    if (customers === undefined) return () => true;
    const { country } = this.rules(tenant) ?? DEFAULT_DESK_RULES;
    const lines = new Set(customers.map((text) => lineOf(this.#numberOf(tenant, text), country)));
    return ({ item, exposure }) => lines.has(item.line) && !isMasked(audience, exposure);
  }

  /** An address turns a `+` that is not encoded into a space. */
  #numberOf(tenant: string, text: string) {
    const written = /^\s+\d/.test(text) ? `+${text.trim()}` : text.trim();
    return this.readNumber(tenant, written);
  }

  #all(tenant: string): Promise<Readable<Callback>> {
    const reads = this.#reads.get(tenant) ?? { running: Promise.resolve(), next: null };
    this.#reads.set(tenant, reads);
    reads.next ??= reads.running
      .catch(() => undefined)
      .then(() => {
        reads.next = null;
        const read = this.desk.callbacks(tenant);
        reads.running = read.finally(() => {
          if (reads.next === null) this.#reads.delete(tenant);
        });
        return read;
      });
    return this.#read(reads.next);
  }

  #read<T>(asked: Promise<T>): Promise<T> {
    return readWithin(this.clock, this.options.storeTimeoutMs, 'the call-backs', asked);
  }
}

export function isNarrowed({ extensions, queues }: Grant): boolean {
  return extensions !== undefined || queues !== undefined;
}

const CLAIMED: Readonly<
  Record<'any' | NonNullable<CallbacksWish['claimed']>, (by: string | null, me: string | null) => boolean>
> = {
  any: () => true,
  none: (by) => by === null,
  some: (by) => by !== null,
  me: (by, me) => by !== null && by === me,
};
