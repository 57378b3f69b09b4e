import { STATUS_CODES } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Inject,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { token } from '../../base/inject.js';
import { requestId } from './request-id.js';
import { reasonOf } from '../../base/error-text.js';
import { Refusal, type RefusalCode } from '../access/refusal.js';
import { DeliverStats } from '../stats.js';

export const DELIVER_LOGGER = token<Logger>('DELIVER_LOGGER');

/** An answer other than the requested one; `code` is for programs, `detail` for people. */
export class Problem extends HttpException {
  constructor(
    status: HttpStatus,
    readonly code: string,
    readonly detail: string,
    /** Further members of the problem document. */
    readonly members: Readonly<Record<string, unknown>> = {},
    /** When to ask again, where that is known. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(code, status);
  }
}

const UNREADABLE = 'the stored state of this tenant cannot be read; the operator of the service has to act';

/** The store answers, but this build cannot read the tenant's state. */
export function stateUnreadable(): Problem {
  return new Problem(HttpStatus.SERVICE_UNAVAILABLE, 'state-unreadable', UNREADABLE);
}

const REFUSALS: Readonly<Partial<Record<RefusalCode, readonly [HttpStatus, string]>>> = {
  unauthorized: [HttpStatus.UNAUTHORIZED, 'a valid token is needed in the Authorization header'],
  'token-expired': [HttpStatus.UNAUTHORIZED, 'the token has expired'],
  'token-revoked': [HttpStatus.UNAUTHORIZED, 'the token was revoked'],
  'bad-signature': [HttpStatus.UNAUTHORIZED, 'the token is not signed with a key of its tenant'],
  'tenant-mismatch': [
    HttpStatus.UNAUTHORIZED,
    'the key that signed the token does not open the tenant that it names',
  ],
  'token-in-url': [
    HttpStatus.UNAUTHORIZED,
    'a token belongs into the Authorization header, never into the address',
  ],
  'auth-unavailable': [HttpStatus.SERVICE_UNAVAILABLE, 'tokens cannot be checked at the moment'],
  'origin-not-allowed': [HttpStatus.FORBIDDEN, 'this origin may not use the service'],
  'too-many-connections': [HttpStatus.TOO_MANY_REQUESTS, 'too many connections are open'],
  'state-unreadable': [HttpStatus.SERVICE_UNAVAILABLE, UNREADABLE],
  'shutting-down': [HttpStatus.SERVICE_UNAVAILABLE, 'the service is shutting down'],
  'bad-request': [HttpStatus.BAD_REQUEST, 'a parameter is not understood'],
};

/** Seconds: a store that restarts is back by then; a stored state that cannot be read waits for the operator. */
const RETRY_S = '2';
const UNREADABLE_RETRY_S = '30';

/**
 * Answers every error, from every part of the service, with an RFC 9457 problem document. The document says nothing about
 * an unexpected error. Neither query nor headers are logged, as they may hold a token.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(DELIVER_LOGGER) private readonly logger: Logger,
    @Inject(DeliverStats) private readonly stats: DeliverStats,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const id = requestId(request, response);
    const problem = this.#problemOf(error, request, id);
    if (response.headersSent) return void response.destroy();
    const status = problem.getStatus();
    if (status === 401) {
      // Where nothing was presented, nothing is wrong with it (RFC 6750, section 3.1).
      const about = problem.code === 'unauthorized' && request.headers.authorization === undefined;
      const error = about ? '' : `, error="invalid_token", error_description="${problem.detail}"`;
      response.setHeader('WWW-Authenticate', `Bearer realm="pitel"${error}`);
    }
    if (problem.retryAfterMs !== null)
      response.setHeader('Retry-After', String(Math.ceil(problem.retryAfterMs / 1_000)));
    else if (status === 503 || status === 429)
      response.setHeader('Retry-After', problem.code === 'state-unreadable' ? UNREADABLE_RETRY_S : RETRY_S);
    response.setHeader('Cache-Control', 'no-store');
    response.statusCode = status;
    response.setHeader('Content-Type', 'application/problem+json');
    const standard = {
      type: `urn:pitel-event-bridge:problem:${problem.code}`,
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail: problem.detail,
      instance: pathOf(request),
      code: problem.code,
    };
    // `standard` again at the end, because a readiness report has a `status` of its own that is no HTTP status.
    response.end(JSON.stringify({ ...standard, ...problem.members, ...standard }));
  }

  #problemOf(error: unknown, request: Request, id: string): Problem {
    if (error instanceof Problem) return error;
    if (error instanceof Refusal) {
      this.stats.countRefused(error.code);
      const [status, detail] = REFUSALS[error.code] ?? [HttpStatus.FORBIDDEN, 'refused'];
      return new Problem(status, error.code, error.detail ?? detail);
    }
    if (error instanceof HttpException) {
      const status = error.getStatus() as HttpStatus;
      const title = STATUS_CODES[status] ?? 'error';
      const detail = status === HttpStatus.NOT_FOUND ? 'there is nothing at this address' : title;
      return new Problem(status, title.toLowerCase().replaceAll(' ', '-'), detail, membersOf(error));
    }
    this.logger.error(
      {
        request: id,
        method: request.method,
        path: pathOf(request),
        reason: reasonOf(error),
        stack: (error as Error)?.stack,
      },
      'request failed',
    );
    return new Problem(HttpStatus.INTERNAL_SERVER_ERROR, 'internal-error', 'something went wrong here');
  }
}

/** What other parts add to their exceptions beside the message, such as a readiness report. */
function membersOf(error: HttpException): Readonly<Record<string, unknown>> {
  const body = error.getResponse();
  if (typeof body === 'string') return {};
  return Object.fromEntries(
    // Nest's own `error` repeats the title; a report's `error` lists the parts that are down.
    Object.entries(body).filter(
      ([name, value]) =>
        !['statusCode', 'message'].includes(name) && !(name === 'error' && typeof value === 'string'),
    ),
  );
}

/** The address without its query. */
function pathOf(request: Request): string {
  return request.originalUrl.split('?', 1)[0]!;
}
