import type { Instant } from '../model/observation.js';
import type { CallbackRequest } from './callback-request.js';

/** Who did what, as it is kept. Without numbers of customers. */
export interface AuditEntry {
  readonly at: Instant;
  /** `sub` of the token; null: it has none. */
  readonly by: string | null;
  readonly what: string;
  /** What it concerned: a call-back's id, or what was exported and from when to when. */
  readonly about: string;
}

/** What is kept of a request that was written: who dismissed a call-back, and why, and who undid that. */
export function auditOf({ kind, callback, by, why }: CallbackRequest, at: Instant): readonly AuditEntry[] {
  if (kind === 'callback-dismiss')
    return [{ at, by, what: 'callback-dismissed', about: `${callback} ${why}` }];
  return kind === 'callback-undo' ? [{ at, by, what: 'callback-reopened', about: callback }] : [];
}
