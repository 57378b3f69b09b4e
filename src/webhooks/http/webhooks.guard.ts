import { type CanActivate, type ExecutionContext, HttpStatus, Injectable } from '@nestjs/common';
import { noQuery, parseQuery, type QueryString } from '../../deliver/http/query.js';
import type { Holder } from '../../deliver/access/token.js';
import { Problem } from '../../deliver/http/problem.filter.js';

interface Granted {
  readonly grant?: Holder;
  readonly query: QueryString;
}

/**
 * Lets tokens with the claim `webhooks: true` through; to others the addresses do not exist. To be used behind `BearerGuard`.
 * With `AUTH_MODE=none` it lets everybody through whom that lets through. None of the addresses takes a query.
 */
@Injectable()
export class WebhooksGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { grant, query } = context.switchToHttp().getRequest<Granted>();
    if (grant?.webhooks === true) {
      parseQuery(noQuery, query);
      return true;
    }
    throw new Problem(
      HttpStatus.NOT_FOUND,
      'webhooks-not-granted',
      'this token shows no webhooks: that needs the claim webhooks: true, and neither extensions nor queues',
    );
  }
}
