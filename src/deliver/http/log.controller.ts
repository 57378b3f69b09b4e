import { Controller, Get, Inject, Param, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import { sendJson } from '../access/answer-body.js';
import type { Grant } from '../access/audience.js';
import type { Holder } from '../access/token.js';
import { BearerGuard, CurrentGrant } from './bearer.guard.js';
import { EventStreams } from './event-streams.js';
import { LogQuery } from './log-query.js';
import { filterQuery, pageQuery, parseQuery, type QueryString, streamQuery } from './query.js';
import { RegistrationQuery } from './registration-query.js';

/** The log over HTTP: state, catch-up and stream, the same events as on every other transport. */
@Controller('v1')
@UseGuards(BearerGuard)
export class LogController {
  constructor(
    @Inject(LogQuery) private readonly log: LogQuery,
    @Inject(EventStreams) private readonly streams: EventStreams,
    @Inject(RegistrationQuery) private readonly registrations: RegistrationQuery,
  ) {}

  @Get('calls')
  async calls(@CurrentGrant() grant: Grant, @Query() query: QueryString, @Res() response: Response) {
    await sendJson(response, [await this.log.calls(grant, parseQuery(filterQuery, query))]);
  }

  @Get('calls/:callId')
  async call(@CurrentGrant() grant: Grant, @Param('callId') callId: string, @Res() response: Response) {
    await sendJson(response, [await this.log.call(grant, callId)]);
  }

  @Get('sources')
  async sources(@CurrentGrant() grant: Grant, @Res() response: Response) {
    await sendJson(response, [await this.log.sources(grant)]);
  }

  @Get('extensions/:id/registration')
  async registration(@CurrentGrant() grant: Grant, @Param('id') id: string, @Res() response: Response) {
    await sendJson(response, [await this.registrations.registration(grant, id)]);
  }

  @Get('events')
  async events(@CurrentGrant() grant: Grant, @Query() query: QueryString, @Res() response: Response) {
    const { limit, after, since, ...filter } = parseQuery(pageQuery, query);
    await sendJson(response, await this.log.events(grant, filter, { after, since }, limit));
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
    const { after, ...filter } = parseQuery(streamQuery, query);
    this.streams.open(response, {
      grant,
      filter,
      cursor: typeof lastEventId === 'string' ? lastEventId : (after ?? null),
    });
  }
}
