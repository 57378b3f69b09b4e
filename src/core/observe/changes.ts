import type { Leg, QueueEntry } from '../model/call.js';
import type { Indexed } from '../index/call-index.js';
import type { ObservedLeg, ObservedQueueEntry } from '../model/observation.js';

/** What the answers of a cycle change in the known parts of calls, and which parts are new. */
export interface Changes {
  /** The changed legs of each call, by `callId`. */
  readonly legs: Map<string, Leg[]>;
  /** The changed queue entry of each call, by `callId`. */
  readonly entries: Map<string, QueueEntry>;
  /** The calls whose entry has another status than in the answer before. */
  readonly turned: Set<string>;
  readonly newLegs: ObservedLeg[];
  /** Of the new legs, those of extensions that were consulted: the call of the customer whom they talk to, by the leg's `key`. */
  readonly consulted: Map<string, string>;
  /** Of the new legs, those that show the answer of a leg which rang under another id: its call, by the new leg's `key`. */
  readonly answered: Map<string, string>;
  readonly newEntries: ObservedQueueEntry[];
  /** Live calls whose caller came back on the same row before a poll showed the hang-up: the present row, by `callId`. */
  readonly superseded: Map<string, ObservedQueueEntry>;
}

export function noChanges(): Changes {
  return {
    legs: new Map(),
    entries: new Map(),
    turned: new Set(),
    newLegs: [],
    consulted: new Map(),
    answered: new Map(),
    newEntries: [],
    superseded: new Map(),
  };
}

/** Whether the row is unchanged. After a restart the rows are other objects, so they are compared by content once. */
export function isSameRow<Row extends ObservedLeg | ObservedQueueEntry>(
  known: Indexed<{ readonly seen: Row }, Row>,
  row: Row,
): boolean {
  if (known.row === row) return true;
  if (!isDeepEqual(known.part.seen, row)) return false;
  known.row = row;
  return true;
}

function isDeepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  let fields = 0;
  for (const field in a) {
    // The reading that was not taken (`direction.ts`) is no part of what is known of a leg.
    if (field === 'asLeg') continue;
    if (!isDeepEqual((a as Record<string, unknown>)[field], (b as Record<string, unknown>)[field]))
      return false;
    fields++;
  }
  return fields === Object.keys(b).length - ('asLeg' in b ? 1 : 0);
}

export function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
