import { Controller, Get, HttpStatus, Inject, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sendJson } from '../access/answer-body.js';
import type { CallFilter, Grant } from '../access/audience.js';
import { keysAskedFor, READ_NUMBER, type ReadNumber } from '../access/customers-asked.js';
import type { Holder } from '../access/token.js';
import { BearerGuard, CurrentGrant } from './bearer.guard.js';
import { EventStreams } from './event-streams.js';
import { HistoryAnswer } from './history-answer.js';
import { HistoryCalls } from './history-calls.js';
import { LogQuery } from './log-query.js';
import { Problem } from './problem.filter.js';
import {
  callsQuery,
  isOfEnded,
  MUST_OF_CALLS,
  noQuery,
  pageQuery,
  parseQuery,
  queuesQuery,
  type QueryString,
  streamQuery,
} from './query.js';
import { RegistrationQuery } from './registration-query.js';

/** The log over HTTP: state, catch-up and stream, the same events as on every other transport. */
@Controller('v1')
@UseGuards(BearerGuard)
export class LogController {
  constructor(
    @Inject(LogQuery) private readonly log: LogQuery,
    @Inject(HistoryCalls) private readonly ended: HistoryCalls,
    @Inject(HistoryAnswer) private readonly history: HistoryAnswer,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(RegistrationQuery) private readonly registrations: RegistrationQuery,
    @Inject(READ_NUMBER) private readonly readNumber: ReadNumber,
  ) {}

  /** Those that are alive; with `state=ended`, those of the history. */
  @Get('calls')
  async calls(
    @CurrentGrant() grant: Holder,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const asked = parseQuery(callsQuery, query, MUST_OF_CALLS);
    if (isOfEnded(asked)) return this.history.answer(grant, asked, request, response);
    const { customers, extensions, queues, states } = asked;
    const filter = this.#filter(grant, { customers, extensions, queues, states });
    await sendJson(response, [await this.log.calls(grant, filter)]);
  }

  @Get('calls/:callId')
  async call(
    @CurrentGrant() grant: Grant,
    @Param('callId') callId: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ) {
    parseQuery(noQuery, query);
    // One that is not alive any more by then has been in the history since.
    const call = (await this.log.call(grant, callId)) ?? (await this.ended.call(grant, callId));
    if (call === null)
      throw new Problem(HttpStatus.NOT_FOUND, 'not-found', 'there is no such call, alive or in the history');
    await sendJson(response, [call]);
  }

  @Get('queues')
  async queues(@CurrentGrant() grant: Grant, @Query() query: QueryString, @Res() response: Response) {
    await sendJson(response, [await this.log.queues(grant, parseQuery(queuesQuery, query))]);
  }

  @Get('sources')
  async sources(@CurrentGrant() grant: Grant, @Query() query: QueryString, @Res() response: Response) {
    parseQuery(noQuery, query);
    await sendJson(response, [await this.log.sources(grant)]);
  }

  @Get('extensions/:id/registration')
  async registration(
    @CurrentGrant() grant: Grant,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ) {
    parseQuery(noQuery, query);
    await sendJson(response, [await this.registrations.registration(grant, id)]);
  }

  @Get('events')
  async events(@CurrentGrant() grant: Grant, @Query() query: QueryString, @Res() response: Response) {
    const { limit, after, since, until, ...wanted } = parseQuery(pageQuery, query);
    const filter = this.#filter(grant, wanted);
    await sendJson(response, await this.log.events(grant, filter, { after, since, until }, limit));
  }

  @Get('events/stream')
  stream(
    @CurrentGrant() grant: Holder,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    if (request.method === 'HEAD') return void response.end();
    // A browser that reconnects repeats the old address, so the header is the newer of the two.
    const lastEventId = request.headers['last-event-id'];
    const { after, ...wanted } = parseQuery(streamQuery, query);
    this.streams.open(response, {
      grant,
      filter: this.#filter(grant, wanted),
      cursor: typeof lastEventId === 'string' ? lastEventId : (after ?? null),
    });
  }

  /** Numbers as they were written become those that calls are found by. */
  #filter(grant: Grant, { customers, ...rest }: CallFilter): CallFilter {
    if (customers === undefined) return rest;
    return { ...rest, customers: keysAskedFor(grant, customers, this.readNumber) };
  }
}
