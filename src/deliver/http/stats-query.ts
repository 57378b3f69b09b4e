import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../base/clock.js';
import type { Day } from '../../core/day/calendar.js';
import type {
  AgentNumbers,
  DayData,
  IntervalKind,
  LiveData,
  NumbersQuery,
  QueueNumbers,
} from '../../core/day/numbers.js';
import type { DeskState } from '../../core/desk-state.js';
import { rfc3339 } from '../../core/model/event.js';
import type { Instant } from '../../core/model/observation.js';
import type { DayTable, DeskStore } from '../../store/desk-store.js';
import { audienceOf, exposureOfExtension, exposureOfQueue, type Filter } from '../access/audience.js';
import { FairTurns } from '../access/fair-turns.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { type Holder, subjectKey } from '../access/token.js';
import { Relay } from '../log/relay.js';
import { begun } from './begun.js';
import { DESK_RULES, DESK_STORE, type DeskRulesOf } from './desk-reads.js';
import { DELIVER_CLOCK } from './log-query.js';
import { Problem } from './problem.filter.js';
import type { When } from './query.js';
import { statsRange } from './stats-range.js';
import {
  type AgentIntervalView,
  agentIntervalViews,
  type IntervalView,
  type QueueIntervalView,
  queueIntervalViews,
  type StatsHead,
} from './stats-views.js';
import { readWithin } from './store-read.js';
import { type TenantDays, TenantDaysCache } from './tenant-days.js';

export interface StatsWish extends Pick<Filter, 'extensions' | 'queues'> {
  readonly from?: When | undefined;
  readonly to?: When | undefined;
  readonly by: IntervalKind;
}

export interface Stats<View extends IntervalView> {
  readonly head: StatsHead;
  /** In the tenant's zone. */
  readonly firstDay: string;
  /** In order, some days at a time; the first of them are there already. Rejects where the store does not answer any more. */
  readonly intervals: AsyncGenerator<readonly View[]>;
}

/**
 * The numbers of a tenant's queues and agents, from what its commits have counted and what of this moment is not counted yet. A
 * token of some queues gets theirs, one of some extensions theirs; how long nothing was watched everybody gets.
 *
 * Guarantees: a call counts once. What is stored is read between two readings of the present that agree, so that a call which
 * ends meanwhile is neither missed nor counted twice; only where something ends during each of `STEADY_TRIES`, one may.
 * A reader of a year has no more than `DAYS_AT_ONCE` tables here at once, and takes turns with other requests between them.
 *
 * Rejects with a `Problem`, a 503, where the store does not answer or nothing was observed yet; with a `Refusal` where the time
 * that is asked for is none.
 */
@Injectable()
export class StatsQuery {
  readonly #days = new TenantDaysCache();

  constructor(
    @Inject(DESK_STORE) private readonly desk: DeskStore,
    @Inject(DESK_RULES) private readonly rulesOf: DeskRulesOf,
    @Inject(Relay) private readonly relay: Relay,
    @Inject(FairTurns) private readonly turns: FairTurns,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  queues(holder: Holder, wish: StatsWish): Promise<Stats<QueueIntervalView>> {
    const audience = audienceOf(holder, { queues: wish.queues });
    const isSeen = ({ queue }: QueueNumbers) => audience.seesCall(exposureOfQueue(queue));
    return this.#stats(holder, wish, ({ numbers }, data, query, now) =>
      queueIntervalViews(
        numbers.unwatched(data, query, now),
        numbers.queues(data, query).filter(isSeen),
        now,
      ),
    );
  }

  agents(holder: Holder, wish: StatsWish): Promise<Stats<AgentIntervalView>> {
    const audience = audienceOf(holder, { extensions: wish.extensions });
    const isSeen = ({ agent }: AgentNumbers) => audience.seesCall(exposureOfExtension(agent.extension));
    return this.#stats(holder, wish, ({ numbers }, data, query, now) =>
      agentIntervalViews(
        numbers.unwatched(data, query, now),
        numbers.agents(data, query).filter(isSeen),
        now,
      ),
    );
  }

  async #stats<View extends IntervalView>(
    holder: Holder,
    wish: StatsWish,
    count: (days: TenantDays, data: DayData, query: NumbersQuery, now: Instant) => readonly View[],
  ): Promise<Stats<View>> {
    const rules = this.rulesOf(holder.tenant);
    if (rules === null) throw notReady();
    const days = this.#days.of(rules);
    const { from, to } = statsRange(wish, days.calendar, this.clock.now());
    const query = { from, to, by: wish.by };
    const intervals = await begun(this.#intervals(holder, days, query, count));
    const head = { from: rfc3339(from), to: rfc3339(to), by: wish.by, timeZone: rules.timeZone };
    return { head, firstDay: days.calendar.dayAt(from).day, intervals };
  }

  async *#intervals<View>(
    holder: Holder,
    days: TenantDays,
    { from, to, by }: NumbersQuery,
    count: (days: TenantDays, data: DayData, query: NumbersQuery, now: Instant) => readonly View[],
  ): AsyncGenerator<readonly View[]> {
    const asked = days.calendar.daysBetween(from, to);
    for (let index = 0; index < asked.length; index += DAYS_AT_ONCE) {
      const some = asked.slice(index, index + DAYS_AT_ONCE);
      const query = { from: Math.max(from, some[0]!.from), to: Math.min(to, some.at(-1)!.to), by };
      const data = await this.#data(holder.tenant, some);
      // What follows is the work of one turn.
      await this.turns.next(subjectKey(holder));
      yield count(days, data, query, data.live?.at ?? this.clock.now());
    }
  }

  async #data(tenant: string, days: readonly Day[]): Promise<DayData> {
    const names = days.map(({ day }) => day);
    const read = () => this.#read(this.desk.days(tenant, names));
    if (days.at(-1)!.to < this.clock.now() - SETTLED_MS) return { days: await read(), live: null };
    const sources = await this.#sources(tenant);
    let before = await this.#read(this.desk.standing(tenant));
    for (let tries = 1; ; tries += 1) {
      const tables: readonly DayTable[] = await read();
      const after = await this.#read(this.desk.standing(tenant));
      if (tries === STEADY_TRIES || hasCountedAlike(before, after)) {
        const { stories, agents } = after;
        const live: LiveData = {
          at: this.clock.now(),
          stories: [...stories.values()],
          agents: [...agents.values()],
          sources,
        };
        return { days: tables, live };
      }
      before = after;
    }
  }

  async #sources(tenant: string): Promise<LiveData['sources']> {
    const feed = this.relay.feed(tenant);
    await this.#read(feed.sync());
    if (feed.position.current === null) throw notReady();
    await this.#read(feed.freshness.refresh(SOURCES_FRESH_MS));
    return feed.view.sources();
  }

  #read<T>(asked: Promise<T>): Promise<T> {
    return readWithin(this.clock, this.options.storeTimeoutMs, 'the numbers', asked);
  }
}

/** Whether nothing was added to a day between the two: what is counted leaves the present, or moves on, in the same commit. */
function hasCountedAlike(before: Standing, after: Standing): boolean {
  if (before.stories.size !== after.stories.size || before.agents.size !== after.agents.size) return false;
  for (const callId of before.stories.keys()) if (!after.stories.has(callId)) return false;
  for (const [extension, { counted }] of before.agents)
    if (after.agents.get(extension)?.counted !== counted) return false;
  return true;
}

type Standing = Pick<DeskState, 'stories' | 'agents'>;

function notReady(): Problem {
  return new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'not-ready', 'nothing has been observed yet');
}

/** Some megabytes of tables, and some milliseconds of adding up. */
const DAYS_AT_ONCE = 4;
/** A call is over by then, and counted: of a day that ended longer ago nothing lives. */
const SETTLED_MS = 2 * 86_400_000;
const STEADY_TRIES = 3;
/** So long, at the beginning of an interval, the last answer may seem to be of the one before. */
const SOURCES_FRESH_MS = 1_000;
