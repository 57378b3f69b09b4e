import type { Call, Joined } from '../model/call.js';
import type { ObservedQueueEntry, PhoneNumber } from '../model/observation.js';
import { add } from '../observe/changes.js';
import { customerKey } from '../parts/customer.js';
import { MAX_LEGS_OF_CALL } from '../model/bounds.js';
import type { PlacedLeg } from './placement.js';

/** New parts that are one call, while `correlate` finds out which. */
export interface Group {
  /** The customer of the first of its parts. */
  readonly customer: PhoneNumber | null;
  readonly legs: PlacedLeg[];
  readonly entries: ObservedQueueEntry[];
  joins: Call | null;
  mergedInto: Group | null;
}

export function groupOf(customer: PhoneNumber | null): Group {
  return { customer, legs: [], entries: [], joins: null, mergedInto: null };
}

export function isAlone(group: Group): boolean {
  return group.joins === null && group.mergedInto === null;
}

/** Whether a call or group that has so many legs (`extentOf`) has room for the group's. */
export function hasRoom(extent: number, { legs }: Group): boolean {
  return extent + legs.length <= MAX_LEGS_OF_CALL;
}

export function joinsCall(group: Group, call: Call, joined: Joined): void {
  group.joins = call;
  rejoin(group, joined);
}

export function mergeInto(group: Group, into: Group, joined: Joined): void {
  rejoin(group, joined);
  into.legs.push(...group.legs);
  into.entries.push(...group.entries);
  group.mergedInto = into;
}

function rejoin(group: Group, joined: Joined): void {
  for (const [nth, { seen }] of group.legs.entries()) group.legs[nth] = { seen, joined };
}

export function customerOf({ customer }: Group): string {
  return customerKey(customer);
}

/** Sorts groups by a key, in the order in which the keys first occur. */
export function sortedBy(
  groups: readonly Group[],
  keyOf: (group: Group) => string,
): ReadonlyMap<string, readonly Group[]> {
  const found = new Map<string, Group[]>();
  for (const group of groups) add(found, keyOf(group), group);
  return found;
}

export function byCustomerOf(groups: readonly Group[]): ReadonlyMap<string, readonly Group[]> {
  return sortedBy(groups, customerOf);
}
