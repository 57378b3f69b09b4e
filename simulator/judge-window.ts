import { outOfSight, seemedAbandoned } from './judge-absence.js';
import { allowedCertainties, isRowDoubtful } from './judge-certainty.js';
import { TRUSTED_SKEW_MS } from './judge-clock.js';
import { allChanges, type Evidence } from './judge-expect.js';
import {
  abandonedTimes,
  abandonedTimesAsShown,
  bridgedTimes,
  bridgedTimesAsShown,
  isClockMistaken,
  type PbxTime,
  startTimes,
  startTimesAsShown,
} from './judge-pbx-times.js';
import { mayBeHandedOn } from './judge-hand-over.js';
import { instant } from './judge-report.js';
import { goneAt, isConnected, mayRing, type Sight, spansOf } from './judge-sight.js';
import { staleRow } from './judge-stale.js';
import type { Rule, Statement, Verdict } from './judge-statement.js';
import type { Sighting } from './truth.js';

/** When it happened, between which polls, how sure that is, and when it was committed. */

const SECOND = 1000;
const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** The event's time lies in its window, and the window ends before the commit. */
const time: Rule = ({ event, data, recorded, sight }) => {
  const { earliest, latest } = data.observed;
  const texts = [
    event.time,
    event.recordedtime,
    latest,
    data.startedAt,
    earliest,
    data.answeredAt,
    data.endedAt,
  ];
  const odd = texts.find((text) => text !== null && (!FORM.test(text) || Number.isNaN(Date.parse(text))));
  if (odd !== undefined) return `${odd} is not RFC 3339 in UTC with milliseconds`;
  if (earliest !== null && earliest > event.time) return 'time before its window';
  if (event.time > latest) return 'time after its window';
  return instant(latest) > recorded + sight.toleranceMs ? 'emitted before a poll could show it' : null;
};

const certainty: Rule = (statement) => {
  const { certainty: stated, precisionMs } = statement.data.observed;
  if (!KNOWN.has(stated)) return `certainty ${stated}`;
  if (stated === 'upstream' ? precisionMs !== SECOND : (precisionMs ?? null) !== null)
    return `precisionMs ${precisionMs} of a time that is ${stated}`;
  const allowed = allowedCertainties(statement);
  if (allowed.has(stated)) return null;
  if (stated === 'upstream' && isOfUnknownClock(statement)) return { excused: 'clock-not-known' };
  return `${stated} instead of ${[...allowed].join(' or ')}`;
};

const KNOWN: ReadonlySet<string> = new Set(['upstream', 'observed', 'inferred']);

/** The window is that of the polls before and after a change that shows the event; a time of the PBX has one of a second. */
const observed: Rule = (statement) => {
  const { certainty: stated } = statement.data.observed;
  if (isOfUnknownClock(statement)) return { excused: 'clock-not-known' };
  if (stated === 'upstream') return upstreamWindow(statement);
  // The queue gives the time, and whether the caller went on at an extension is not known: the second is the same.
  if (stated === 'inferred' && statement.isOver && upstreamWindow(statement) === null) return null;
  const { expectation } = statement;
  const evidence = [...(expectation?.evidence ?? []), ...lastLegEnds(statement)];
  const wrong = evidence.map((one) => wrongWindow(one, statement, true));
  if (wrong.includes(null) || isOfRowShownLate(statement)) return null;
  if (stated !== 'inferred' && !hidden(statement)) return wrong[0] ?? 'no poll shows anything like it';
  const anywhere = allChanges(statement.call).some((one) => wrongWindow(one, statement, false) === null);
  // Where only a stale row is left, the call ended when its last leg went, or some time in a day without any change.
  if (staleRow(statement) !== null && (anywhere || isOfADay(statement))) return null;
  if (!anywhere) return wrong[0] ?? 'a window in which no row of the call changed';
  return excuse(statement, wrong[0] ?? 'another window');
};

/**
 * The start of a call whose row polls showed first long after it began: from the PBX's time, corrected, to the first poll with it. Polls
 * know how far off the clock is to half of what lies between two of them, and of the PBX's second.
 */
function isOfRowShownLate(statement: Statement): boolean {
  const { event, call, data, sight, expectation } = statement;
  const { certainty: stated, earliest, latest } = data.observed;
  if (event.type !== 'call-started' || stated !== 'observed' || earliest !== event.time) return false;
  const since = instant(earliest);
  const isOfPbx = startTimesAsShown(statement).some(
    ({ exact }) => Math.abs(exact - call.clockSkewMs - since) <= TRUSTED_SKEW_MS + 3 * SECOND,
  );
  return (
    isOfPbx &&
    Math.abs(call.clockSkewMs) > TRUSTED_SKEW_MS &&
    (expectation?.evidence ?? []).some(({ endpoint, at }) => {
      const widest = sight.windowAround(endpoint, at);
      const isLate = widest.earliest !== null && since < widest.earliest - TRUSTED_SKEW_MS;
      return isLate && isNear(latest, widest.latest, sight);
    })
  );
}

/** Where only partial answers lack the row in the queue, the end of the last leg is what shows that the call has ended. */
function lastLegEnds(statement: Statement): Evidence[] {
  const { event, call, legs, data } = statement;
  if (event.type !== 'call-ended' || data.outcome !== 'answered' || !isRowDoubtful(statement)) return [];
  const last = Math.max(...legs.map(goneAt));
  const at = call.endedAt ?? last;
  return last < Infinity && legs.length > 0
    ? [{ endpoint: 'monitor', at: last, since: Math.min(last, at), until: Math.max(last, at) }]
    : [];
}

const DAY = 86_400_000;

/** From the last change of the stale row, as the PBX dates it, to the poll that found it unchanged for a day. */
function isOfADay(statement: Statement): boolean {
  const { data, recorded, sight } = statement;
  const { earliest, latest } = data.observed;
  const changedAt = staleRow(statement)!.from;
  const shown = sight.polls('queue').firstAfter(changedAt)?.received ?? changedAt;
  const since = instant(earliest ?? '');
  const isSinceChange = since >= statement.call.startedAt - 3 * SECOND && since <= shown + sight.toleranceMs;
  return isSinceChange && instant(latest) >= recorded - sight.toleranceMs && recorded - since >= DAY;
}

/**
 * The start of a call, or the answer or the hang-up in its queue, by a clock of which polls could not know that it is off: the PBX's time with its
 * second, or the first poll that shows it, and a window that holds both.
 */
function isOfUnknownClock(statement: Statement): boolean {
  const { event, data, sight } = statement;
  const given = isClockMistaken(statement) ? givenFirst(statement) : null;
  if (given === null) return false;
  const { certainty: stated, earliest, latest } = data.observed;
  if (!given.times.some(({ time: one }) => one === instant(earliest ?? ''))) return false;
  if (stated === 'upstream')
    return (
      event.time === earliest &&
      isNear(latest, Math.min(instant(event.time) + SECOND, given.firstShown), sight)
    );
  return (
    stated === 'observed' &&
    instant(latest) <= given.firstShown + sight.toleranceMs &&
    instant(latest) >= given.at
  );
}

/** The times that rows give of what may be taken from the PBX as it is first shown; when that is, and when it happened. */
function givenFirst(
  statement: Statement,
): { readonly times: readonly PbxTime[]; readonly firstShown: number; readonly at: number } | null {
  const { event, call, entries, expectation } = statement;
  if (event.type === 'call-started') {
    const times = startTimesAsShown(statement);
    return { times, firstShown: firstShown(call.sightings, () => true, statement), at: call.startedAt };
  }
  const [state, timesOfRows] = OF_QUEUE[event.type] ?? [];
  // An end by such a time seems to be too early to be that of the truth.
  const at = expectation?.event.at ?? (event.type === 'call-answered' ? null : call.endedAt);
  if (timesOfRows === undefined || at === null) return null;
  const shown = firstShown(entries, (one) => one === state, statement);
  return { times: timesOfRows(statement), firstShown: shown, at };
}

/** What the queue gives the time of, and the state in which its row first does. */
const OF_QUEUE: Readonly<Record<string, readonly [string, (statement: Statement) => PbxTime[]]>> = {
  'call-answered': ['Answered', bridgedTimesAsShown],
  'call-abandoned': ['Abandoned', abandonedTimesAsShown],
  'call-ended': ['Abandoned', abandonedTimesAsShown],
};

/** The latest poll that may be the first to show one of the rows so: a complete one or, where there is none, a partial one. */
function firstShown(
  sightings: readonly Sighting[],
  wanted: (state: string | null) => boolean,
  { sight }: Statement,
): number {
  const complete = sight.latestFirst(sightings, -Infinity, wanted);
  if (complete !== null) return complete;
  const spans = sightings.flatMap(spansOf).filter(({ state }) => wanted(state));
  const partial = spans.flatMap(({ sighting, from, to }) => {
    const shown = sight.polls(sighting.endpoint).firstAfter(from)?.shown ?? Infinity;
    return shown < to ? [shown] : [];
  });
  return Math.min(...partial);
}

function isNear(stated: string, at: number, { toleranceMs }: Sight): boolean {
  return Math.abs(instant(stated) - at) <= toleranceMs;
}

/** Statements about calls that are not what their rows show. */
function hidden({ call, expectation, event, sight }: Statement): boolean {
  if (expectation === null) return true;
  return seemedAbandoned(call, event, sight) || outOfSight(call, event, sight);
}

function excuse({ call, event, expectation, sight }: Statement, wrong: string): Verdict {
  if (expectation === null) return null;
  if (expectation.reason !== null) return { excused: expectation.reason };
  if (call.kind === 'click-to-call') return { excused: 'click-to-call-looks-answered' };
  if (seemedAbandoned(call, event, sight) || outOfSight(call, event, sight))
    return { excused: 'out-of-sight' };
  return wrong;
}

function upstreamWindow(statement: Statement): string | null {
  const { event, data, sight } = statement;
  const { earliest, latest } = data.observed;
  const stated = instant(event.time);
  const known = timesOf(statement).find((one) => one.time === stated);
  if (known === undefined) return `time ${event.time}, which no row gives`;
  if (earliest !== event.time) return 'earliest is not the PBX’s time';
  // events-2.md: a second more at most, or the first poll that shows it.
  const shown = sight.polls(known.sighting.endpoint).firstAfter(known.sighting.from)?.received ?? Infinity;
  const [from, to] = [Math.min(known.exact, shown) - sight.toleranceMs, stated + SECOND];
  return instant(latest) >= Math.min(from, to) && instant(latest) <= to
    ? null
    : 'latest is not within a second of the PBX’s time';
}

function timesOf(statement: Statement): PbxTime[] {
  switch (statement.event.type) {
    case 'call-started':
      return startTimes(statement);
    case 'call-answered':
      return bridgedTimes(statement);
    case 'call-abandoned':
    case 'call-ended':
      return abandonedTimes(statement);
    default:
      return [];
  }
}

/** Null: right. `covers`: it must also hold the instant at which the change happened. */
function wrongWindow(change: Evidence, { data, sight }: Statement, covers: boolean): string | null {
  const widest = sight.windowAround(change.endpoint, change.at);
  const slack = sight.toleranceMs;
  const latest = instant(data.observed.latest);
  const earliest = data.observed.earliest === null ? null : instant(data.observed.earliest);
  if (earliest === null && widest.earliest !== null) return 'no earliest, although polls came before';
  if (earliest !== null && earliest < (widest.earliest ?? -Infinity) - slack)
    return `earliest ${widest.earliest! - earliest} ms before the last poll without it`;
  if (latest > widest.latest + slack)
    return `latest ${latest - widest.latest} ms after the first poll with it`;
  // events.md: the instants of the last observation without it and of the first with it, and not of any in between.
  const polls = sight.polls(change.endpoint);
  const without = polls.lastBefore(change.at);
  const within =
    earliest === null || without === null ? 0 : earliest + sight.lagOf(change.endpoint) - without.sent;
  if (within > slack) return `earliest ${within} ms after the last poll without it`;
  const early = (polls.firstAfter(change.at)?.sent ?? Infinity) - latest;
  if (early > slack) return `latest ${early} ms before the first poll with it`;
  if (!covers) return latest < change.at - slack ? 'a window before the change' : null;
  if (earliest !== null && earliest > change.until + slack)
    return `happened ${earliest - change.until} ms before its window`;
  if (latest < change.since - slack) return `emitted ${change.since - latest} ms before it happened`;
  return null;
}

/** It was committed when a poll had shown it, and not long after the polls that had to. */
const recordedtime: Rule = (statement) => {
  const { event, data, recorded, sight, expectation } = statement;
  if (recorded < instant(data.observed.latest) - sight.toleranceMs) return 'recorded before its window ends';
  if (expectation === null || expectation.evidence.length === 0) return null;
  if (event.type === 'call-ended' && !hidden(statement) && isUnconfirmed(statement))
    return 'recorded before polls had confirmed that a leg is gone';
  const isConfirmed = CONFIRMED.has(event.type) || isUnclear(statement);
  const clear = Math.max(isUnclear(statement) ? clearAt(statement) : 0, toldApartAt(statement));
  const nth = isConfirmed ? sight.absencePolls * sight.toDemand : sight.toDemand;
  const last = Math.max(
    clear,
    ...expectation.evidence.map((change) => {
      const { endpoint, at } = change;
      const polls = (['monitor', 'queue'] as const).map(
        (one) => sight.polls(one).after(at, nth)?.received ?? Infinity,
      );
      return isConfirmed
        ? Math.max(...polls)
        : (sight.polls(endpoint).after(at, mayBeHandedOn(change, statement) ? nth : nth - 1)?.received ??
            Infinity);
    }),
  );
  if (recorded <= last + sight.commitMs + sight.toleranceMs) return null;
  return hidden(statement) || expectation.reason !== null ? null : `recorded ${recorded - last} ms too late`;
};

/**
 * When the queue shows which of two callers of one number an agent's leg has answered: until its row says Answered, rows do not say
 * whose the leg is. A row that never does so is waited for by one answer of the queue, half a second later.
 */
function toldApartAt({ event, call, data, entries, expectation, index, sight }: Statement): number {
  const at = expectation?.event.at ?? null;
  const isOfAnswer = event.type === 'call-answered' || (data.outcome ?? '').startsWith('answered');
  if (at === null || !isOfAnswer || event.type === 'call-ended') return 0;
  const row = entries.find((one) => one.from <= at && goneAt(one) > at);
  if (row === undefined || !index.hasRival(call, at)) return 0;
  const said = spansOf(row).find(({ state, from }) => state === 'Answered' && from <= at + SETTLES_MS);
  const asked = said?.from ?? at + SETTLES_MS + sight.lagOf('monitor');
  return sight.polls('queue').after(asked, sight.toDemand - 1)?.received ?? Infinity;
}

const SETTLES_MS = 500;

/** A leg that polls have shown, and that not enough of them have missed. A queue status of Abandoned needs none. */
function isUnconfirmed(statement: Statement): boolean {
  const { legs, data, sight, recorded } = statement;
  return (
    data.outcome !== 'abandoned' &&
    legs.some(
      (leg) =>
        leg.closedBy === 'gone' &&
        statement.may([leg]) &&
        sight.mayBeAbsencesBy(leg, recorded) < sight.absencePolls,
    )
  );
}

/** The first polls that show the call show a leg that does not ring yet. */
function isUnclear({ event, call, sight }: Statement): boolean {
  if (event.type !== 'call-started') return false;
  const shown = call.sightings.filter((one) => sight.polls(one.endpoint).some(one.from, one.to ?? Infinity));
  return shown.some(({ endpoint, states }) => endpoint === 'monitor' && !isClear(states[0]?.state ?? null));
}

/** When polls must have shown an outbound or local call clearly; an inbound one counts without. */
function clearAt({ call, sight }: Statement): number {
  return call.direction === 'inbound'
    ? 0
    : (sight.latestFirst(call.sightings, -Infinity, isClear) ?? Infinity);
}

function isClear(state: string | null): boolean {
  return isConnected(state) || mayRing(state);
}

/** What is emitted only when an absence is confirmed. */
const CONFIRMED: ReadonlySet<string> = new Set([
  'call-transferred',
  'call-offer-ended',
  'call-abandoned',
  'call-ended',
]);

export const WINDOWS = { time, certainty, observed, recordedtime } as const satisfies Readonly<
  Record<string, Rule>
>;
