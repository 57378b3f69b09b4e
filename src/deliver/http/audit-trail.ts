import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import { reasonOf } from '../../base/error-text.js';
import type { AuditedDeed } from '../../core/callbacks/audit-entry.js';
import type { DeskStore } from '../../store/desk-store.js';
import type { Holder } from '../access/token.js';
import { DESK_STORE } from './desk-reads.js';
import { DELIVER_CLOCK } from './log-query.js';
import { DELIVER_LOGGER } from './problem.filter.js';

/** What people do that is noted, beside what `npm run forget` notes (`customer-forgotten`). */
export type Audited = 'export' | 'callback-unanswered' | AuditedDeed['what'];

/**
 * Notes who did what, in the log and in what the store keeps for `npm run audit`.
 *
 * Guarantees: it delays and fails nothing; what cannot be kept is in the log all the same, with the reason. What it is given is made of
 * fixed words, ids, dates and counts: no number of a customer is in it.
 */
@Injectable()
export class AuditTrail {
  constructor(
    @Inject(DESK_STORE) private readonly desk: Pick<DeskStore, 'noteAudit'>,
    @Inject(DELIVER_CLOCK) private readonly clock: Pick<Clock, 'now'>,
    @Inject(DELIVER_LOGGER) private readonly logger: Pick<Logger, 'info' | 'warn'>,
  ) {}

  /** @param about what it concerned: a call-back's id, or what was exported */
  note(holder: Pick<Holder, 'tenant' | 'sub'>, what: Audited, about: string): void {
    this.log(holder, what, about);
    const { tenant } = holder;
    this.desk
      .noteAudit(tenant, { at: this.clock.now(), by: nameOf(holder), what, about })
      .catch((error: unknown) => {
        this.logger.warn({ tenant, what, reason: reasonOf(error) }, 'audit not kept');
      });
  }

  /** The line alone, of what the commit that did it has kept. */
  log(holder: Pick<Holder, 'tenant' | 'sub'>, what: Audited, about: string): void {
    this.logger.info({ tenant: holder.tenant, by: nameOf(holder), what, about }, `audit: ${what}`);
  }
}

function nameOf({ sub }: Pick<Holder, 'sub'>): string | null {
  return sub === null ? null : sub.slice(0, BY_LENGTH);
}

/** A token may have a `sub` of kilobytes, and the trail thousands of entries. */
const BY_LENGTH = 256;
