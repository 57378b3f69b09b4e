import { showsSignOff } from './judge-absence.js';
import { abandonedTimes, bridgedTimes, bridgedTimesAsShown, startTimes } from './judge-pbx-times.js';
import { instant } from './judge-report.js';
import { goneAt, isAnswer, isConnected, type Sight, spansOf } from './judge-sight.js';
import { staleRow } from './judge-stale.js';
import type { Statement } from './judge-statement.js';
import type { CallTruth, Sighting } from './truth.js';

/**
 * How sure a bridge may and must be: `upstream` where a row gives the time, `observed` where one poll showed it and an
 * earlier one did not, `inferred` where it is deduced. More than one where it depends on which answers it had by then.
 */
export function allowedCertainties(statement: Statement): Set<string> {
  switch (statement.event.type) {
    case 'call-started':
      return ofStart(statement);
    case 'call-answered':
      return ofAnswer(statement);
    case 'call-offered':
      return new Set(['observed']);
    case 'call-offer-ended':
      return ofOfferEnd(statement);
    case 'call-transferred':
      return ofTransfer(statement);
    default:
      return ofEnd(statement);
  }
}

/** A time of the PBX that is later than the poll that shows it is none; nor is a leg's from before the call it continues. */
function ofStart(statement: Statement): Set<string> {
  const { recorded, data, sight } = statement;
  const times = startTimes(statement);
  const allowed = new Set<string>();
  if (times.some(({ time }) => time <= recorded + sight.toleranceMs)) allowed.add('upstream');
  const isLater = times.every(({ time }) => time > recorded - sight.commitMs - sight.toleranceMs);
  const mayBeOlder = data.linkedCallIds.length > 0 && !statement.must(statement.entries);
  if (times.length === 0 || isLater || mayBeOlder) allowed.add('observed');
  return allowed;
}

function ofAnswer(statement: Statement): Set<string> {
  const { entries, legs, call, event, start, recorded } = statement;
  const allowed = new Set<string>();
  const isGiven = bridgedTimes(statement).some(({ time }) => time <= recorded + statement.sight.toleranceMs);
  if (isGiven) allowed.add('upstream');
  if (isGiven && statement.must(entries, (state) => state === 'Answered')) return allowed;
  // Of a clock that is off, the queue's time is corrected, and observed.
  if (!isGiven && bridgedTimesAsShown(statement).length > 0) allowed.add('observed');
  const isShown = statement.may(legs, isConnected) || statement.may(entries, isAnswer);
  const wasShown = start !== undefined && start.recordedtime < event.recordedtime;
  const pickers = legs.filter((one) => one.role === 'picker' && statement.may([one], isConnected));
  if (pickers.length > 0 && !statement.may(entries, (state) => state === 'Answered')) {
    // A pick-up follows from what happened at the same time, and no row says so, unless its leg shows the call's id, or a
    // row in a queue says Answered.
    const isShared = pickers.every((one) => showsIdBefore(one, statement));
    return allowed.add(isShared && wasShown ? 'observed' : 'inferred');
  }
  if (call.direction === 'outbound') {
    // RING_WAIT says that the customer has not answered yet.
    const isWaiting = (state: string | null): boolean => state === 'RING_WAIT';
    if (statement.may(legs, isWaiting) && wasShown) allowed.add('observed');
    if (!statement.must(legs, isWaiting)) allowed.add('inferred');
    return allowed;
  }
  // What a leg shows that continues the call by inference is as uncertain as that.
  const before = partsBefore(statement);
  if (statement.may(before)) allowed.add('inferred');
  if (!statement.must(before)) allowed.add(isShown && wasShown ? 'observed' : 'inferred');
  if (mayBeLost([...legs, ...entries], statement)) allowed.add('inferred');
  // docs/events.md: where several queue entries fit a leg equally well, what follows from it is inferred.
  if (entries.length > 0 && statement.index.hasRival(call)) allowed.add('inferred');
  return allowed;
}

/** Whether the first poll that showed the row showed it under an id of a part that was there before. */
function showsIdBefore({ ids = [], from }: Sighting, { call, sight }: Statement): boolean {
  const shown = sight.polls('monitor').firstAfter(from)?.shown ?? from;
  const before = call.sightings.filter((one) => one.from < from).map(({ callId }) => callId);
  return ids.some(({ at, callId }) => at <= shown && before.includes(callId));
}

/** Of a leg that answers the call after all its earlier parts had gone, and that has no id of theirs: those parts. */
function partsBefore({ call, sight }: Statement): Sighting[] {
  const answer = call.events.find(({ type }) => type === 'call-answered');
  const answering = call.sightings.find(
    (one) => one.extension === answer?.extension && spansOf(one).some((span) => isConnected(span.state)),
  );
  if (answering === undefined) return [];
  // The other legs of its ring group are there by the same inference (events-2.md: legs of a group begin within 1 s).
  const isTogether = ({ endpoint, from, to }: Sighting): boolean =>
    endpoint === 'monitor' && from >= answering.from - 1000 && (to ?? Infinity) > answering.from;
  const before = call.sightings.filter((one) => one.from < answering.from && !isTogether(one));
  // The rows of two legs trail the PBX by different times.
  const isFollowed = before.every(
    (one) => goneAt(one) <= answering.from + sight.lagOf(one.endpoint) && one.callId !== answering.callId,
  );
  return isFollowed ? before : [];
}

/** The answers that showed one of these rows connected may all have been lost with a killed bridge. */
function mayBeLost(rows: readonly Sighting[], statement: Statement): boolean {
  return statement.sight.toDemand > 1 && !statement.must(rows, isAnswer);
}

function ofOfferEnd(statement: Statement): Set<string> {
  const { data, legs, entries, sight, recorded } = statement;
  const here = legs.filter(({ extension }) => extension === data.offer?.extension);
  const allowed = new Set<string>();
  const latest = sight.latestSure('monitor', recorded)?.shown ?? -Infinity;
  // Without an answer of the monitor since, that the ringing is over is deduced from the queue.
  const stopped = here.filter(({ from }) => from <= recorded).map(goneAt);
  const isStopShown =
    statement.may(here, isConnected) ||
    here.some((one) => sight.polls('monitor').some(goneAt(one), Infinity, recorded + sight.toleranceMs));
  const mustBeShown = statement.must(here, isConnected) || stopped.some((at) => at <= latest);
  const isAnsweredBy = data.outcome === 'answered' ? here : legs;
  const isOfAnswer = data.outcome === 'answered' || data.outcome === 'answered-elsewhere';
  const isDeduced =
    isOfAnswer &&
    !statement.may(isAnsweredBy, isConnected) &&
    !(data.outcome === 'answered-elsewhere' && statement.may(entries, isAnswer));
  const mayBeDeduced =
    isOfAnswer && mayBeLost([...isAnsweredBy, ...(data.outcome === 'answered' ? [] : entries)], statement);
  if (isStopShown && !isDeduced) allowed.add('observed');
  if (!mustBeShown || isDeduced || mayBeDeduced) allowed.add('inferred');
  return allowed;
}

/** A caller who was passed to another queue is there under the id that the row in the first queue had. */
function ofTransfer(statement: Statement): Set<string> {
  if (isLeftWithListener(statement)) return new Set(['inferred']);
  if (showsCustomer(statement)) return new Set(['observed']);
  if (sharesId(statement)) return new Set(mayListen(statement) ? ['observed', 'inferred'] : ['observed']);
  const allowed = new Set(['inferred']);
  const { entries, recorded, call, expectation } = statement;
  const answeredAt = call.events.find(({ type }) => type === 'call-answered')?.at ?? Infinity;
  const at = expectation?.event.at ?? recorded;
  // Only a caller who came to that queue after an answer is transferred by it, and who is still there.
  const later = entries
    .filter((one) => one.from <= recorded)
    .slice(1)
    .filter((one) => one.from >= answeredAt && goneAt(one) > at);
  const sharing = later.filter((one) => entries[0]!.callId === one.callId);
  if (statement.may(sharing)) allowed.add('observed');
  if (statement.must(sharing)) allowed.delete('inferred');
  return allowed;
}

/**
 * events-2.md: a leg that never rang and shows a shared id listens while another is connected, and the transfer is inferred when it
 * alone is left. Only partial answers lack the other, which they may hide.
 */
function mayListen(statement: Statement): boolean {
  const from = statement.data.transferredFrom?.extension;
  const before = statement.legs.filter(({ extension }) => extension === from);
  return before.some((leg) => statement.mayBeDoubtful(leg) && !statement.isAbsenceShown(leg));
}

/** events-2.md: a supervisor's leg that a poll showed beside the agent's, by whatever id, is a listener's; left alone it is inferred. */
function isLeftWithListener({ expectation, call, legs, sight }: Statement): boolean {
  const leg = legs.find(({ part, role }) => role === 'supervisor' && part === expectation?.event.part);
  if (leg === undefined) return false;
  const own = call.sightings.filter(
    ({ endpoint, extension, from }) =>
      endpoint === 'monitor' && extension !== leg.extension && from < leg.from,
  );
  return own.some((one) => sight.polls('monitor').some(leg.from, goneAt(one)));
}

/**
 * events.md: an attended transfer is `inferred` unless the row shows the customer. In a semi-attended one the other extension
 * still rang when the transferor left, and nothing shows who heard it ring.
 */
function showsCustomer({ expectation, call, legs, sight }: Statement): boolean {
  const event = expectation?.event;
  const leg = legs.find(({ part }) => event !== undefined && part === event.part);
  const { customer } = call;
  if (event === undefined || leg === undefined || customer === null || customer.e164 === null) return false;
  // So does a semi-attended one where no poll showed that extension ring without the transferor.
  const isAttended = call.transfers.some(
    ({ as, from, answeredAt }) =>
      answeredAt === event.at &&
      (as === 'attended' || (as === 'semi-attended' && !wasAlone(from, leg, call, sight))),
  );
  // The leg of the consultation is older than the transfer.
  const wasConsulted = leg.callTimes?.some(({ value }) => value < event.at) === true;
  return isAttended && wasConsulted && leg.numbers?.includes(customer.raw) === true;
}

/** A poll showed neither the transferor's leg nor yet the caller's at the consulted extension. */
function wasAlone(transferor: string, leg: Sighting, { sightings }: CallTruth, sight: Sight): boolean {
  const own = sightings.filter(({ extension, from }) => extension === transferor && from < leg.from);
  return sight.polls('monitor').some(Math.max(...own.map(goneAt)), leg.from);
}

/** The leg of the extension that has the call now shows an id that the call had before. */
function sharesId({ expectation, call, legs, data }: Statement): boolean {
  const part = expectation?.event.part;
  const now = legs.find((leg) =>
    part === undefined ? leg.extension === data.agent?.extension : leg.part === part,
  );
  if (now === undefined) return false;
  return call.sightings.some(
    (one) => one.part !== now.part && one.from < now.from && one.callId === now.callId,
  );
}

function ofEnd(statement: Statement): Set<string> {
  // Nothing says when the caller went.
  if (staleRow(statement) !== null) return new Set(['inferred']);
  switch (statement.data.outcome) {
    case 'abandoned':
      return ofAbandon(statement);
    case 'answered':
      return ofAnsweredEnd(statement);
    case 'unknown':
      return new Set(['observed']);
    default:
      // No poll shows whether a leg that is gone was answered in between.
      return new Set(['inferred']);
  }
}

function ofAbandon(statement: Statement): Set<string> {
  const { entries, sight, recorded, call, index } = statement;
  const isAbandoned = (state: string | null): boolean => state === 'Abandoned';
  const rows = entries.filter((one) => statement.may([one], isAbandoned));
  const back = entries.filter(({ closedBy }) => closedBy === 'resumed');
  if (rows.length === 0 && (back.length === 0 || !statement.may(index.rowsAfter(call))))
    return new Set(['inferred']);
  // A caller who overflowed to extensions has left these, and no row says so.
  const elsewhere = legsAfterQueue(statement);
  if (statement.must(elsewhere)) return new Set(['inferred']);
  const times = abandonedTimes(statement);
  const allowed = new Set<string>();
  // Without an answer of the monitor since, the caller may have gone on at an extension.
  const latest = sight.polls('monitor').before(recorded + sight.toleranceMs + 1);
  const left = rows.flatMap(spansOf).flatMap(({ state, from }) => (isAbandoned(state) ? [from] : []));
  const shownAt = Math.max(...left.map((at) => sight.polls('queue').firstAfter(at)?.received ?? Infinity));
  const mustBeShownAt = Math.max(...left.map((at) => sight.windowAround('queue', at).latest));
  // events-2.md: a time of the PBX that is after the poll that shows it is `observed`.
  if (times.some(({ time }) => rows.length === 0 || time <= mustBeShownAt)) allowed.add('upstream');
  if (rows.length > 0 && times.every(({ time }) => time > shownAt)) allowed.add('observed');
  if (times.length === 0 && rows.length === 0) allowed.add('inferred');
  if (rows.length > 0 && (latest === null || latest.sent < shownAt)) allowed.add('inferred');
  if (statement.may(elsewhere)) allowed.add('inferred');
  return allowed;
}

/** The legs that began when the caller had left the last queue. */
export function legsAfterQueue({ legs, entries }: Statement): Sighting[] {
  if (entries.length === 0) return [];
  const left = Math.max(...entries.map(goneAt));
  // The monitor's rows trail the queue's: what counts is when the leg began, and the queue let the caller go.
  const letGo = Math.min(left, ...entries.map(({ abandonedAt }) => abandonedAt ?? left));
  return legs.filter(({ from, callTimes }) => from >= left && (callTimes?.[0]?.value ?? from) >= letGo);
}

/** events-2.md: an entry has ended, inferred, that only partial answers have lacked, for a minute. */
export function isRowDoubtful(statement: Statement): boolean {
  return statement.entries.some((one) => statement.mayBeDoubtful(one) && !statement.isAbsenceShown(one));
}

function ofAnsweredEnd(statement: Statement): Set<string> {
  const { legs, entries, call } = statement;
  const last = Math.max(...legs.map(goneAt));
  const lastLegs = legs.filter((leg) => goneAt(leg) === last);
  const queueEnd = Math.max(-Infinity, ...entries.map(goneAt));
  const hasVanished = lastLegs.some(({ closedBy }) => closedBy === 'unregistered');
  const isHidden = hasVanished && showsSignOff(call, statement.event, statement.sight);
  // The queue deletes its row when the agent's leg ends; one that became Abandoned says nothing of it.
  const isAbandoned = entries.some((one) => statement.may([one], (state) => state === 'Abandoned'));
  const isDeduced = !statement.may(legs, isConnected) && !statement.may(entries, isAnswer);
  const hasNoWord =
    isAbandoned &&
    !statement.may(entries, (state) => state === 'Answered') &&
    queueEnd < (call.endedAt ?? Infinity);
  // events.md: "A leg that talked while its row never said Answered: the outcome is inferred". Who has left the queue for
  // other extensions has no row any more.
  // So has a caller of whom no poll showed a row.
  const isOfQueue = !statement.may(legsAfterQueue(statement));
  const isDoubted =
    isOfQueue && statement.must(entries) && !statement.may(entries, (state) => state === 'Answered');
  const mayBeDoubted =
    isOfQueue && statement.may(entries) && !statement.must(entries, (state) => state === 'Answered');
  // A leg whose extension is not listed in the first poll without it may go on.
  const hasSignedOff = lastLegs.some((leg) =>
    statement.sight.signedOffAt(leg.extension ?? null, goneAt(leg)),
  );
  const allowed = new Set<string>();
  const isOver = call.endedAt !== null && instant(statement.data.observed.latest) >= call.endedAt - 1000;
  if (!isDeduced && !isDoubted && !(isHidden && !isOver)) allowed.add('observed');
  // events.md: only partial answers, for a minute, show that it has gone.
  const isDoubtful = lastLegs.some((leg) => statement.mayBeDoubtful(leg));
  // Where the queue deletes its row with the leg, that shows the end.
  if (isDoubtful && entries.length === 0 && !lastLegs.some((leg) => statement.isAbsenceShown(leg)))
    allowed.delete('observed');
  const isEntryDoubtful = isRowDoubtful(statement);
  if (isEntryDoubtful) allowed.delete('observed');
  // events.md: a caller who hangs up while the transferor's consultation rings may be waiting for its answer.
  const isConsulting = call.transfers.some(
    ({ answeredAt, consultation }) =>
      answeredAt === null &&
      consultation !== undefined &&
      statement.may(statement.index.byKey(consultation)?.sightings ?? []),
  );
  const isUncertain =
    isConsulting ||
    isDeduced ||
    hasVanished ||
    hasSignedOff ||
    isAbandoned ||
    hasNoWord ||
    mayBeDoubted ||
    isDoubtful ||
    isEntryDoubtful;
  if (isUncertain || !isOver) allowed.add('inferred');
  return allowed;
}
