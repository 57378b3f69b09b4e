import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const HEADER = 'X-Request-Id';
/** The ids that proxies send: a uuid, a hexadecimal trace id, or the like. No other text is logged. */
const SANE = /^[A-Za-z\d][A-Za-z\d_-]{7,63}$/;

/**
 * The id of a request in its answer and its log lines: the caller's own `X-Request-Id` where that is sane, else a new one.
 * It does not change while the request lasts.
 */
export function requestId(request: Request, response: Response): string {
  const known = response.getHeader(HEADER);
  if (typeof known === 'string') return known;
  const given = request.get(HEADER) ?? '';
  const id = SANE.test(given) ? given : randomUUID();
  if (!response.headersSent) response.setHeader(HEADER, id);
  return id;
}

/** Express middleware. It must be the first, so that every answer has an id. */
export function nameRequests(request: Request, response: Response, next: NextFunction): void {
  requestId(request, response);
  next();
}
