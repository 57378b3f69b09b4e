import type { HistoryPosition } from '../../store/desk-store.js';

/**
 * A place in a tenant's history as text, for `after`: `<end of the call in ms>.<callId, base64url>`. It stays good as long as
 * the history is kept: a page goes on behind it whether its call is still there or not.
 */
export function formatHistoryPosition({ endedAt, callId }: HistoryPosition): string {
  return `${endedAt}.${Buffer.from(callId).toString('base64url')}`;
}

/** Null: the text is not of this form. */
export function parseHistoryPosition(text: string): HistoryPosition | null {
  const [, endedAt, encoded] = FORM.exec(text) ?? [];
  if (endedAt === undefined || encoded === undefined) return null;
  const callId = Buffer.from(encoded, 'base64url').toString();
  const position = { endedAt: Number(endedAt), callId };
  // Another spelling of it would be another text for the same place.
  return formatHistoryPosition(position) === text ? position : null;
}

const FORM = /^(0|[1-9]\d{0,15})\.([\w-]{1,1000})$/;
