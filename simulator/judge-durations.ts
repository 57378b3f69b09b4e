import { TRUSTED_SKEW_MS } from './judge-clock.js';
import {
  bridgedTimes,
  bridgedTimesAsShown,
  isClockMistakenBy,
  isClockUnknown,
  startTimes,
} from './judge-pbx-times.js';
import { instant, type JudgedEvent } from './judge-report.js';
import type { Rule, Statement } from './judge-statement.js';

/** The times and durations of the whole call, which each of its events carries. */

/** The PBX's time at which the call began, or that of `call-started`. */
const startedAt: Rule = (statement) => {
  const { data, event, start } = statement;
  const stated = instant(data.startedAt);
  if (event.type === 'call-started') {
    return stated === instant(event.time) ? null : 'startedAt is not the time of call-started';
  }
  if (start === undefined || stated === instant(start.data.startedAt)) return null;
  if (startTimes(statement).some(({ time }) => time === stated)) return null;
  return isCorrected(statement, stated, start, statement.call.startedAt) ? null : 'startedAt changes';
};

/**
 * The time had been taken from a clock that is off, and is corrected when polls have shown that: as exactly as polls can, since how
 * far off it is follows from the polls between which rows appeared. Partial answers show that earlier than complete ones must.
 *
 * @param first the event that gave the time, of what happened at `at`
 */
function isCorrected(statement: Statement, stated: number, first: JudgedEvent, at: number): boolean {
  const { sight } = statement;
  const isOfPbx =
    (first.data.observed.certainty === 'upstream' || isAnswerRefined(statement, first)) &&
    isClockMistakenBy(instant(first.recordedtime), statement);
  const between = (['monitor', 'queue'] as const).map((endpoint) => {
    const { earliest, latest } = sight.windowAround(endpoint, at);
    return earliest === null ? MOST_BETWEEN_MS : latest - earliest;
  });
  const inexact = Math.min(MOST_BETWEEN_MS, Math.min(...between) + SECOND) / 2;
  return isOfPbx && Math.abs(stated - at) <= TRUSTED_SKEW_MS + inexact;
}

const SECOND = 1_000;
/** Polls every 5 s, and the second of the PBX: further apart they say nothing of a clock. */
const MOST_BETWEEN_MS = 6_000;

/** The time of `call-answered`, or the queue's time once that is known. */
const answeredAt: Rule = (statement) => {
  const { data, event, answer } = statement;
  if (answer === undefined) return data.answeredAt === null ? null : 'answeredAt before an answer';
  if (data.answeredAt === null) return 'no answeredAt after the answer';
  const stated = instant(data.answeredAt);
  if (stated === instant(answer.time)) return null;
  if (event.type === 'call-answered') return 'answeredAt is not the time of call-answered';
  const answered = statement.call.events.find(({ type }) => type === 'call-answered');
  const isRight = answered !== undefined && isCorrected(statement, stated, answer, answered.at);
  return isRight || isRefined(statement) ? null : 'answeredAt changes';
};

/** The queue's time came after the answer had been seen at the extension. */
function isRefined(statement: Statement): boolean {
  const { answer, data } = statement;
  if (answer?.data.observed.certainty === 'upstream') return false;
  const stated = instant(data.answeredAt!);
  const shown = instant(answer!.data.observed.latest);
  return bridgedTimes(statement).some(({ time }) => time === stated && time <= shown);
}

/** The same by a clock that was not known to be off: corrected when it is. */
function isAnswerRefined(statement: Statement, { type, data }: JudgedEvent): boolean {
  const shown = instant(data.observed.latest) + TRUSTED_SKEW_MS;
  return type === 'call-answered' && bridgedTimesAsShown(statement).some(({ time }) => time <= shown);
}

const endedAt: Rule = ({ data, event, isOver }) => {
  if (!isOver) return data.endedAt === null ? null : 'endedAt before the end';
  if (data.endedAt === null) return 'no endedAt';
  return data.endedAt === event.time ? null : 'endedAt is not the time of the end';
};

/** From the start to the answer or, without one, to the end; null where one of the two is not known. */
const waitMs: Rule = (statement) => {
  const { data, start } = statement;
  const began = instant(data.startedAt);
  const isStartKnown = start === undefined || start.data.observed.certainty === 'upstream' || !data.baseline;
  // Of two times by a clock that is off, the difference is known; of one of them and a poll's, it is not.
  const surely = (isKnown: boolean | 'either') =>
    isKnown === true && isClockUnknown(statement) ? 'either' : isKnown;
  if (data.answeredAt !== null) {
    const known = surely(isAnswerKnown(statement));
    return duration('waitMs', data.waitMs, began, data.answeredAt, isStartKnown ? known : false);
  }
  const isEnd = data.outcome === 'abandoned' || data.outcome === 'no-answer';
  const { certainty, earliest } = data.observed;
  const isSeen = certainty === 'upstream' || (earliest !== null && !isInGap(data.observed));
  const isEndKnown = statement.isOver && isEnd && isSeen;
  return duration('waitMs', data.waitMs, began, data.endedAt, surely(isStartKnown && isEndKnown));
};

/** From the answer to the end; null where one of the two is not known. */
const talkMs: Rule = (statement) => {
  const { data, isOver } = statement;
  if (!isOver || data.answeredAt === null)
    return data.talkMs === null ? null : 'talkMs of no talk that is over';
  const isEndKnown = data.observed.certainty !== 'inferred' && !isInGap(data.observed);
  const known = isEndKnown ? isAnswerKnown(statement) : false;
  return duration('talkMs', data.talkMs, instant(data.answeredAt), data.endedAt, known);
};

/** `either`: the queue's time has taken the place of an inferred one, or happens to be the same. */
function isAnswerKnown(statement: Statement): boolean | 'either' {
  if (statement.answer?.data.observed.certainty !== 'inferred') return true;
  return isRefined(statement) ? 'either' : false;
}

/** An end that no poll could show within 15 s is not known: docs/events.md. */
const GAP_MS = 15_000;

export function isGap(earliest: number | null, latest: number): boolean {
  return earliest !== null && latest - earliest >= GAP_MS;
}

function isInGap({ earliest, latest }: Statement['data']['observed']): boolean {
  return isGap(earliest === null ? null : instant(earliest), instant(latest));
}

function duration(
  name: string,
  stated: number | null,
  from: number,
  to: string | null,
  isKnown: boolean | 'either',
): string | null {
  const length = to === null ? -1 : instant(to) - from;
  const isGiven = isKnown !== false && length >= 0;
  // What one poll was the first to show, with its end, lasted for an unknown while.
  const isOfOnePoll = length === 0 && isKnown === true;
  if (stated === null)
    return isGiven && isKnown === true && !isOfOnePoll ? `no ${name}, although both ends are known` : null;
  if (!isGiven) return `${name} ${stated}, although an end is not known`;
  return stated === length ? null : `${name} ${stated} instead of ${length}`;
}

export const DURATIONS = { startedAt, answeredAt, endedAt, waitMs, talkMs } as const satisfies Readonly<
  Record<string, Rule>
>;
