import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  HttpStatus,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { onceOver } from '../access/answer-over.js';
import { ClientAddresses } from '../access/client-addresses.js';
import { Connections } from '../access/connections.js';
import { FailurePace } from '../access/failure-pace.js';
import { FairTurns } from '../access/fair-turns.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { originAllowed } from '../access/cors.js';
import { Refusal } from '../access/refusal.js';
import { RequestLimits } from '../access/request-limits.js';
import { hasTokenInQuery, type Holder, subjectKey, TokenVerifier } from '../access/token.js';
import { Problem } from './problem.filter.js';

type Granted = Request & { grant?: Holder };

/**
 * Lets a request through with the grant of its bearer token, while there are not too many, and keeps every answer out of
 * caches.
 */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(FailurePace) private readonly pace: FailurePace,
    @Inject(FairTurns) private readonly turns: FairTurns,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(RequestLimits) private readonly requests: RequestLimits,
    @Inject(ClientAddresses) private readonly addresses: ClientAddresses,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Granted>();
    const response = context.switchToHttp().getResponse<Response>();
    response.setHeader('Cache-Control', 'no-store');
    if (hasTokenInQuery(request.query)) throw new Refusal('token-in-url');
    // With tokens CORS is enough, because a page has no token by itself. Without them the address is the only check.
    if (!this.tokens.required && !originAllowed(request, this.options)) {
      throw new Refusal('origin-not-allowed');
    }
    request.grant = await this.#verified(request);
    onceOver(response, this.connections.prove(request.socket));
    if (!this.requests.take(response, request.grant))
      throw new Problem(
        HttpStatus.TOO_MANY_REQUESTS,
        'too-many-requests',
        'too many requests are under way; read the answers, and ask again',
      );
    await this.turns.next(subjectKey(request.grant));
    return true;
  }

  async #verified(request: Request): Promise<Holder> {
    const address = this.addresses.of(request);
    await this.pace.turn(address);
    await this.turns.next(address);
    try {
      return await this.tokens.verify(bearerToken(request), request.query.tenant);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'auth-unavailable')) this.pace.failed(address);
      throw error;
    }
  }
}

export const CurrentGrant = createParamDecorator(
  (_: unknown, context: ExecutionContext): Holder => context.switchToHttp().getRequest<Granted>().grant!,
);

function bearerToken(request: Request): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
}
