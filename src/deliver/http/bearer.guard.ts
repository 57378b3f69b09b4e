import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Grant } from '../access/audience.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { originAllowed } from '../access/cors.js';
import { Refusal } from '../access/refusal.js';
import { hasTokenInQuery, TokenVerifier } from '../access/token.js';

type Granted = Request & { grant?: Grant };

/** Lets a request through with the grant of its bearer token, and keeps every answer out of caches. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Granted>();
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    if (hasTokenInQuery(request.query)) throw new Refusal('token-in-url');
    // With tokens CORS is enough, because a page has no token by itself. Without them the address is the only check.
    if (!this.tokens.required && !originAllowed(request.headers, this.options)) {
      throw new Refusal('origin-not-allowed');
    }
    request.grant = await this.tokens.verify(bearerToken(request), request.query.tenant);
    return true;
  }
}

export const CurrentGrant = createParamDecorator(
  (_: unknown, context: ExecutionContext): Grant => context.switchToHttp().getRequest<Granted>().grant!,
);

export function bearerToken(request: Request): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}
