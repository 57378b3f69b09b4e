import type { IncomingHttpHeaders } from 'node:http';

/** The header that makes the next request conditional on the answer having changed: one of two. */
export type Validators = { readonly 'if-none-match': string } | { readonly 'if-modified-since': string };

/**
 * The validators of an answer, or null. A date counts only where it is a strong validator (RFC 9110, 8.8.2.2). It has
 * whole seconds, so an answer that was made in the same second as the last change does not exclude a change later in
 * that second: a 304 could hide a call for good. An entity tag counts only in the RFC's form, since another one cannot
 * be sent back.
 */
export function validatorsOf(headers: IncomingHttpHeaders): Validators | null {
  const { etag, 'last-modified': modified, date = '' } = headers;
  if (etag !== undefined && ENTITY_TAG.test(etag)) return { 'if-none-match': etag };
  if (modified === undefined || !IMF_DATE.test(modified)) return null;
  const age = Date.parse(date) - Date.parse(modified);
  return age >= 1_000 ? { 'if-modified-since': modified } : null;
}

/** RFC 9110, 8.8.3, without obs-text. Longer ones are not taken. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]{0,250}"$/;
const IMF_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
