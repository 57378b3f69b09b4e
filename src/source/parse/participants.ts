import type { Direction, ObservedLeg, PhoneNumber } from '../../core/model/observation.js';
import {
  isExternal,
  isFeatureCode,
  isHotlineLike,
  isShortExtension,
  type PhoneNumbers,
  sameLine,
} from './phone-number.js';

/**
 * Finds out who is on a leg: the direction, the customer, the hotline, the other extension.
 *
 * The vendor's page says that `b_cid_num` is the customer, `cid_num` the hotline and `destination` the callee. Its own
 * outbound sample has the customer in both cid fields and the hotline in `destination`. So no field alone decides: the
 * extension's own number is never the customer, and the customer's number is never the hotline. A feature code is neither.
 */

/** A row's numbers as the PBX wrote them, '' where it wrote nothing. */
export interface LegNumbers {
  readonly extension: string;
  readonly bCid: string;
  readonly cid: string;
  readonly destination: string;
}

export interface Participants {
  readonly customer: PhoneNumber | null;
  readonly hotline: PhoneNumber | null;
}

/** The direction that the PBX wrote, or an inferred one where it wrote none or an unknown word. */
export function directionOf(word: string, leg: LegNumbers): Direction {
  const written = word.toLowerCase();
  if (written === 'inbound' || written === 'outbound' || written === 'local') return written;
  // Checked before the destination: a local call's destination is the extension that it rings at, as an inbound call's.
  if (isBetweenExtensions(leg)) return 'local';
  if (leg.destination === leg.extension || leg.destination === '') return 'inbound';
  return 'outbound';
}

/** Whether all numbers are inside the PBX: extensions, and a feature code that was dialled. */
export function isBetweenExtensions(leg: LegNumbers): boolean {
  const callers = [leg.bCid, leg.cid].filter((number) => number !== '');
  return callers.length > 0 && callers.every(isShortExtension) && isInside(leg.destination);
}

/** Whether the extension placed the call or is being called. */
export function roleOf(direction: Direction, leg: LegNumbers): ObservedLeg['role'] {
  if (direction === 'outbound') return 'caller';
  if (direction === 'inbound') return 'callee';
  if (leg.destination === leg.extension) return 'callee';
  if (leg.cid === leg.extension) return 'caller';
  return leg.destination !== '' && leg.cid !== leg.destination ? 'caller' : 'callee';
}

/** The other extension of a local call, as this row names it. */
export function peerOf(leg: LegNumbers): string | null {
  return [leg.destination, leg.bCid, leg.cid].find((number) => isOther(number, leg)) ?? null;
}

export function participantsOf(direction: Direction, leg: LegNumbers, numbers: PhoneNumbers): Participants {
  if (direction === 'local') {
    // A customer who was transferred to another agent is still the caller of the local leg.
    return { customer: firstNumber([leg.bCid, leg.cid], leg, numbers, isOutsider) ?? null, hotline: null };
  }
  const fields = customerFields(direction, leg);
  const first = firstNumber(fields, leg, numbers);
  // 1800… and 1900… are called and do not call: where one comes first, the fields are swapped.
  const swapped = first !== undefined && isHotlineLike(first.raw);
  const outsider = swapped ? firstNumber(fields, leg, numbers, isOutsider) : first;
  // On an inbound leg such a number alone is the hotline, called by a caller who withholds the own number.
  const customer = outsider ?? (direction === 'inbound' ? null : first) ?? null;
  const lines = swapped ? [first.raw, leg.cid, leg.destination] : [leg.cid, leg.destination];
  const hotline = firstNumber(lines, leg, numbers, (number) => isLine(number) && !isCustomer(number));
  return { customer, hotline: hotline ?? null };

  function isCustomer(number: PhoneNumber): boolean {
    return customer !== null && sameLine(number, customer);
  }
}

/**
 * The participants of an outbound call as the row of the leg that the extension placed shows them: the extension in
 * `cid_num`, the hotline in `b_cid_num` and the customer in `destination`.
 */
export function calledParticipants(leg: LegNumbers, numbers: PhoneNumbers): Participants {
  const customer = firstNumber([leg.destination, leg.bCid, leg.cid], leg, numbers) ?? null;
  const isHotline = (number: PhoneNumber) =>
    isLine(number) && (customer === null || !sameLine(number, customer));
  return { customer, hotline: firstNumber([leg.bCid, leg.cid], leg, numbers, isHotline) ?? null };
}

/**
 * The fields in which the customer may be. On an extension's inbound leg whose `b_cid_num` is empty or the extension's own (a
 * pick-up), `cid_num` is the hotline, as documented, and the caller withholds the number or is not shown.
 */
function customerFields(direction: Direction, leg: LegNumbers): readonly string[] {
  if (direction === 'outbound') return [leg.bCid, leg.cid, leg.destination];
  const isPickedUp = direction === 'inbound' && leg.bCid === leg.extension;
  const isWithheld = leg.bCid === '' && leg.destination === leg.extension;
  return isPickedUp || isWithheld ? [] : [leg.bCid, leg.cid];
}

/** The first field with a number that is not this extension and that `passes` accepts. */
function firstNumber(
  fields: readonly string[],
  leg: LegNumbers,
  numbers: PhoneNumbers,
  passes: (number: PhoneNumber) => boolean = () => true,
): PhoneNumber | undefined {
  for (const field of fields) {
    const number = isOther(field, leg) ? numbers.read(field) : null;
    if (number !== null && passes(number)) return number;
  }
  return undefined;
}

function isOther(number: string, leg: LegNumbers): boolean {
  return number !== '' && number !== leg.extension && !isFeatureCode(number);
}

function isInside(number: string): boolean {
  return isShortExtension(number) || isFeatureCode(number);
}

/** An ordinary number outside the PBX, which can be a customer's. */
export function isOutsider(number: PhoneNumber): boolean {
  return isExternal(number) && !isHotlineLike(number.raw);
}

/** A number that can be a hotline: digits, and more of them than an extension has. */
export function isLine(number: PhoneNumber): boolean {
  return isExternal(number) || (/^\+?\d+$/.test(number.raw) && !isShortExtension(number.raw));
}
