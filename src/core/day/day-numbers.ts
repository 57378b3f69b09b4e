import type { Instant } from '../model/observation.js';
import { agentNumbers, countStanding } from './agent-numbers.js';
import { AddedRows } from './added-rows.js';
import { Calendar, HOUR_MS, QUARTER_MS } from './calendar.js';
import { Intervals } from './intervals.js';
import type {
  AgentNumbers,
  DayData,
  Interval,
  LiveData,
  NumbersOfDays,
  NumbersQuery,
  NumbersRules,
  QueueNumbers,
  UnwatchedNumbers,
} from './numbers.js';
import { queueNumbers } from './queue-numbers.js';
import { CountsByRow, countsOf } from './story-counts.js';
import type { TallyLabel } from './tally.js';
import { unwatchedNumbers } from './unwatched-numbers.js';
import { unwatchedSince } from './watch.js';

/** Computes the numbers of days (`numbers.ts`) from what was stored and what is live. Pure; one is enough for a tenant. */
export class DayNumbers implements NumbersOfDays {
  readonly #rules: NumbersRules;
  readonly #calendar: Calendar;

  constructor(rules: NumbersRules) {
    this.#rules = rules;
    this.#calendar = new Calendar(rules.timeZone);
  }

  daysOf({ from, to }: NumbersQuery): readonly string[] {
    return this.#calendar.daysBetween(from, to).map(({ day }) => day);
  }

  intervalsOf(query: NumbersQuery, now: Instant): readonly Interval[] {
    return new Intervals(this.#calendar, query, now).all;
  }

  queues(data: DayData, query: NumbersQuery): readonly QueueNumbers[] {
    const rows = new AddedRows('queue', QUARTER_MS, new Intervals(this.#calendar, query, Infinity));
    this.#addTables(rows, 'queue', data);
    this.#addStories(rows, 'queue', data);
    return [...rows.all()].map(({ interval, name, label, counted }) =>
      queueNumbers(interval, { id: name, name: label }, counted, this.#rules),
    );
  }

  agents({ days, live: given }: DayData, query: NumbersQuery): readonly AgentNumbers[] {
    if (query.by === 'quarter') throw new RangeError('agents are counted by the hour');
    // They are gone through twice.
    const live = given && { ...given, agents: [...given.agents] };
    const data = { days, live };
    const rows = new AddedRows('agent', HOUR_MS, new Intervals(this.#calendar, query, Infinity));
    this.#addTables(rows, 'agent', data);
    this.#addStories(rows, 'agent', data);
    this.#addStandings(rows, data);
    const nowIn = standingsOf(live);
    return [...rows.all()].map(({ interval, name, label, counted }) =>
      agentNumbers(interval, { extension: name, name: label }, counted, nowIn(interval, name)),
    );
  }

  unwatched(data: DayData, query: NumbersQuery, now: Instant): readonly UnwatchedNumbers[] {
    const quarters = new Intervals(this.#calendar, { ...query, by: 'quarter' }, now);
    const rows = new AddedRows('source', QUARTER_MS, quarters);
    this.#addTables(rows, 'source', data);
    return unwatchedNumbers(this.intervalsOf(query, now), quarters, rows, data.live, now);
  }

  #addTables(rows: AddedRows, of: 'queue' | 'agent' | 'source', { days }: DayData): void {
    for (const { day, rows: stored, labels } of days) {
      for (const { row, counts } of stored) rows.add(day, row, counts.entries());
      for (const label of labels) if (label.of === of) rows.label(day, label.name, label.label);
    }
  }

  #addStories(rows: AddedRows, of: TallyLabel['of'], { live }: DayData): void {
    if (live === null) return;
    const rules = { calendar: this.#calendar, shortAbandonMs: this.#rules.shortAbandonMs };
    for (const story of live.stories) {
      for (const { day, row, add } of countsOf(story, null, rules)) rows.add(day, row, add);
      if (of === 'queue')
        for (const { queue, joined } of story.visits)
          rows.label(this.#calendar.dayAt(joined.at).day, queue.id, queue.name);
      else
        for (const { extension, agentName, from } of story.segments)
          if (agentName !== null) rows.label(this.#calendar.dayAt(from.at).day, extension, agentName);
    }
  }

  #addStandings(rows: AddedRows, { live }: DayData): void {
    if (live === null) return;
    const since = unwatchedSince(live.sources.monitor, live.at);
    const counts = new CountsByRow();
    for (const standing of live.agents) {
      countStanding(counts, standing, { until: live.at, unwatchedSince: since }, this.#calendar);
      const { extension, agentName, counted } = standing;
      if (agentName === null) continue;
      for (const { day } of this.#calendar.daysBetween(counted, live.at))
        rows.label(day, extension, agentName);
    }
    for (const { day, row, add } of counts.all()) rows.add(day, row, add);
  }
}

/** How an extension stands in the interval that goes on; null in others. While the monitor is not watched, no extension is. */
function standingsOf(live: LiveData | null): (interval: Interval, extension: string) => AgentNumbers['now'] {
  const unwatched = live === null ? -Infinity : unwatchedSince(live.sources.monitor, live.at);
  if (live === null || unwatched === -Infinity) return () => null;
  const agents = new Map(Array.from(live.agents, (agent) => [agent.extension, agent]));
  return ({ from, to }, extension) => {
    const agent = agents.get(extension);
    if (agent === undefined || live.at < from || live.at >= to) return null;
    if (unwatched !== null) return { state: 'not-watched', since: unwatched };
    return { state: agent.state, since: agent.since };
  };
}
