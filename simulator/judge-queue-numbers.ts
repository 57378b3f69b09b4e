import { compareCount, compareMean, type Countable, mayBeIn, mustBeIn } from './counted-ranges.js';
import { type VisitTruth, visitsOf } from './desk-truth.js';
import type { DeskFindings } from './judge-desk-report.js';
import { isAnswer, isConnected } from './judge-sight.js';
import type { NumbersCase, QueueRow } from './numbers-case.js';
import { type NumbersSight, SECOND } from './numbers-sight.js';
import type { CallTruth } from './truth.js';

/** Compares the numbers of queues with the visits of the truth. */
export function judgeQueueNumbers(given: NumbersCase, known: NumbersSight, findings: DeskFindings): void {
  const visits = given.truth.flatMap((call) => knownVisits(call, known));
  const ids = new Set([...visits.map(({ id }) => id), ...given.queues.map(({ queue }) => queue.id)]);
  for (const id of ids) {
    const own = visits.filter((visit) => visit.id === id);
    const rows = given.queues.filter(({ queue }) => queue.id === id);
    const starts = rows.map(({ from }) => from);
    findings.holds('interval', id, null, new Set(starts).size === starts.length, 'an interval twice');
    for (const row of rows) judgeRow(row, own, given, findings);
    // What no interval may lack, the day may not lack either: a visit that is in none at all.
    for (const [column, counts] of Object.entries(COUNTED)) {
      const stated = rows.reduce((sum, row) => sum + row[column as Column], 0);
      compareCount(findings, column, id, null, stated, boundsOf(own, own.filter(isSure), counts));
    }
    for (const visit of own.filter(isSure)) {
      const isThere = rows.some(({ from, to }) => from <= visit.at.to && visit.at.from < to);
      findings.holds('offered', id, visit.at.from, isThere, 'a visit, and no row of its interval');
    }
  }
}

interface KnownVisit extends Countable {
  readonly id: string;
  readonly how: VisitTruth['how'];
  /** Polls must have shown how it ended. */
  readonly isEndShown: boolean;
  /** How long the caller really waited. */
  readonly waited: number | null;
  /** By the least and by the most that a bridge may take it for. */
  readonly mostWaited: number;
  readonly leastWaited: number;
  /** From the answer to the end of the call, or to its next queue; null: there was none, or it goes on. */
  readonly talk: Countable['lasted'];
}

const isSure = ({ isSure: sure }: KnownVisit): boolean => sure;

type Column = 'offered' | 'answered' | 'abandoned' | 'flowedOut';
const COUNTED: Readonly<Record<Column, (visit: KnownVisit) => boolean>> = {
  offered: () => true,
  answered: ({ how }) => how === 'answered',
  abandoned: ({ how }) => how === 'abandoned',
  flowedOut: ({ how }) => how === 'flowed-out',
};

function knownVisits(call: CallTruth, known: NumbersSight): KnownVisit[] {
  const visits = visitsOf(call);
  const { sight, skewMs, callerDoubts } = known;
  const isDoubtful = callerDoubts.has(call.callKey);
  return visits.map((visit, nth) => {
    const { row, how, joined, left } = visit;
    const isShown =
      !isDoubtful && sight.firstSeen(row, (state) => state !== null && state !== 'Abandoned') !== null;
    const legs = call.sightings.filter(({ endpoint, from }) => endpoint === 'monitor' && from >= joined);
    const isAnswerShown =
      sight.firstSeen(row, isAnswer) !== null ||
      legs.some((leg) => sight.firstSeen(leg, isConnected) !== null);
    const isLetGo = sight.firstSeen(row, (state) => state === 'Abandoned') !== null;
    const isEndShown = isShown && (how === 'answered' ? isAnswerShown : how !== null && isLetGo);
    const shown = known.shownBy('queue', joined);
    const isExact = skewMs === 0 && known.isClockKnown(shown);
    const at = {
      from: Math.floor(joined / SECOND) * SECOND - skewMs,
      to: isDoubtful || !isExact ? Math.max(shown, joined + skewMs) : joined,
    };
    // An answer is shown by the first of the two, and is then no later than that.
    const late =
      left === null ? 0 : Math.max(known.shownBy('queue', left), known.shownBy('monitor', left)) - left;
    const waited = left === null ? null : left - joined;
    const early = left === null ? 0 : left - Math.min(known.notShownAt('queue', left), left - SECOND);
    const most = (waited ?? 0) + SECOND + late + skewMs;
    // By a clock that is off the caller came when polls left it open, and no more exactly (docs/events.md).
    const [openBefore, openAfter] =
      skewMs === 0 ? [0, 0] : [joined - known.notShownAt('queue', joined), shown - joined];
    const next = visits[nth + 1]?.joined ?? call.endedAt;
    return {
      id: visit.queue.id,
      how,
      at,
      isSure: isShown,
      isEndShown,
      waited,
      lasted: waited === null || isDoubtful ? null : { least: Math.max(0, waited - SECOND - skewMs), most },
      mostWaited: most + SECOND + openBefore,
      leastWaited: (waited ?? 0) - SECOND - early - skewMs - openAfter,
      talk: how !== 'answered' || next === null ? null : talkOf(left!, next, late, known),
    };
  });
}

/** The end is shown by the first answer that misses the leg, or the row. */
function talkOf(from: number, to: number, late: number, known: NumbersSight): Countable['lasted'] {
  const ended = Math.max(known.shownBy('queue', to), known.shownBy('monitor', to));
  const slack = SECOND + known.skewMs;
  return { least: Math.max(0, to - from - late - slack), most: ended - from + slack };
}

function boundsOf(
  may: readonly KnownVisit[],
  must: readonly KnownVisit[],
  counts: (visit: KnownVisit) => boolean,
): readonly [number, number] {
  const isOffered = counts === COUNTED.offered;
  const least = must.filter((visit) => counts(visit) && (isOffered || visit.isEndShown)).length;
  const most = may.filter((visit) => counts(visit) || !visit.isEndShown).length;
  // A call that was emitted as two, by a reason, has its visit twice.
  return [least, most + may.filter((visit) => !isSure(visit)).length];
}

function judgeRow(
  row: QueueRow,
  visits: readonly KnownVisit[],
  given: NumbersCase,
  findings: DeskFindings,
): void {
  const about = `${row.queue.id} ${new Date(row.from).toISOString()}`;
  const [may, must] = [mayBeIn(visits, row), mustBeIn(visits, row)];
  for (const [column, counts] of Object.entries(COUNTED))
    compareCount(findings, column, about, row.from, row[column as Column], boundsOf(may, must, counts));
  const { offered, answered, abandoned, flowedOut, unknown, waiting } = row;
  findings.same('sum', about, row.from, offered, answered + abandoned + flowedOut + unknown + waiting);
  const open = may.filter(({ isEndShown, how }) => !isEndShown || how === null).length;
  const unsure = may.filter((visit) => !isSure(visit)).length;
  compareCount(findings, 'unknown', about, row.from, unknown, [0, open + unsure]);
  compareCount(findings, 'waiting', about, row.from, waiting, [
    must.filter(({ how }) => how === null).length,
    may.filter(({ how, isSure: sure }) => how === null || !sure).length,
  ]);
  const { shortAbandonMs } = given;
  const gaveUp = may.filter(({ how, isEndShown }) => how === 'abandoned' || !isEndShown);
  compareCount(findings, 'shortAbandons', about, row.from, row.shortAbandons, [
    must.filter(
      ({ how, isEndShown, mostWaited }) => how === 'abandoned' && isEndShown && mostWaited < shortAbandonMs,
    ).length,
    gaveUp.filter((visit) => !isSure(visit) || visit.waited === null || visit.waited < shortAbandonMs).length,
  ]);
  judgeShares(row, about, findings);
  judgeTimes(row, about, { may, must }, given, findings);
}

/** What follows from the row's own numbers. */
function judgeShares(
  { answered, abandoned, shortAbandons, abandonedShare, serviceLevel, from }: QueueRow,
  about: string,
  findings: DeskFindings,
): void {
  const counting = answered + abandoned - shortAbandons;
  const of = (count: number): number | null => (counting === 0 ? null : Math.round((count / counting) * 1e9));
  const rounded = (share: number | null): number | null => (share === null ? null : Math.round(share * 1e9));
  findings.same('abandonedShare', about, from, rounded(abandonedShare), of(abandoned - shortAbandons));
  const { inTime, share } = serviceLevel;
  const stated = share === null ? null : [rounded(share.least), rounded(share.most)];
  findings.same('share', about, from, stated, counting === 0 ? null : [of(inTime.least), of(inTime.most)]);
}

function judgeTimes(
  row: QueueRow,
  about: string,
  { may, must }: { readonly may: readonly KnownVisit[]; readonly must: readonly KnownVisit[] },
  { seconds }: NumbersCase,
  findings: DeskFindings,
): void {
  const { inTime } = row.serviceLevel;
  const limitMs = seconds * SECOND;
  findings.same('seconds', about, row.from, row.serviceLevel.seconds, seconds);
  const isOrdered = inTime.least <= inTime.most && inTime.most <= row.answered;
  findings.holds(
    'inTime',
    about,
    row.from,
    isOrdered,
    `${inTime.least} to ${inTime.most} of ${row.answered}`,
  );
  const isAnswered = ({ how, isEndShown }: KnownVisit): boolean => how === 'answered' && isEndShown;
  const answers = may.filter((visit) => visit.how === 'answered' || !visit.isEndShown);
  const unsure = may.filter((visit) => !isSure(visit)).length;
  const surely = must.filter(isAnswered);
  const within = (visit: KnownVisit): boolean => (visit.waited ?? 0) <= limitMs;
  const maybe = (visit: KnownVisit): boolean => !isSure(visit) || !visit.isEndShown;
  // The truth lies between the two ends, and each end leaves out, or takes in, only what may straddle the limit.
  compareCount(findings, 'inTime', about, row.from, inTime.least, [
    surely.filter(({ mostWaited }) => mostWaited <= limitMs).length,
    answers.filter((visit) => maybe(visit) || within(visit)).length + unsure,
  ]);
  compareCount(findings, 'inTime', about, row.from, inTime.most, [
    surely.filter(within).length,
    answers.filter((visit) => maybe(visit) || visit.leastWaited <= limitMs).length + unsure,
  ]);
  const { speedOfAnswer, talk } = row;
  findings.same('waits', about, row.from, speedOfAnswer.known + speedOfAnswer.unknown, row.answered);
  compareMean(findings, 'waits', about, row.from, speedOfAnswer, answers);
  const talks = answers.map((visit) => ({ ...visit, lasted: isSure(visit) ? visit.talk : null }));
  compareMean(findings, 'talk', about, row.from, talk, talks);
  compareCount(findings, 'talk', about, row.from, talk.known + talk.unknown, [
    surely.filter((visit) => visit.talk !== null).length,
    row.answered,
  ]);
}
