import { isExtensionId } from '../core/model/extension-id.js';
import { errorText, registrationAnswer } from './parse/answer-schemas.js';
import { parseOrNothing } from './parse/json.js';
import type { TenantConnection } from './tenant-connection.js';

/** The PBX's answer about one extension. */
export type Registration =
  | { readonly outcome: 'found'; readonly extension: string; readonly registered: boolean }
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs: number | null };

/**
 * Asks whether an extension, by uuid or number, is registered. An id of another form is `not-found` without a request.
 * Never rejects.
 */
export async function askRegistration(
  connection: TenantConnection,
  id: string,
  signal?: AbortSignal,
): Promise<Registration> {
  if (!isExtensionId(id)) return { outcome: 'not-found' };
  const http = await connection.getAside(`/v3/extension/${id}/loggedin`, { signal });
  const document = parseOrNothing(http.body);
  if (!http.ok && http.status === 404) return { outcome: 'not-found' };
  if (/extension not found/i.test(errorText(document) ?? '')) return { outcome: 'not-found' };
  if (!http.ok) return { outcome: 'failed', reason: http.reason, retryAfterMs: http.retryAfterMs };
  const answer = registrationAnswer.safeParse(document);
  if (!answer.success) {
    return { outcome: 'failed', reason: 'not a registration answer', retryAfterMs: null };
  }
  return { outcome: 'found', extension: answer.data.extension, registered: answer.data.is_logged_in };
}
