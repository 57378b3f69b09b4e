import type { LastLeg, Leg } from '../model/call.js';
import type { Instant, ObservedLeg, PhoneNumber } from '../model/observation.js';
import { customerKey, WITHHELD } from './customer.js';

/**
 * A leg's identity beside its id: as a connection ends, a PBX may show a leg that has gone under another id for up to 0.6 s
 * (`call_uuid` falls back to the leg's own value).
 */

/** How long: three times what a FreeSWITCH needed. */
const PHANTOM_MS = 2_000;

/** Null without a `call_time`. */
export function legName({ extension, customer, startedAt }: ObservedLeg): string | null {
  return startedAt === null ? null : nameOf(extension, numberOf(customer), startedAt);
}

export function lastLegName({ extension, customer, startedAt }: LastLeg): string {
  return nameOf(extension, customer, startedAt);
}

export function lastLegsOf(gone: readonly Leg[]): readonly LastLeg[] {
  return gone.flatMap(({ seen, absence }) => {
    const { extension, customer, startedAt } = seen;
    if (startedAt === null) return [];
    return [{ extension, customer: numberOf(customer), startedAt, goneAt: absence!.firstAbsent }];
  });
}

export function hasJustGone({ goneAt }: LastLeg, now: Instant): boolean {
  return now - goneAt <= PHANTOM_MS;
}

/** The row of one leg withholds the number in one way: another way is another caller's. */
function numberOf(customer: PhoneNumber | null): string {
  const key = customerKey(customer);
  return key === WITHHELD ? `${WITHHELD} ${customer?.raw ?? ''}` : key;
}

function nameOf(extension: string, customer: string, startedAt: Instant): string {
  return `${extension}|${customer}|${startedAt}`;
}
