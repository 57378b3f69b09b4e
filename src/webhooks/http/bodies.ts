import type { DeadLetter, StoredAttempt } from '../../store/webhook-store.js';
import type { Result } from '../sender.js';
import type { WebhookView } from '../webhooks-control.js';

/** The bodies of the addresses under `/v1/webhooks`; `src/schema/webhook-schemas.ts` has their schemas. Instants are RFC 3339. */

/** Field by field, so that nothing is shown because it was added elsewhere. */
export function webhookBody(view: WebhookView) {
  const { id, url, state, cursor, lagEvents, lagMs, lastError, lastDeliveredAt } = view;
  return { id, url, state, cursor, lagEvents, lagMs, lastError, lastDeliveredAt };
}

export function attemptBody({ at, id, cursor, kind, outcome, status, tookMs, error }: StoredAttempt) {
  return { at: new Date(at).toISOString(), id, cursor, kind, outcome, status, tookMs, error };
}

export function deadLetterBody({ at, cursor, reason, tries }: DeadLetter) {
  return { at: new Date(at).toISOString(), cursor, reason, tries };
}

/** What came of a test, or of the last request of a replay. */
export function resultBody({ verdict, status, tookMs, error }: Result) {
  return { outcome: verdict.kind, status, tookMs, error };
}
