import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Param,
  Post,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { Response } from 'express';
import type { Clock } from '../../base/clock.js';
import { token } from '../../base/inject.js';
import { sendJson } from '../../deliver/access/answer-body.js';
import { onceOver } from '../../deliver/access/answer-over.js';
import type { Grant } from '../../deliver/access/audience.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../../deliver/access/options.js';
import { BearerGuard, CurrentGrant } from '../../deliver/http/bearer.guard.js';
import { DELIVER_CLOCK } from '../../deliver/http/log-query.js';
import { Problem, stateUnreadable } from '../../deliver/http/problem.filter.js';
import { UnreadableStateError } from '../../store/errors.js';
import { NoSuchEndpointError, UnusableCursorError, type WebhooksControl } from '../webhooks-control.js';
import { attemptBody, deadLetterBody, resultBody, webhookBody } from './bodies.js';
import { parseReplayBody } from './replay-body.js';
import { WebhooksGuard } from './webhooks.guard.js';

export const WEBHOOKS_CONTROL = token<WebhooksControl>('WEBHOOKS_CONTROL');

/** The webhooks of the token's tenant: how each endpoint does, and what people can have it do. */
@Controller('v1/webhooks')
@UseGuards(BearerGuard, WebhooksGuard)
export class WebhooksController {
  constructor(
    @Inject(WEBHOOKS_CONTROL) private readonly webhooks: WebhooksControl,
    @Inject(DELIVER_OPTIONS) private readonly options: Pick<ResolvedOptions, 'storeTimeoutMs'>,
    @Inject(DELIVER_CLOCK) private readonly clock: Pick<Clock, 'after'>,
  ) {}

  @Get()
  async list(@CurrentGrant() { tenant }: Grant, @Res() response: Response) {
    const webhooks = await this.#stored(this.webhooks.list(tenant));
    await answer(response, { webhooks: webhooks.map(webhookBody) });
  }

  @Get(':id/attempts')
  async attempts(@CurrentGrant() { tenant }: Grant, @Param('id') id: string, @Res() response: Response) {
    const attempts = await this.#stored(this.webhooks.attempts(tenant, id));
    await answer(response, { attempts: attempts.map(attemptBody) });
  }

  @Get(':id/dead')
  async dead(@CurrentGrant() { tenant }: Grant, @Param('id') id: string, @Res() response: Response) {
    const letters = await this.#stored(this.webhooks.deadLetters(tenant, id));
    await answer(response, { dead: letters.map(deadLetterBody) });
  }

  @Post(':id/test')
  @HttpCode(HttpStatus.OK)
  async test(@CurrentGrant() { tenant }: Grant, @Param('id') id: string, @Res() response: Response) {
    const tested = await this.#attended(TEST_MS, response, (signal) =>
      this.webhooks.test(tenant, id, signal),
    );
    await answer(response, resultBody(tested));
  }

  /** Ends early when the client goes, and after `REPLAY_MS`, before proxies give up: `cursor` says where to go on. */
  @Post(':id/replay')
  @HttpCode(HttpStatus.OK)
  async replay(
    @CurrentGrant() { tenant }: Grant,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res() response: Response,
  ) {
    const what = parseReplayBody(body);
    const { delivered, last, cursor } = await this.#attended(REPLAY_MS, response, (signal) =>
      this.webhooks.replay(tenant, id, what, signal),
    );
    await answer(response, { delivered, cursor, last: last === null ? null : resultBody(last) });
  }

  @Post(':id/resume')
  @HttpCode(HttpStatus.OK)
  async resume(@CurrentGrant() { tenant }: Grant, @Param('id') id: string, @Res() response: Response) {
    await this.#stored(this.webhooks.resume(tenant, id));
    await answer(response, { id });
  }

  /** Gives the work up when the client goes, and after `ms`; the request that is under way then may take its time-out. */
  async #attended<T>(ms: number, response: Response, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController();
    const stop = this.clock.after(ms, () => ended.abort());
    onceOver(response, () => ended.abort());
    try {
      return await this.#within(ms + TEST_MS, work(ended.signal));
    } finally {
      stop();
    }
  }

  #stored<T>(asked: Promise<T>): Promise<T> {
    return this.#within(this.options.storeTimeoutMs, asked);
  }

  /** Waits no longer than that: the store may be frozen rather than gone. */
  #within<T>(ms: number, asked: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.clock.after(ms, () => reject(storeAway()));
      asked.then(resolve, (error: unknown) => reject(problemOf(error))).finally(stop);
    });
  }
}

async function answer(response: Response, body: object): Promise<void> {
  await sendJson(response, [JSON.stringify(body)]);
}

function problemOf(error: unknown): Problem {
  if (error instanceof NoSuchEndpointError)
    return new Problem(HttpStatus.NOT_FOUND, 'not-found', 'no webhook of this tenant has this id');
  if (error instanceof UnusableCursorError)
    return new Problem(HttpStatus.GONE, error.reason, 'the log does not hold the events that are asked for', {
      reason: error.reason,
    });
  return error instanceof UnreadableStateError ? stateUnreadable() : storeAway();
}

function storeAway(): Problem {
  return new Problem(
    HttpStatus.SERVICE_UNAVAILABLE,
    'store-away',
    'the state of the webhooks cannot be read',
  );
}

/** Common proxies give up after 30 to 60 s. */
const REPLAY_MS = 20_000;
/** Longer than a receiver may take. */
const TEST_MS = 60_000;
