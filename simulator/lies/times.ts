import type { JudgedEvent } from '../judge-report.js';
import {
  and,
  any,
  certainty,
  everywhere,
  HOUR,
  is,
  isEnd,
  isLive,
  later,
  type Lie,
  moved,
  ofType,
  one,
  says,
  SECOND,
  seen,
  SHIFTS,
  with_,
} from './telling.js';

/** Lies about times and durations. */

const hasWait = is(({ waitMs }) => waitMs !== null && waitMs !== 1);
const hasTalk = is(({ talkMs }) => talkMs !== null && talkMs !== 1);

/** How long a window is, 0 where it has no beginning. */
function width({ data: { observed } }: JudgedEvent): number {
  return observed.earliest === null ? 0 : Date.parse(observed.latest) - Date.parse(observed.earliest);
}

export const TIMES: readonly Lie[] = [
  ...Object.entries(SHIFTS).flatMap(([name, ms]) => [
    ...[ms, -ms].flatMap((shift) => [
      one(`the time is ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'time', any, (event) => ({
        ...event,
        time: later(event.time, shift)!,
      })),
      one(`startedAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'startedAt', any, (event) =>
        with_(event, { startedAt: later(event.data.startedAt, shift)! }),
      ),
      one(
        `answeredAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        'answeredAt',
        is(({ answeredAt }) => answeredAt !== null),
        (event) => with_(event, { answeredAt: later(event.data.answeredAt, shift) }),
      ),
      one(
        `endedAt is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        'endedAt',
        is(({ endedAt }) => endedAt !== null),
        (event) => with_(event, { endedAt: later(event.data.endedAt, shift) }),
      ),
      one(`recorded ${name} ${shift < 0 ? 'earlier' : 'later'}`, 'recordedtime', any, (event) => ({
        ...event,
        recordedtime: later(event.recordedtime, shift)!,
      })),
      one(
        `time and window are ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        ['observed', 'time', 'event'],
        any,
        (event) => moved(event, shift),
      ),
      one(
        `everything is ${name} ${shift < 0 ? 'earlier' : 'later'}`,
        ['observed', 'time', 'event'],
        any,
        (event) => ({
          ...moved(event, shift),
          recordedtime: later(event.recordedtime, shift)!,
        }),
      ),
    ]),
    one(
      `stated ${name} late, with a window that says so`,
      ['observed', 'time'],
      certainty('observed'),
      (event) => {
        const latest = later(event.data.observed.latest, ms)!;
        return { ...seen(event, { latest }), time: latest, recordedtime: later(event.recordedtime, ms)! };
      },
    ),
    one(
      `the window begins ${name} early`,
      'observed',
      is(({ observed }) => observed.earliest !== null),
      (event) => seen(event, { earliest: later(event.data.observed.earliest, -ms) }),
    ),
    one(`the window ends ${name} late`, ['observed', 'time'], any, (event) =>
      seen(event, { latest: later(event.data.observed.latest, ms)! }),
    ),
  ]),
  one(
    'the window begins after the last poll without it',
    'observed',
    and(certainty('observed'), (event) => width(event) > 400),
    (event) => seen(event, { earliest: later(event.data.observed.earliest, 400) }),
  ),
  one(
    'the window ends before the first poll with it',
    'observed',
    and(ofType('call-offered', 'call-offer-ended'), certainty('observed'), (event) => width(event) > 200),
    (event) => {
      const latest = later(event.data.observed.latest, -200)!;
      return { ...seen(event, { latest }), time: latest };
    },
  ),
  one(
    'an end is recorded before it is confirmed',
    'recordedtime',
    and(
      isEnd,
      is(
        ({ outcome, observed, queue }, { recordedtime }) =>
          outcome === 'answered' &&
          queue === null &&
          recordedtime > observed.latest &&
          observed.certainty === 'observed',
      ),
    ),
    (event) => ({ ...event, recordedtime: event.data.observed.latest }),
  ),
  one('a call begins 2 s later, and says so everywhere', 'observed', ofType('call-started'), (event) => {
    const shifted = moved(event, 2 * SECOND);
    return with_(shifted, { startedAt: shifted.time });
  }),
  everywhere(
    'answeredAt is startedAt',
    'answeredAt',
    is(({ answeredAt }) => answeredAt !== null),
    (event) => with_(event, { answeredAt: event.data.startedAt }),
  ),
  everywhere('endedAt is a day later', 'endedAt', isEnd, (event) =>
    with_(event, { endedAt: later(event.data.endedAt, 24 * HOUR) }),
  ),
  one(
    'answeredAt is null',
    'answeredAt',
    is(({ answeredAt }) => answeredAt !== null),
    says({ answeredAt: null }),
  ),
  one(
    'answeredAt without an answer',
    'answeredAt',
    is(({ answeredAt }) => answeredAt === null),
    (event) => with_(event, { answeredAt: event.time }),
  ),
  one(
    'endedAt is null',
    'endedAt',
    is(({ endedAt }) => endedAt !== null),
    says({ endedAt: null }),
  ),
  one('endedAt before the end', 'endedAt', isLive, (event) => with_(event, { endedAt: event.time })),
  everywhere('waitMs is 1', 'waitMs', hasWait, says({ waitMs: 1 })),
  everywhere('talkMs is 1', 'talkMs', hasTalk, says({ talkMs: 1 })),
  ...[null, 0, 1].flatMap((ms) => [
    one(
      `waitMs is ${ms}`,
      'waitMs',
      is(({ waitMs }) => waitMs !== null && waitMs !== ms),
      says({ waitMs: ms }),
    ),
    one(
      `talkMs is ${ms}`,
      'talkMs',
      is(({ talkMs }) => talkMs !== null && talkMs !== ms),
      says({ talkMs: ms }),
    ),
  ]),
  one(
    'a wait that is not known',
    'waitMs',
    is(({ waitMs }) => waitMs === null),
    says({ waitMs: 5000 }),
  ),
  one(
    'a talk that is not known',
    'talkMs',
    is(({ talkMs }) => talkMs === null),
    says({ talkMs: 5000 }),
  ),
  one('a time that is not RFC 3339', 'time', any, (event) => ({ ...event, time: event.time.slice(0, 19) })),
  one('a time in another zone', 'time', any, (event) => ({
    ...event,
    time: event.time.replace('Z', '+00:00'),
  })),
];
