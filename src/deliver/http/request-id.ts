import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

const HEADER = 'X-Request-Id';
/** What proxies send: a uuid, a hexadecimal trace id, or the like. Anything else might be anything. */
const SANE = /^[A-Za-z\d][A-Za-z\d_-]{7,63}$/;

/**
 * Names a request in its answer and in what is logged about it: by the caller's own `X-Request-Id` where that is sane,
 * else by a new one. The same for as long as the request lasts.
 */
export function requestId(request: Request, response: Response): string {
  const known = response.getHeader(HEADER);
  if (typeof known === 'string') return known;
  const given = request.get(HEADER) ?? '';
  const id = SANE.test(given) ? given : randomUUID();
  if (!response.headersSent) response.setHeader(HEADER, id);
  return id;
}

/** Express middleware, to be the first: every answer has an id. */
export function nameRequests(request: Request, response: Response, next: NextFunction): void {
  requestId(request, response);
  next();
}
