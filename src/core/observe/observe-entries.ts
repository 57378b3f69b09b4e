import type { Call, QueueEntry, TenantState } from '../model/call.js';
import type { CallIndex, Indexed } from '../index/call-index.js';
import {
  type AbsencePoll,
  entryAbsence,
  KNOWN_ENTRY,
  type KnownEntry,
  type KnownEntryFacts,
} from '../parts/absence-rules.js';
import { customerKey, WITHHELD } from '../parts/customer.js';
import type { CycleFacts } from '../parts/cycle-facts.js';
import { changeWindow, lastWithoutNews } from '../parts/incomplete.js';
import type { ObservedQueueEntry, QueueAnswer } from '../model/observation.js';
import { beganDuring, belongsToEntry, isGone, onlyEntryDuring, entryBegan } from '../parts/part.js';
import { type Lack, lackOf } from '../parts/partial-absence.js';
import { onOurClock } from '../parts/pbx-clock.js';
import { changedBefore } from '../parts/staleness.js';
import type { Window } from '../parts/window.js';
import { add, type Changes, isSameRow } from './changes.js';
import { isIgnored } from './ignored-rows.js';

/** Finds what a queue answer changes in the known entries, by the tables of `absence-rules.ts`, and which are new. */

export function observeEntries(
  answer: QueueAnswer,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
  changes: Changes,
): TenantState['ignoredEntries'] | null {
  const complete = answer.outcome === 'complete';
  const run = cycle.incomplete.queue;
  const lackOfEntry = (key: string) => lackOf({ key, extension: null }, answer, run);
  const mayBeThere = (key: string) => lackOfEntry(key) === 'nothing';
  const ignored = new Set(complete ? [] : [...state.ignoredEntries].filter(mayBeThere));
  let isNew = false;
  // A row that an earlier answer surely did not have is news, whatever its times say.
  const notBefore =
    lastWithoutNews(state.sources.queue, answer) === null
      ? answer.at - cycle.policy.abandonedLookbackMs
      : -Infinity;

  const listed = new Set<string>();
  const entriesOf = entriesByCustomer(answer);
  for (const [key, row] of answer.rows) {
    const known = index.entries.get(key) ?? underAnotherKey(row, answer, index, listed);
    if (known !== undefined) {
      listed.add(known.callId);
      const unchanged = isSameRow(known, row);
      if (unchanged && known.part.absence === null) continue;
      if (known.part.seen.status !== row.status) changes.turned.add(known.callId);
      const window = changeWindow(known.part.seen.key, state.sources, answer, cycle.policy);
      const entry = listedEntry(known.part, row, { complete, unchanged, window }, cycle);
      if (entry !== null) changes.entries.set(known.callId, entry);
      continue;
    }
    // A row lingers after its call has left the entry, by an overflow or for another queue, and may outlast the call.
    const isPast = index.isPastEntry(row);
    if (isPast || (row.status !== 'abandoned' && state.ignoredEntries.has(key))) {
      ignored.add(key);
      isNew ||= !state.ignoredEntries.has(key);
      continue;
    }
    // If the old entry is still listed beside it, this is another caller with the same identity.
    const resumedFrom = index.byRow(row.rowKey).find(({ entry }) => !answer.rows.has(entry!.seen.key));
    if (resumedFrom !== undefined && row.rejoinedAt !== resumedFrom.entry!.seen.rejoinedAt) {
      changes.superseded.set(resumedFrom.callId, row);
      changes.newEntries.push(row);
    } else if (row.status === 'abandoned') {
      if (index.ended.hasEntry(row, answer.at)) continue;
      const when = belongsToEntry(row.abandonedAt, row) ? row.abandonedAt! : entryBegan(row);
      if (
        isIgnored(row, state.ignoredEntries) ||
        onOurClock(when, cycle.skewMs) < notBefore ||
        isAnnounced(row, answer, index, entriesOf)
      ) {
        ignored.add(key);
        isNew ||= !state.ignoredEntries.has(key);
      } else changes.newEntries.push(row);
    } else if (row.status !== 'unknown') {
      changes.newEntries.push(row);
    }
  }
  for (const [key, { callId, part }] of index.entries) {
    if (answer.rows.has(key) || listed.has(callId)) continue;
    const window = changeWindow(key, state.sources, answer, cycle.policy);
    const entry = missingEntry(part, { lack: lackOfEntry(key), window }, cycle);
    if (entry !== null) changes.entries.set(callId, entry);
  }
  return isNew || ignored.size !== state.ignoredEntries.size ? ignored : null;
}

/**
 * Finds the known entry of a row whose `key` has changed: the PBX empties `call_uuid` as a caller leaves, and may change it
 * as one comes back. It is the entry of the same place that has no other row in this answer, nor another `call_uuid`. Of
 * several rows without one, those of the callers who left first are of calls that have ended, if there are too few entries for all.
 * Of several entries it is one that the answer before still listed, and whose caller was not answered: who is bridged leaves no such row.
 */
function underAnotherKey(
  row: ObservedQueueEntry,
  answer: QueueAnswer,
  index: CallIndex,
  listed: ReadonlySet<string>,
): Indexed<QueueEntry, ObservedQueueEntry> | undefined {
  const calls = index
    .byIdentity(row.entryKey)
    .filter(
      ({ callId, entry }) =>
        (row.callId === null || entry!.seen.callId === null) &&
        !answer.rows.has(entry!.seen.key) &&
        !listed.has(callId),
    );
  if (calls.length === 0 || howManyLeftLater(row, answer, index) >= calls.length) return undefined;
  const call = calls.reduce((first, other) => (unlikely(other) < unlikely(first) ? other : first));
  return index.entries.get(call.entry!.seen.key);
}

function unlikely({ entry }: Pick<Call, 'entry'>): number {
  const { absence, answered } = entry!;
  return (absence === null ? 0 : 2) + (answered ? 1 : 0);
}

/** How many rows of that place are of callers who left later than this one, and of no known entry. */
function howManyLeftLater(
  { entryKey, abandonedAt, callId }: ObservedQueueEntry,
  answer: QueueAnswer,
  index: CallIndex,
): number {
  if (callId !== null || abandonedAt === null) return 0;
  let later = 0;
  for (const other of answer.rows.values()) {
    const isOfPlace = other.entryKey === entryKey && other.callId === null && !index.entries.has(other.key);
    if (isOfPlace && (other.abandonedAt ?? abandonedAt) > abandonedAt) later += 1;
  }
  return later;
}

/**
 * Whether the hang-up of this entry's caller has been announced already, by a call that had legs only: they had stopped
 * ringing before the queue answered. That must be the customer's only ended call that began during this entry and no
 * other.
 */
function isAnnounced(
  row: ObservedQueueEntry,
  answer: QueueAnswer,
  index: CallIndex,
  entriesOf: (customer: string) => readonly ObservedQueueEntry[],
): boolean {
  const customer = customerKey(row.customer);
  if (customer === WITHHELD || index.hasCustomer(customer)) return false;
  const [announced, ...others] = index.ended
    .legsOnlyCallsOf(customer, answer.at)
    .filter(({ startedAt }) => beganDuring(startedAt, row));
  if (announced === undefined || others.length > 0) return false;
  return onlyEntryDuring(announced.startedAt, entriesOf(customer)) === row;
}

/** The answer's rows of a customer. It sorts them on first use. */
function entriesByCustomer({ rows }: QueueAnswer): (customer: string) => readonly ObservedQueueEntry[] {
  let sorted: Map<string, ObservedQueueEntry[]> | null = null;
  return (customer) => {
    if (sorted === null) {
      sorted = new Map();
      for (const row of rows.values()) add(sorted, customerKey(row.customer), row);
    }
    return sorted.get(customer) ?? [];
  };
}

/** Makes the queue entry of a row that a poll shows for the first time. */
export function newEntry(row: ObservedQueueEntry, cycle: CycleFacts): QueueEntry {
  const lastTime = Math.max(entryBegan(row), row.bridgedAt ?? 0);
  const changedAt = changedBefore(onOurClock(lastTime, cycle.skewMs), cycle.now);
  const entry: QueueEntry = { seen: row, answered: false, rang: 'no', quiet: null, changedAt, absence: null };
  return listedEntry(entry, row, { complete: true, unchanged: false, window: cycle.queue! }, cycle)!;
}

function listedEntry(
  entry: QueueEntry,
  row: ObservedQueueEntry,
  {
    complete,
    unchanged,
    window,
  }: Pick<KnownEntryFacts, 'complete' | 'unchanged'> & { readonly window: Window },
  cycle: CycleFacts,
): QueueEntry | null {
  const bridged = belongsToEntry(row.bridgedAt, row);
  const facts = { row: row.status, complete, unchanged, bridged, ...stateBefore(entry, cycle) };
  const seen = unchanged ? entry.seen : row;
  return entryAfter(entry, seen, KNOWN_ENTRY.decide(facts), { window, unlisted: false }, cycle);
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

function stateBefore(entry: QueueEntry, cycle: CycleFacts): Pick<KnownEntryFacts, 'before' | 'gone'> {
  return { before: entry.absence?.kind ?? 'listed', gone: isGone(entry, cycle.policy) };
}

function entryAfter(
  { seen: before, answered, rang, quiet, changedAt, absence }: QueueEntry,
  seen: ObservedQueueEntry,
  entry: KnownEntry,
  poll: AbsencePoll,
  cycle: CycleFacts,
): QueueEntry | null {
  if (entry === null) return null;
  return {
    seen,
    answered: answered || entry.isAnswered,
    rang,
    // Any change of the row ends its staleness.
    quiet: seen === before ? quiet : null,
    changedAt: seen === before ? changedAt : cycle.now,
    absence: entry.absence === null ? null : entryAbsence(absence, entry.absence, poll, cycle),
  };
}
