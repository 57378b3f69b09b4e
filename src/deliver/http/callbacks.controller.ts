import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { auditedDeed } from '../../core/callbacks/audit-entry.js';
import { DISMISSAL_REASONS, type DismissalReason } from '../../core/callbacks/callback.js';
import { DEFAULT_DESK_RULES } from '../../core/desk-rules.js';
import { sendJson } from '../access/answer-body.js';
import { onceOver } from '../access/answer-over.js';
import { Refusal } from '../access/refusal.js';
import type { Holder } from '../access/token.js';
import { AuditTrail } from './audit-trail.js';
import { BearerGuard, CurrentGrant } from './bearer.guard.js';
import { CALLBACK_HEADER, callbackRows } from './callback-csv.js';
import { CallbackList } from './callback-list.js';
import { formatPosition } from './callback-order.js';
import { type CallbackDeed, CallbackRequests } from './callback-requests.js';
import { sendCsv, wantsCsv } from './csv-answer.js';
import { DESK_RULES, type DeskRulesOf } from './desk-reads.js';
import { Problem } from './problem.filter.js';
import { callbacksQuery, MUST_OF_CALLBACKS, noQuery, parseQuery, type QueryString } from './query.js';

/** Who is owed a call, and what people do about it. */
@Controller('v1/callbacks')
@UseGuards(BearerGuard)
export class CallbacksController {
  constructor(
    @Inject(CallbackList) private readonly callbacks: CallbackList,
    @Inject(CallbackRequests) private readonly requests: CallbackRequests,
    @Inject(DESK_RULES) private readonly rules: DeskRulesOf,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  @Get()
  async list(
    @CurrentGrant() holder: Holder,
    @Query() query: QueryString,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const { format, ...wish } = parseQuery(callbacksQuery, query, MUST_OF_CALLBACKS);
    if (wantsCsv(request, format)) {
      const { timeZone } = this.rules(holder.tenant) ?? DEFAULT_DESK_RULES;
      const rows = callbackRows(await this.callbacks.all(holder, wish), timeZone);
      this.audit.note(holder, 'export', `call-backs that are ${wish.state}`);
      return sendCsv(response, `callbacks-${wish.state}`, CALLBACK_HEADER, rows);
    }
    const { entries, total, next } = await this.callbacks.page(holder, wish);
    const page = { callbacks: entries, total, next: next && formatPosition(next) };
    await sendJson(response, [JSON.stringify(page)]);
  }

  @Post(':id/claim')
  @HttpCode(HttpStatus.OK)
  claim(
    @CurrentGrant() holder: Holder,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ) {
    return this.#do(holder, 'claim', id, query, null, response);
  }

  @Post(':id/release')
  @HttpCode(HttpStatus.OK)
  release(
    @CurrentGrant() holder: Holder,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ) {
    return this.#do(holder, 'release', id, query, null, response);
  }

  @Post(':id/dismiss')
  @HttpCode(HttpStatus.OK)
  dismiss(
    @CurrentGrant() holder: Holder,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Body() body: unknown,
    @Res() response: Response,
  ) {
    return this.#do(holder, 'dismiss', id, query, body, response);
  }

  @Post(':id/undo')
  @HttpCode(HttpStatus.OK)
  undo(
    @CurrentGrant() holder: Holder,
    @Param('id') id: string,
    @Query() query: QueryString,
    @Res() response: Response,
  ) {
    return this.#do(holder, 'undo', id, query, null, response);
  }

  async #do(
    holder: Holder,
    deed: CallbackDeed,
    id: string,
    query: QueryString,
    body: unknown,
    response: Response,
  ): Promise<void> {
    parseQuery(noQuery, query);
    const why = deed === 'dismiss' ? parseDismissal(body) : null;
    const gone = new AbortController();
    onceOver(response, () => gone.abort());
    const done = await this.requests.ask(holder, deed, id, why, gone.signal).catch((error: unknown) => {
      // It may still happen, and then no one is there to note it.
      if (error instanceof Problem && error.code === 'not-answered')
        this.audit.note(holder, 'callback-unanswered', `${deed} ${id}`);
      throw error;
    });
    const noted =
      done.result === 'written' ? auditedDeed({ kind: `callback-${deed}`, callback: id, why }) : null;
    if (noted !== null) this.audit.log(holder, noted.what, noted.about);
    await sendJson(response, [JSON.stringify(done)]);
  }
}

const dismissal = z.strictObject({ why: z.enum(DISMISSAL_REASONS) });

/** @throws Refusal `bad-request`, which says what the body must be; in fixed words, as what was sent may be anything */
function parseDismissal(body: unknown): DismissalReason {
  const parsed = dismissal.safeParse(body);
  if (parsed.success) return parsed.data.why;
  throw new Refusal(
    'bad-request',
    `the body must be a JSON object with why, one of ${DISMISSAL_REASONS.join(', ')}`,
  );
}
