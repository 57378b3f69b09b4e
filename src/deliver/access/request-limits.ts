import type { ServerResponse } from 'node:http';
import { bytesHeld } from './answer-body.js';
import { onceOver } from './answer-over.js';
import type { LimitWatch } from './limit-watch.js';
import type { Limits } from './options.js';
import type { Whose } from './token.js';

/**
 * HTTP requests with a valid token: how many are under way, and how many bytes of their answers wait to be taken.
 *
 * Guarantees: no more than `maxRequests` at once, a half of them for one tenant, an eighth for one subject. A request
 * is refused while the answers before it still hold `maxAnswerBytes`, or the same share of that. A single answer may be
 * larger, but only one.
 */
export class RequestLimits {
  readonly #limits: RequestLimitsDeps;
  readonly #underWay = new Map<ServerResponse, Whose>();

  constructor(limits: RequestLimitsDeps) {
    this.#limits = limits;
  }

  /** Counts the request until its answer has ended, or until `release`; false where there are too many. */
  take(response: ServerResponse, holder: Whose): boolean {
    const { maxRequests, maxAnswerBytes, watch } = this.#limits;
    const counts = SHARES.map(() => ({ requests: 0, bytes: 0 }));
    for (const [other, { tenant, subject }] of this.#underWay) {
      const isOfTenant = tenant === holder.tenant;
      const includes = [true, isOfTenant, isOfTenant && subject === holder.subject];
      for (const [index, count] of counts.entries()) {
        if (!includes[index]) continue;
        count.requests += 1;
        count.bytes += bytesHeld(other);
      }
    }
    for (const [index, { requests, bytes }] of counts.entries()) {
      const share = SHARES[index]!;
      const isCrowded = requests >= Math.max(1, Math.floor(maxRequests / share));
      if (!isCrowded && bytes < maxAnswerBytes / share) continue;
      watch.reached(isCrowded ? 'requests' : 'answer-bytes');
      return false;
    }
    this.#underWay.set(response, holder);
    onceOver(response, () => this.release(response));
    return true;
  }

  /** Counts it no more: an event stream has other bounds. */
  release(response: ServerResponse): void {
    this.#underWay.delete(response);
  }
}

export interface RequestLimitsDeps extends Pick<Limits, 'maxRequests' | 'maxAnswerBytes'> {
  readonly watch: LimitWatch;
}

/** The whole for all, a half for a tenant, an eighth for a subject. */
const SHARES = [1, 2, 8] as const;
