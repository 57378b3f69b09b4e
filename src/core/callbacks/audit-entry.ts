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

export interface AuditedDeed {
  readonly what: 'callback-dismissed' | 'callback-reopened';
  readonly about: string;
}

/** What is noted of a request that was written: a dismissal with its reason, and its undoing; null: nothing. */
export function auditedDeed({
  kind,
  callback,
  why,
}: Pick<CallbackRequest, 'kind' | 'callback' | 'why'>): AuditedDeed | null {
  if (kind === 'callback-dismiss') return { what: 'callback-dismissed', about: `${callback} ${why}` };
  return kind === 'callback-undo' ? { what: 'callback-reopened', about: callback } : null;
}
