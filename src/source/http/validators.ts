import type { IncomingHttpHeaders } from 'node:http';

/** What an answer can be recognised by when it is asked for again: one of the two request headers, as text. */
export type Validators = { readonly 'if-none-match': string } | { readonly 'if-modified-since': string };

/**
 * The validators of an answer, or null. A date counts only where no change can hide behind it (RFC 9110, 8.8.2.2): it
 * has whole seconds, so an answer that was made in the very second of the last change says nothing about a change later
 * in that second, and a 304 for it could hide a call for good. An entity tag is echoed only as the RFC writes it: another
 * one could not be sent back.
 */
export function validatorsOf(headers: IncomingHttpHeaders): Validators | null {
  const { etag, 'last-modified': modified, date = '' } = headers;
  if (etag !== undefined && ENTITY_TAG.test(etag)) return { 'if-none-match': etag };
  if (modified === undefined || !IMF_DATE.test(modified)) return null;
  const age = Date.parse(date) - Date.parse(modified);
  return age >= 1_000 ? { 'if-modified-since': modified } : null;
}

/** RFC 9110, 8.8.3, without obs-text. Longer ones than this are no tags. */
const ENTITY_TAG = /^(?:W\/)?"[\x21\x23-\x7e]{0,250}"$/;
const IMF_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
