import { csvLine } from '../base/csv.js';
import { Calendar } from '../core/day/calendar.js';
import { DayNumbers } from '../core/day/day-numbers.js';
import type { EndedCallRecord } from '../core/day/ended-call-record.js';
import type { TalliedDay } from '../core/day/tallied-day.js';
import type { Tally, TallyLabel } from '../core/day/tally.js';
import { Desk } from '../core/desk.js';
import { DEFAULT_DESK_RULES } from '../core/desk-rules.js';
import { type DeskDelta, EMPTY_DESK } from '../core/desk-state.js';
import type { TenantCalls } from '../core/index/tenant-calls.js';
import type { TenantState } from '../core/model/call.js';
import { rfc3339 } from '../core/model/event.js';
import type { Decision } from '../core/reconcile.js';
import { endedCallView, type EndedCallView } from '../deliver/http/ended-call-view.js';
import { formatHistoryPosition } from '../deliver/http/history-position.js';
import { HISTORY_HEADER, historyRow } from '../deliver/http/history-csv.js';
import { AGENT_HEADER, agentRow, QUEUE_HEADER, queueRow } from '../deliver/http/stats-csv.js';
import { agentIntervalViews, queueIntervalViews } from '../deliver/http/stats-views.js';

/** An answer, and the first lines of its table. */
interface Shown {
  readonly body: object;
  readonly csv: readonly string[];
}

export interface DayExamples {
  readonly ended: Shown & { readonly call: EndedCallView; readonly next: string };
  readonly stats: { readonly queues: Shown; readonly agents: Shown };
}

/** What history and numbers the calls of the examples leave, as the polling owner has them follow. */
export class ExampleDay {
  readonly #desk = new Desk(EMPTY_DESK, DEFAULT_DESK_RULES);
  readonly #records: EndedCallRecord[] = [];
  readonly #tallies: Tally[] = [];
  readonly #labels: TallyLabel[] = [];

  constructor(private readonly tenant: string) {}

  follow(decision: Decision, before: TenantState['sources'], known: TenantCalls, at: number): void {
    const { observations, last: ended } = decision;
    const { calls, sources: after, created, hotlines, listsIdle } = known;
    const poll = { observations, before, after, calls, ended, created, hotlines, listsIdle, at };
    this.#keep(this.#desk.follow(decision, poll).delta);
    this.#keep(this.#desk.settle(poll).delta);
  }

  /** @param at when somebody asks */
  shown(at: number): DayExamples {
    const call = endedCallView({ tenant: this.tenant, ...this.#records[0]!.view }, this.#records[0]!);
    const next = formatHistoryPosition({ endedAt: Date.parse(call.endedAt!), callId: call.callId });
    const { timeZone } = DEFAULT_DESK_RULES;
    const { from, to, day } = new Calendar(timeZone).dayAt(at);
    const numbers = new DayNumbers(DEFAULT_DESK_RULES);
    const data = { days: [this.#table(day)], live: null };
    const query = { from, to, by: 'day' } as const;
    const unwatched = numbers.unwatched(data, query, at);
    const queues = queueIntervalViews(unwatched, numbers.queues(data, query), at);
    const agents = agentIntervalViews(unwatched, numbers.agents(data, query), at);
    const head = { from: rfc3339(from), to: rfc3339(to), by: query.by, timeZone };
    return {
      ended: {
        call,
        next,
        body: { calls: [call], next },
        csv: lines(HISTORY_HEADER, historyRow(call, timeZone)),
      },
      stats: {
        queues: {
          body: { ...head, intervals: queues },
          csv: lines(QUEUE_HEADER, queueRow(queues[0]!, queues[0]!.queues[0]!, timeZone)),
        },
        agents: {
          body: { ...head, intervals: agents },
          csv: lines(AGENT_HEADER, agentRow(agents[0]!, agents[0]!.agents[0]!, timeZone)),
        },
      },
    };
  }

  #keep({ records, tallies, labels }: DeskDelta): void {
    this.#records.push(...records);
    this.#tallies.push(...tallies);
    this.#labels.push(...labels);
  }

  /** As the store adds it up. */
  #table(day: string): TalliedDay {
    const rows = new Map<string, { readonly row: Tally['row']; readonly counts: number[] }>();
    for (const { row, add, day: of } of this.#tallies) {
      if (of !== day) continue;
      const key = JSON.stringify([row.of, row.name, row.slot]);
      const counted = rows.get(key) ?? { row, counts: [] };
      rows.set(key, counted);
      for (const [column, amount] of add) {
        while (counted.counts.length <= column) counted.counts.push(0);
        counted.counts[column]! += amount;
      }
    }
    return { day, rows: [...rows.values()], labels: this.#labels.filter((label) => label.day === day) };
  }
}

function lines(header: readonly string[], row: Parameters<typeof csvLine>[0]): readonly string[] {
  return [csvLine(header), csvLine(row)].map((line) => line.trimEnd());
}
