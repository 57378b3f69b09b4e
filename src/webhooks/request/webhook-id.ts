import { hash } from 'node:crypto';

/**
 * The `webhook-id` of an event: the same at every try and on every replica, so that a receiver recognises a repeat. A hash,
 * since the event's own id holds the PBX's text, and a dot in an id would make the signed text ambiguous.
 * @param eventId the CloudEvent's `id`
 */
export function webhookId(eventId: string): string {
  return `evt_${hash('sha256', eventId, 'hex').slice(0, HASH_DIGITS)}`;
}

/** 128 bits: no two events of a log ever share them. */
const HASH_DIGITS = 32;
