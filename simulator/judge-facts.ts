import { areOfOneNumber } from './judge-match.js';
import { goneAt, type Sight } from './judge-sight.js';
import { customerOf } from './numbers.js';
import type { JudgedNumber } from './judge-report.js';
import type { Rule, Statement } from './judge-statement.js';
import type { CallTruth, Sighting } from './truth.js';

/** Whom and what the call is about: numbers, queues, ids, links, where it came from. */

const direction: Rule = (statement) => {
  const { data, call } = statement;
  if (data.direction === call.direction) return null;
  // Of a call that was out of sight only the leg of a picker or a supervisor is left, whose row is local and shows no customer.
  const own = statement.own(call.sightings);
  const isThird = own.length > 0 && own.every(({ role }) => role === 'picker' || role === 'supervisor');
  if (data.direction === 'local' && !statement.isFirst && isThird) return { excused: 'out-of-sight' };
  return `direction ${data.direction} instead of ${call.direction}`;
};

const customer: Rule = (statement) => {
  const { call } = statement;
  if (call.customer === null) return noNumber('customer', statement.data.customer);
  return numberOf(
    'customer',
    statement.data.customer,
    [call.customer.raw, call.customer.queueRaw],
    statement,
  );
};

const hotline: Rule = (statement) => {
  const { call } = statement;
  if (call.hotline === null) return noNumber('hotline', statement.data.hotline);
  return numberOf('hotline', statement.data.hotline, [call.hotline], statement);
};

function noNumber(what: string, number: JudgedNumber | null): string | null {
  return number === null ? null : `${what} ${number.raw}, where there is none`;
}

/** A number that a row has shown is known, in the spelling of a row that has shown it. */
function numberOf(
  what: string,
  number: JudgedNumber | null,
  written: readonly string[],
  statement: Statement,
): string | null {
  // A caller may withhold the number by an empty one.
  const spellings = written.filter((one) => one !== '');
  if (spellings.length === 0) return noNumber(what, number);
  const showing = statement.call.sightings.filter(({ numbers }) =>
    spellings.some((one) => numbers?.includes(one)),
  );
  if (number === null) return statement.must(showing) ? `no ${what}, which a row has shown` : null;
  if (!spellings.includes(number.raw)) return `another ${what}: ${number.raw}`;
  if (!statement.may(showing.filter(({ numbers }) => numbers?.includes(number.raw))))
    return `${what} ${number.raw}, which no row has shown yet`;
  const { e164 } = customerOf(number.raw);
  const national = e164?.replace(/^\+84/, '0') ?? null;
  if (number.e164 !== e164) return `E.164 ${number.e164} of the ${what} instead of ${e164}`;
  if (number.national !== national)
    return `national ${number.national} of the ${what} instead of ${national}`;
  return null;
}

const queue: Rule = (statement) => {
  const { queue: stated, queues } = statement.data;
  const last = queues.at(-1) ?? null;
  if (stated?.id !== last?.id || stated?.name !== last?.name) return 'queue is not the last of queues';
  return null;
};

/** Every queue of which the bridge knows a row, in the order in which the caller was in them. */
const queues: Rule = (statement) => {
  const { call, entries, data } = statement;
  let at = 0;
  const named = new Set<string>();
  for (const { id, name } of data.queues) {
    const place = call.queues.findIndex((one, index) => index >= at && one.id === id);
    if (place < 0) return `queue ${name}, or in this place`;
    if (call.queues[place]?.name !== name) return `queue ${name} instead of ${call.queues[place]?.name}`;
    if (!statement.may(ofQueue(entries, id))) return `queue ${name}, of which no row has been shown yet`;
    at = place + 1;
    named.add(id);
  }
  const omitted = call.queues.find(({ id }) => !named.has(id) && statement.must(ofQueue(entries, id)));
  return omitted === undefined ? null : `no queue ${omitted.name}, of which a row has been shown`;
};

function ofQueue(entries: readonly Sighting[], id: string): Sighting[] {
  return entries.filter(({ queueId }) => queueId === id);
}

/** Ids that rows have shown; an id that a row no longer shows stays known. */
const upstreamIds: Rule = (statement) => {
  const { call, data } = statement;
  if (new Set(data.upstreamIds).size < data.upstreamIds.length) return 'an upstream id twice';
  const foreign = data.upstreamIds.find((id) => !statement.may(showingId(call.sightings, id)));
  if (foreign !== undefined) {
    const other = statement.index.byUpstreamId(foreign);
    if (other !== null && other !== call) return `merges ${other.callKey} into this call`;
    return `upstream id ${foreign}, which no row of the call has shown`;
  }
  const omitted = call.upstreamIds.find(
    (id) => !data.upstreamIds.includes(id) && statement.must(showingId(call.sightings, id)),
  );
  return omitted === undefined ? null : `no upstream id ${omitted}, which a row has shown`;
};

/** The rows that show this id, each only while it does. */
function showingId(sightings: readonly Sighting[], id: string): Sighting[] {
  return sightings.flatMap((one) => {
    const callIds = one.callIds ?? [
      { at: one.from, value: one.callId },
      ...(one.ids ?? []).map(({ at, callId: value }) => ({ at, value })),
    ];
    return callIds.flatMap(({ at, value }, index) => {
      if (value !== id) return [];
      const to = callIds[index + 1]?.at ?? one.to;
      return [clipped(one, at, to)];
    });
  });
}

/** The row between two instants. */
function clipped(sighting: Sighting, from: number, to: number | null): Sighting {
  const before = sighting.states.findLast(({ at }) => at <= from)?.state ?? null;
  const later = sighting.states.filter(({ at }) => at > from && (to === null || at < to));
  return { ...sighting, from, to, states: [{ at: from, state: before }, ...later] };
}

/** The id that was seen first, with a number behind it where it has named a call before; a digest where no row shows one. */
const callId: Rule = (statement) => {
  const { call, data, event, stated } = statement;
  if (event.subject !== data.callId) return `subject ${event.subject} of call ${data.callId}`;
  if (stated[0]?.data.callId !== data.callId) return 'another callId';
  const id = data.callId.replace(/~\d+$/, '');
  if (call.upstreamIds.includes(id))
    return event.type !== 'call-started' || statement.may(showingId(call.sightings, id))
      ? null
      : `named by ${id}, which no row has shown yet`;
  if (!id.startsWith('q-')) return `named by ${id}, which is no id of the call`;
  const isNamed =
    event.type === 'call-started' &&
    call.upstreamIds.some((one) => statement.must(showingId(statement.entries, one)));
  return isNamed ? 'named by a digest, although its row shows an id' : null;
};

/**
 * Links lead to calls that were emitted for the same caller, or that may have been of the same caller as the later one began;
 * and a caller who is back in the same row has one.
 */
const linkedCallIds: Rule = (statement) => {
  const { call, index, sight, recorded } = statement;
  const { linkedCallIds: ids, callId: own } = statement.data;
  if (new Set(ids).size < ids.length || ids.includes(own)) return 'a link twice, or to itself';
  for (const id of ids) {
    const other = index.toldAs(id);
    if (other === null) return `linked to ${id}, which is no call`;
    if (index.bothBegunAt(own, id) > recorded) return `linked to ${other.callKey}, which had not begun`;
    if (
      other !== call &&
      !index.areRelated(call, other) &&
      !wereInDoubt([own, call], [id, other], index, sight)
    )
      return `linked to ${other.callKey}, which is no relation`;
    if (other !== call && index.wereApart(own, id) && !sharePart(call, other))
      return `linked to ${other.callKey}, which had ended and had no id or row of this call`;
  }
  const before = call.linkedTo === null ? null : index.byKey(call.linkedTo);
  const isBack = statement.must(statement.entries.filter(({ rejoinedAt }) => (rejoinedAt ?? null) !== null));
  if (before === null || !isBack) return null;
  const earlier = index.toldOf(before);
  return earlier.length > 0 && !ids.some((id) => earlier.includes(id))
    ? `not linked to ${before.callKey}`
    : null;
};

/** events.md: a call that has ended is named by one that has an id of it, or the row in the queue that it had. */
function sharePart(a: CallTruth, b: CallTruth): boolean {
  const rowsOf = ({ sightings }: CallTruth): string[] =>
    sightings.flatMap(({ queueId, joinedAt }) => (queueId === undefined ? [] : [`${queueId} ${joinedAt}`]));
  const rows = rowsOf(a);
  return (
    a.upstreamIds.some((id) => b.upstreamIds.includes(id)) || rowsOf(b).some((row) => rows.includes(row))
  );
}

/**
 * Two live calls of one customer on one hotline, or while no poll had surely shown of both by which hotline they came in. Where what was
 * emitted of one has no hotline, or that of the other, which is found or excused by the rule of hotlines, the link follows from it.
 */
function wereInDoubt([own, a]: Emitted, [id, b]: Emitted, index: Statement['index'], sight: Sight): boolean {
  const begun = index.bothBegunAt(own, id);
  if (a.direction !== 'inbound' || (a.customer?.e164 ?? a.customer?.line ?? null) === null) return false;
  // A call lives until so many polls have missed it; a row of a connection that ends may be hidden for a while before it goes.
  const until = ({ sightings }: CallTruth): number =>
    Math.max(...sightings.map((one) => sight.confirmedAt(one.endpoint, goneAt(one))));
  if (!areOfOneNumber(a, b, until)) return false;
  const emitted = [own, id].map((one) => index.toldHotline(one, begun));
  if (a.hotline === b.hotline || emitted.includes(null) || emitted[0] === emitted[1]) return true;
  return [a, b].some(({ sightings, hotline }) => {
    const showing = sightings.filter(({ numbers }) => hotline !== null && numbers?.includes(hotline));
    return !sight.must(showing, () => true, begun);
  });
}

/** What was emitted under a `callId`. */
type Emitted = readonly [callId: string, call: CallTruth];

/** The call was there at the first answer of every endpoint that showed it first. */
const baseline: Rule = ({ call, data, sight, stated, isFirst }) => {
  if (stated.length > 1 && stated[0]?.data.baseline !== data.baseline) return 'baseline changes';
  const seen = call.sightings.filter((one) => sight.polls(one.endpoint).some(one.from, one.to ?? Infinity));
  if (seen.length === 0) return null;
  const began = Math.min(
    ...seen.map((one) => sight.polls(one.endpoint).firstAfter(one.from)?.shown ?? Infinity),
  );
  const first = seen.filter((one) => sight.polls(one.endpoint).firstAfter(one.from)?.shown === began);
  // With its predecessor lost with a killed bridge, another answer may have been the first.
  const mayBeFirst = first.some(
    (one) => sight.polls(one.endpoint).before(one.from, sight.toDemand - 1) === null,
  );
  const mustBeFirst = first.every((one) => sight.polls(one.endpoint).before(one.from) === null);
  if (data.baseline && !mayBeFirst) return 'baseline, although earlier polls did not show it';
  return !data.baseline && mustBeFirst && isFirst && sight.toDemand === 1
    ? 'no baseline, although the first poll showed it'
    : null;
};

export const FACTS = {
  direction,
  customer,
  hotline,
  queue,
  queues,
  upstreamIds,
  callId,
  linkedCallIds,
  baseline,
} as const satisfies Readonly<Record<string, Rule>>;
