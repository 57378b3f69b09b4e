import type { Leg, Registrations, QueueEntry, TenantState } from '../model/call.js';
import { type CallIndex, type Indexed, numberKey } from '../index/call-index.js';
import {
  type AbsencePoll,
  absentLeg,
  entryAbsence,
  KNOWN_ENTRY,
  KNOWN_LEG,
  type KnownEntry,
  type KnownEntryFacts,
  LEG_UNLISTED,
} from '../parts/absence-rules.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { absenceWindow } from '../parts/incomplete.js';
import type { MonitorAnswer, ObservedLeg, ObservedQueueEntry, QueueAnswer } from '../model/observation.js';
import {
  beganDuring,
  belongsToEntry,
  CLOCK_TOLERANCE_MS,
  isGone,
  onlyEntryDuring,
  entryBegan,
} from '../parts/part.js';
import { type Lack, lackOf } from '../parts/partial-absence.js';
import { isEarlierThan, type Window } from '../parts/window.js';
import { findRegistration } from './registrations.js';

/** Finds what an answer changes in the known parts, by the tables of `absence-rules.ts`, and which parts are new. */

export interface Changes {
  /** The changed legs of each call, by `callId`. */
  readonly legs: Map<string, Leg[]>;
  /** The changed queue entry of each call, by `callId`. */
  readonly entries: Map<string, QueueEntry>;
  readonly newLegs: ObservedLeg[];
  readonly newEntries: ObservedQueueEntry[];
  /** Live calls whose caller came back on the same row before a poll showed the hang-up: the present row, by `callId`. */
  readonly superseded: Map<string, ObservedQueueEntry>;
}

export function observeLegs(
  answer: MonitorAnswer,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
  changes: Changes,
): void {
  const complete = answer.outcome === 'complete';
  for (const row of answer.rows.values()) {
    const known = index.legs.get(row.key);
    if (known === undefined) {
      // A row whose state is unclear keeps a call alive but never begins one.
      if (row.signal !== 'unclear' || index.byUpstreamId(row.callId) !== undefined) changes.newLegs.push(row);
    } else if (known.part.absence !== null || !isSameRow(known, row)) {
      const isAnswered = KNOWN_LEG.decide({ row: row.signal, complete }) === 'answered';
      const state = isAnswered ? 'answered' : known.part.state;
      add(changes.legs, known.callId, { seen: row, state, absence: null });
    }
  }

  const run = cycle.incomplete.monitor;
  const { listsIdle, registrations } = state;
  const isListed = listedBy(answer);
  for (const { callId, part } of index.legs.values()) {
    const { key, extension } = part.seen;
    if (answer.rows.has(key)) continue;
    const lack = lackOf({ key, extension }, answer, run);
    if (KNOWN_LEG.decide({ row: 'missing', complete: lack !== 'nothing' }) !== 'absent') continue;
    const wasListed = part.absence?.unlisted === false;
    const unlisted = LEG_UNLISTED.decide({
      unregistered: isUnregistered(part.seen, registrations),
      listsIdle,
      listedSince: listsIdle && (wasListed || isListed(extension)),
    });
    const window = absenceWindow(key, state.sources.monitor, answer.at);
    add(changes.legs, callId, absentLeg(part, window, unlisted || lack === 'doubtful', cycle.policy));
  }
}

export function observeEntries(
  answer: QueueAnswer,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
  changes: Changes,
): TenantState['ignoredEntries'] | null {
  const complete = answer.outcome === 'complete';
  const run = cycle.incomplete.queue;
  const mayBeThere = (key: string) => lackOf({ key, extension: null }, answer, run) === 'nothing';
  const ignored = new Set(complete ? [] : [...state.ignoredEntries].filter(mayBeThere));
  let isNew = false;
  const poll = cycle.queue!;
  const bounds = { toleranceMs: CLOCK_TOLERANCE_MS, lookbackMs: cycle.policy.abandonedLookbackMs };

  for (const [key, row] of answer.rows) {
    const known = index.entries.get(key);
    if (known !== undefined) {
      const unchanged = isSameRow(known, row);
      if (unchanged && known.part.absence === null) continue;
      const entry = listedEntry(known.part, row, { complete, unchanged }, cycle);
      if (entry !== null) changes.entries.set(known.callId, entry);
      continue;
    }
    // A row lingers after its call has left the entry, by an overflow or for another queue.
    if (index.pastEntries.has(key)) continue;
    const resumedFrom = index.byRow(row.rowKey);
    // If the old entry is still listed beside it, this is another caller with the same identity.
    if (resumedFrom !== undefined && !answer.rows.has(resumedFrom.entry!.seen.entryKey)) {
      changes.superseded.set(resumedFrom.callId, row);
      changes.newEntries.push(row);
    } else if (row.status === 'abandoned') {
      if (index.ended.byEntry(key, answer.at) !== undefined) continue;
      const when = belongsToEntry(row.abandonedAt, row) ? row.abandonedAt! : entryBegan(row);
      const wasIgnored = state.ignoredEntries.has(key);
      if (wasIgnored || isEarlierThan(when, poll, bounds) || isAnnounced(row, answer, index)) {
        ignored.add(key);
        isNew ||= !wasIgnored;
      } else changes.newEntries.push(row);
    } else if (row.status !== 'unknown') {
      changes.newEntries.push(row);
    }
  }
  for (const [key, { callId, part }] of index.entries) {
    if (answer.rows.has(key)) continue;
    const lack = lackOf({ key, extension: null }, answer, run);
    const window = absenceWindow(key, state.sources.queue, answer.at);
    const entry = missingEntry(part, { lack, window }, cycle);
    if (entry !== null) changes.entries.set(callId, entry);
  }
  return isNew || ignored.size !== state.ignoredEntries.size ? ignored : null;
}

/**
 * Whether the hang-up of this entry's caller has been announced already, by a call that had legs only: they had stopped
 * ringing before the queue answered. That must be the customer's only ended call that began during this entry and no
 * other.
 */
function isAnnounced(row: ObservedQueueEntry, answer: QueueAnswer, index: CallIndex): boolean {
  const customer = numberKey(row.customer);
  if (customer === null || index.byCustomer(customer).length > 0) return false;
  const [announced, ...others] = index.ended
    .legsOnlyCallsOf(customer, answer.at)
    .filter(({ startedAt }) => beganDuring(startedAt, row));
  if (announced === undefined || others.length > 0) return false;
  const ofCustomer = [...answer.rows.values()].filter((entry) => numberKey(entry.customer) === customer);
  return onlyEntryDuring(announced.startedAt, ofCustomer) === row;
}

/** Makes the queue entry of a row that a poll shows for the first time. */
export function newEntry(row: ObservedQueueEntry, cycle: CycleFacts): QueueEntry {
  const entry: QueueEntry = { seen: row, answered: false, absence: null };
  return listedEntry(entry, row, { complete: true, unchanged: false }, cycle)!;
}

function listedEntry(
  entry: QueueEntry,
  row: ObservedQueueEntry,
  { complete, unchanged }: Pick<KnownEntryFacts, 'complete' | 'unchanged'>,
  cycle: CycleFacts,
): QueueEntry | null {
  const bridged = belongsToEntry(row.bridgedAt, row);
  const facts = { row: row.status, complete, unchanged, bridged, ...stateBefore(entry, cycle) };
  return entryAfter(entry, row, KNOWN_ENTRY.decide(facts), { window: cycle.queue!, unlisted: false }, cycle);
}

function missingEntry(
  entry: QueueEntry,
  { lack, window }: { readonly lack: Lack; readonly window: Window },
  cycle: CycleFacts,
): QueueEntry | null {
  const facts = {
    row: 'missing',
    complete: lack !== 'nothing',
    unchanged: false,
    bridged: false,
    ...stateBefore(entry, cycle),
  } as const;
  const unlisted = lack === 'doubtful';
  return entryAfter(entry, entry.seen, KNOWN_ENTRY.decide(facts), { window, unlisted }, cycle);
}

function stateBefore(entry: QueueEntry, { policy }: CycleFacts): Pick<KnownEntryFacts, 'before' | 'gone'> {
  return { before: entry.absence?.kind ?? 'listed', gone: isGone(entry, policy) };
}

function entryAfter(
  { answered, absence }: QueueEntry,
  seen: ObservedQueueEntry,
  entry: KnownEntry,
  poll: AbsencePoll,
  cycle: CycleFacts,
): QueueEntry | null {
  if (entry === null) return null;
  return {
    seen,
    answered: answered || entry.isAnswered,
    absence: entry.absence === null ? null : entryAbsence(absence, entry.absence, poll, cycle),
  };
}

function isUnregistered({ extension, extensionId }: ObservedLeg, registrations: Registrations): boolean {
  const known =
    findRegistration(registrations, extension) ??
    (extensionId === null ? undefined : findRegistration(registrations, extensionId));
  return known?.registered === false;
}

/** Returns whether the answer lists an extension, with or without a call. It collects those with a call on first use. */
function listedBy(answer: MonitorAnswer): (extension: string) => boolean {
  let busy: Set<string> | null = null;
  return (extension) => {
    if (answer.idleExtensions.has(extension)) return true;
    busy ??= new Set([...answer.rows.values()].map((row) => row.extension));
    return busy.has(extension);
  };
}

/** Whether the row is unchanged. After a restart the rows are other objects, so they are compared by content once. */
function isSameRow<Row extends ObservedLeg | ObservedQueueEntry>(
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
    if (!isDeepEqual((a as Record<string, unknown>)[field], (b as Record<string, unknown>)[field]))
      return false;
    fields++;
  }
  return fields === Object.keys(b).length;
}

function add<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
