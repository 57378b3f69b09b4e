import type { StoredAttempt } from '../../store/webhook-store.js';
import type { Result } from '../sender.js';

/** What the list of attempts has of a request. */
export function attemptOf(
  { verdict, status, tookMs, error }: Result,
  { at, cursor, id, kind }: Pick<StoredAttempt, 'at' | 'cursor' | 'id' | 'kind'>,
): StoredAttempt {
  // 410 is an answer about the endpoint.
  const outcome = verdict.kind === 'gone' ? 'endpoint-failed' : verdict.kind;
  return { at, cursor, id, kind, outcome, status, tookMs, error };
}

/** In place of a request that cannot be made. */
export const UNMADE: Result = {
  verdict: { kind: 'event-failed' },
  status: null,
  tookMs: 0,
  error: 'no request can be made of the event',
};
