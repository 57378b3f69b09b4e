import type { ObservedLeg, PhoneNumber } from '../model/observation.js';

/** What a number says about who a caller is. */

/**
 * Identifies a caller by number: the E.164 form, or else the text as written. `WITHHELD` for a caller who withholds the
 * number: two of them are not the same caller for that reason.
 */
export function customerKey(number: PhoneNumber | null): string {
  if (number === null || isWithheld(number.raw)) return WITHHELD;
  return number.e164 ?? number.raw;
}

export const WITHHELD = 'withheld';

/** How the PBX and the networks before it write a number that is withheld (freeswitch.md, and what was seen at trunks). */
function isWithheld(raw: string): boolean {
  return /^(?:anonymous|unknown|restricted|private|unavailable|withheld|\+?0*)$/i.test(raw);
}

export type Likeness = 'same' | 'withheld' | 'different';

/** Whether two callers are one by their numbers. `withheld`: both withhold it, which says nothing either way. */
export function likeness(a: string, b: string): Likeness {
  if (a !== b) return 'different';
  return a === WITHHELD ? 'withheld' : 'same';
}

/** Whether two rows write a number alike: one who withholds it does so in one way, such as `private` or an empty text. */
export function isWrittenAlike(a: PhoneNumber | null, b: PhoneNumber | null): boolean {
  return (a?.raw ?? '') === (b?.raw ?? '');
}

/** The same of two callers, who may write that they withhold it. */
export function callerLikeness(a: PhoneNumber | null, b: PhoneNumber | null): Likeness {
  const found = likeness(customerKey(a), customerKey(b));
  return found === 'withheld' && !isWrittenAlike(a, b) ? 'different' : found;
}

export type Match = 'same' | 'different' | 'unknown';

/** Whether two hotlines are one. */
export function hotlineMatch(a: PhoneNumber | null, b: PhoneNumber | null): Match {
  if (a === null || b === null) return 'unknown';
  return customerKey(a) === customerKey(b) ? 'same' : 'different';
}

/**
 * Whether the leg can belong to a customer's inbound call: the PBX may list an agent's leg of one as local, with the customer
 * on it.
 */
export function mayBeInbound({ direction, customer }: ObservedLeg): boolean {
  return direction === 'inbound' || (direction === 'local' && customer !== null);
}
