import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { CsvCell } from '../../base/csv.js';
import type { HistoryPosition } from '../../store/desk-store.js';
import { sendJson } from '../access/answer-body.js';
import { linesAskedFor, READ_NUMBER, type ReadNumber } from '../access/customers-asked.js';
import { FairTurns } from '../access/fair-turns.js';
import { Refusal } from '../access/refusal.js';
import { type Holder, subjectKey } from '../access/token.js';
import { AuditTrail } from './audit-trail.js';
import { begun } from './begun.js';
import { sendCsv, wantsCsv } from './csv-answer.js';
import { DESK_RULES, type DeskRulesOf } from './desk-reads.js';
import { HistoryCalls, type HistoryFilter } from './history-calls.js';
import { HISTORY_HEADER, historyRow } from './history-csv.js';
import { formatHistoryPosition } from './history-position.js';
import { Problem } from './problem.filter.js';
import type { CallsQuery } from './query.js';
import { beginOf, endOf } from './stats-range.js';
import { TenantDaysCache } from './tenant-days.js';

/**
 * Answers `GET /v1/calls?state=ended`: a page as JSON, or all of it as a table, page by page. A table that cannot be finished ends
 * with its connection, so that a part is not taken for the whole.
 */
@Injectable()
export class HistoryAnswer {
  readonly #days = new TenantDaysCache();

  constructor(
    @Inject(HistoryCalls) private readonly history: HistoryCalls,
    @Inject(READ_NUMBER) private readonly readNumber: ReadNumber,
    @Inject(DESK_RULES) private readonly rulesOf: DeskRulesOf,
    @Inject(FairTurns) private readonly turns: FairTurns,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async answer(
    holder: Holder,
    { customers, extensions, queues, outcomes, since, until, after, limit, format }: CallsQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const rules = this.rulesOf(holder.tenant);
    if (rules === null)
      throw new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'not-ready', 'nothing has been observed yet');
    const { calendar } = this.#days.of(rules);
    const filter: HistoryFilter = {
      extensions,
      queues,
      outcomes,
      lines: customers && linesAskedFor(holder, customers, this.readNumber, rules.country),
      from: since && beginOf('since', since, calendar),
      to: until && endOf('until', until, calendar),
    };
    if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to)
      throw new Refusal('bad-request', 'until must not be before since');
    if (!wantsCsv(request, format)) {
      const { calls, next } = await this.history.page(holder, filter, after ?? null, limit ?? PAGE);
      const json = JSON.stringify({ calls, next: next && formatHistoryPosition(next) });
      return sendJson(response, [json]);
    }
    const rows = await begun(
      this.#rows(holder, filter, { after: after ?? null, limit, timeZone: rules.timeZone }),
    );
    this.audit.note(holder, 'export', `ended calls ${spanOf(filter)}`);
    await sendCsv(response, 'calls', HISTORY_HEADER, rows);
  }

  async *#rows(
    holder: Holder,
    filter: HistoryFilter,
    { after, limit = Infinity, timeZone }: TableWish,
  ): AsyncGenerator<readonly CsvCell[]> {
    let left = limit;
    for await (const calls of this.history.all(holder, filter, after)) {
      // Other requests, and the polls, have their turn between two pages.
      await this.turns.next(subjectKey(holder));
      for (const call of calls.slice(0, left)) yield historyRow(call, timeZone);
      left -= calls.length;
      if (left <= 0) return;
    }
  }
}

/** Without the customers' numbers. */
function spanOf({ from, to, lines }: HistoryFilter): string {
  const [begin, end] = [from, to].map((at) => (at === undefined ? 'any time' : new Date(at).toISOString()));
  const whose = lines === undefined ? '' : `, of ${lines.length} customer${lines.length === 1 ? '' : 's'}`;
  return `from ${begin} to ${end}${whose}`;
}

interface TableWish {
  readonly after: HistoryPosition | null;
  readonly limit: number | undefined;
  readonly timeZone: string;
}

/** As of other addresses. */
const PAGE = 100;
