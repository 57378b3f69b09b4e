import type { Absence, Leg, Policy, Registrations, Stay, TenantState } from '../model/call.js';
import { type CallIndex, type Indexed, numberKey } from '../index/call-index.js';
import { cannotSeeTelephones, type CycleFacts, lastLookAt, sawTelephones } from '../parts/cycle-facts.js';
import type {
  Instant,
  MonitorAnswer,
  ObservedLeg,
  ObservedQueueEntry,
  QueueAnswer,
} from '../model/observation.js';
import {
  beganDuring,
  belongsToStay,
  CLOCK_TOLERANCE_MS,
  isGone,
  onlyStayDuring,
  stayBegan,
} from '../parts/part.js';
import { find } from './registrations.js';

/**
 * What an answer says about the parts that are already known, and which parts it shows for the first time.
 *
 *   leg             row says        row is missing from a complete answer
 *   ringing         ringing, unclear: ringing · answered: answered      absent once more
 *   answered        whatever: answered                                  absent once more
 *
 *   stay            Waiting, Trying, Unknown   Answered     Abandoned             missing from a complete answer
 *   in queue        in queue                   answered     absent (abandoned)    absent (vanished)
 *   answered        answered                   answered     absent (abandoned)    absent (vanished)
 *
 * Nothing goes backwards, one reappearance forgets an absence, and what is missing from a partial answer says
 * nothing. A part is gone when it has been absent from ABSENCE_POLLS observations in a row (`isGone`).
 *
 * A caller whom the queue lets go, Abandoned or gone, may go on elsewhere, and only the telephones show that. So it is not
 * counted for the last time before the monitor has been seen completely after it, as long as there is hope for that.
 */

export interface Changes {
  /** Changed parts by call. */
  readonly legs: Map<string, Leg[]>;
  readonly stays: Map<string, Stay>;
  readonly newLegs: ObservedLeg[];
  readonly newStays: ObservedQueueEntry[];
  /** Live calls whose caller came back on the same row before the hang-up was seen: the row as it is now. */
  readonly superseded: Map<string, ObservedQueueEntry>;
}

export function observeLegs(
  answer: MonitorAnswer,
  state: TenantState,
  index: CallIndex,
  policy: Policy,
  changes: Changes,
): void {
  for (const row of answer.rows.values()) {
    const known = index.legs.get(row.key);
    if (known === undefined) {
      // A row that says neither ringing nor answered keeps a call alive but never begins one.
      if (row.signal !== 'unclear' || index.byUpstreamId(row.callId) !== undefined) changes.newLegs.push(row);
    } else if (known.part.absence !== null || !isSameRow(known, row)) {
      const leg: Leg = {
        seen: row,
        state: row.signal === 'answered' ? 'answered' : known.part.state,
        absence: null,
      };
      add(changes.legs, known.callId, leg);
    }
  }
  if (answer.outcome !== 'complete') return;

  const lastPresent = lastLookAt(state.sources.monitor, answer.at);
  const isListed = listing(answer);
  for (const { callId, part } of index.legs.values()) {
    if (answer.rows.has(part.seen.key)) continue;
    const { seen, state: legState, absence } = part;
    const unlisted =
      isUnregistered(seen, state.registrations) ||
      (state.listsIdle && (absence?.unlisted ?? true) && !isListed(seen.extension));
    const again = absentAgain(absence, lastPresent, answer.at, policy);
    add(changes.legs, callId, {
      seen,
      state: legState,
      absence: {
        polls: again.polls,
        lastPresent: again.lastPresent,
        firstAbsent: again.firstAbsent,
        unlisted,
      },
    });
  }
}

export function observeStays(
  answer: QueueAnswer,
  state: TenantState,
  index: CallIndex,
  cycle: CycleFacts,
  changes: Changes,
): TenantState['ignoredStays'] | null {
  const { policy } = cycle;
  const isComplete = answer.outcome === 'complete';
  const ignored = new Set(isComplete ? [] : state.ignoredStays);
  let isNew = false;
  const lastPresent = lastLookAt(state.sources.queue, answer.at);
  const announceSince =
    lastPresent === null ? answer.at - policy.abandonedLookbackMs : lastPresent - CLOCK_TOLERANCE_MS;

  for (const [key, row] of answer.rows) {
    const known = index.stays.get(key);
    if (known !== undefined) {
      // A row that is Abandoned for good lingers; one that was missing is back.
      const { absence } = known.part;
      const isSettled = absence === null || (absence.kind === 'abandoned' && isGone(known.part, policy));
      if (!isSettled || !isSameRow(known, row)) {
        changes.stays.set(known.callId, seenAgain(known.part, row, cycle));
      }
      continue;
    }
    // The row of a stay that its call has left, by overflow, lingers.
    if (index.pastStays.has(key)) continue;
    const resumedFrom = index.byRow(row.rowKey);
    // Where the old stay is still on show beside it, another caller happens to have the same identity.
    if (resumedFrom !== undefined && !answer.rows.has(resumedFrom.stay!.seen.stayKey)) {
      changes.superseded.set(resumedFrom.callId, row);
      changes.newStays.push(row);
    } else if (row.status === 'abandoned') {
      if (index.ended.byStay(key, answer.at) !== undefined) continue;
      const when = belongsToStay(row.abandonedAt, row) ? row.abandonedAt! : stayBegan(row);
      const wasIgnored = state.ignoredStays.has(key);
      if (wasIgnored || when < announceSince || isTold(row, answer, index)) {
        ignored.add(key);
        isNew ||= !wasIgnored;
      } else changes.newStays.push(row);
    } else if (row.status !== 'unknown') {
      changes.newStays.push(row);
    }
  }
  for (const [key, { callId, part }] of isComplete ? index.stays : []) {
    if (answer.rows.has(key) || isGone(part, policy)) continue;
    const kind = part.absence?.kind ?? 'vanished';
    changes.stays.set(callId, { ...part, absence: leftAgain(part.absence, kind, cycle) });
  }
  return isNew || ignored.size !== state.ignoredStays.size ? ignored : null;
}

/**
 * The caller was told to have hung up by the telephones alone, which had stopped ringing before the queue could be seen:
 * the one call of this customer that has ended and began during this stay, and during no other.
 */
function isTold(row: ObservedQueueEntry, answer: QueueAnswer, index: CallIndex): boolean {
  const customer = numberKey(row.customer);
  if (customer === null || index.byCustomer(customer).length > 0) return false;
  const [told, ...others] = index.ended
    .atTelephones(customer, answer.at)
    .filter(({ startedAt }) => beganDuring(startedAt, row));
  if (told === undefined || others.length > 0) return false;
  const ofCustomer = [...answer.rows.values()].filter((stay) => numberKey(stay.customer) === customer);
  return onlyStayDuring(told.startedAt, ofCustomer) === row;
}

/** A stay as it looks at first sight. */
export function newStay(row: ObservedQueueEntry, cycle: CycleFacts): Stay {
  return seenAgain({ seen: row, answered: false, absence: null }, row, cycle);
}

function seenAgain(stay: Stay, row: ObservedQueueEntry, cycle: CycleFacts): Stay {
  const abandoned = row.status === 'abandoned';
  // A restarted call-centre module calls every row Abandoned; what it had bridged was answered all the same.
  const answered = row.status === 'answered' || (abandoned && belongsToStay(row.bridgedAt, row));
  return {
    seen: row,
    answered: stay.answered || answered,
    absence: abandoned ? leftAgain(stay.absence, 'abandoned', cycle) : null,
  };
}

/** It counts as gone only once the telephones, where the caller may have gone on, have been seen or cannot be. */
function leftAgain(
  before: Absence | null,
  kind: 'abandoned' | 'vanished',
  cycle: CycleFacts,
): NonNullable<Stay['absence']> {
  const { policy } = cycle;
  const { earliest, latest } = cycle.queue!;
  const absence = absentAgain(before, earliest, latest, policy);
  const { firstAbsent } = absence;
  const mayCount = sawTelephones(cycle, firstAbsent) || cannotSeeTelephones(cycle, firstAbsent);
  const polls = mayCount ? absence.polls : Math.min(absence.polls, policy.absencePolls - 1);
  return { ...absence, polls, kind, unlisted: false };
}

function absentAgain(
  before: Absence | null,
  lastPresent: Instant | null,
  at: Instant,
  policy: Policy,
): Omit<Absence, 'unlisted'> {
  return {
    polls: Math.min((before?.polls ?? 0) + 1, policy.absencePolls),
    lastPresent: before === null ? lastPresent : before.lastPresent,
    firstAbsent: before?.firstAbsent ?? at,
  };
}

function isUnregistered({ extension, extensionId }: ObservedLeg, registrations: Registrations): boolean {
  const known =
    find(registrations, extension) ?? (extensionId === null ? undefined : find(registrations, extensionId));
  return known?.registered === false;
}

/** Whether the answer shows an extension at all. The extensions with a call are gathered at the first question. */
function listing(answer: MonitorAnswer): (extension: string) => boolean {
  let busy: Set<string> | null = null;
  return (extension) => {
    if (answer.idleExtensions.has(extension)) return true;
    busy ??= new Set([...answer.rows.values()].map((row) => row.extension));
    return busy.has(extension);
  };
}

/** After a restart the rows are other objects with the same content: recognised once, by content, then by identity. */
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
