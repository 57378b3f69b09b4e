import { Controller, Get, Inject, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sendJson } from '../access/answer-body.js';
import type { Holder } from '../access/token.js';
import { AuditTrail } from './audit-trail.js';
import { BearerGuard, CurrentGrant } from './bearer.guard.js';
import { sendCsv, wantsCsv } from './csv-answer.js';
import { agentStatsQuery, MUST_OF_STATS, parseQuery, queueStatsQuery, type QueryString } from './query.js';
import { AGENT_HEADER, agentRows, QUEUE_HEADER, queueRows } from './stats-csv.js';
import { type Stats, StatsQuery } from './stats-query.js';
import type { IntervalView } from './stats-views.js';

/** What the days have come to. */
@Controller('v1/stats')
@UseGuards(BearerGuard)
export class StatsController {
  constructor(
    @Inject(StatsQuery) private readonly stats: StatsQuery,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  @Get('queues')
  async queues(
    @CurrentGrant() holder: Holder,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const { format, ...wish } = parseQuery(queueStatsQuery, query, MUST_OF_STATS);
    const stats = await this.stats.queues(holder, wish);
    if (!wantsCsv(request, format)) return sendJson(response, jsonOf(stats));
    await this.#sendTable(
      holder,
      { what: 'queues', stats, header: QUEUE_HEADER, rows: queueRows(stats) },
      response,
    );
  }

  @Get('agents')
  async agents(
    @CurrentGrant() holder: Holder,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const { format, ...wish } = parseQuery(agentStatsQuery, query, MUST_OF_STATS);
    const stats = await this.stats.agents(holder, wish);
    if (!wantsCsv(request, format)) return sendJson(response, jsonOf(stats));
    await this.#sendTable(
      holder,
      { what: 'agents', stats, header: AGENT_HEADER, rows: agentRows(stats) },
      response,
    );
  }

  async #sendTable(holder: Holder, { what, stats, header, rows }: Table, response: Response): Promise<void> {
    const { head, firstDay } = stats;
    const { by, from, to } = head;
    this.audit.note(holder, 'export', `stats of ${what} by ${by} from ${from} to ${to}`);
    await sendCsv(response, `${what}-by-${by}-from-${firstDay}`, header, rows);
  }
}

interface Table {
  readonly what: 'queues' | 'agents';
  readonly stats: Pick<Stats<IntervalView>, 'head' | 'firstDay'>;
  readonly header: Parameters<typeof sendCsv>[2];
  readonly rows: Parameters<typeof sendCsv>[3];
}

/** `{from, to, by, timeZone, intervals}`, some days at a time. */
async function* jsonOf<View extends IntervalView>({ head, intervals }: Stats<View>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"intervals":[`;
  let isFirst = true;
  for await (const some of intervals) {
    if (some.length === 0) continue;
    yield `${isFirst ? '' : ','}${JSON.stringify(some).slice(1, -1)}`;
    isFirst = false;
  }
  yield ']}';
}
