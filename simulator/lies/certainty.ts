import {
  and,
  any,
  certainty,
  type Change,
  everywhere,
  HOUR,
  is,
  isEnd,
  later,
  type Lie,
  moved,
  ofType,
  one,
  says,
  SECOND,
  seen,
  with_,
} from './telling.js';

/** Lies about how sure a time is, and about outcomes. */

export const CERTAINTY: readonly Lie[] = [
  ...['inferred', 'observed', 'upstream'].flatMap((stated) => {
    const precisionMs = stated === 'upstream' ? SECOND : undefined;
    const change: Change = (event) => seen(event, { certainty: stated, precisionMs });
    return [
      everywhere(`${stated}`, 'certainty', any, change),
      one(
        `${stated}`,
        'certainty',
        is(({ observed }) => observed.certainty !== stated),
        change,
      ),
    ];
  }),
  everywhere('inferred and two hours off', ['observed', 'time', 'certainty'], any, (event) =>
    seen(moved(event, 2 * HOUR), { certainty: 'inferred' }),
  ),
  one('inferred, and an hour late', ['observed', 'time'], certainty('inferred'), (event) => ({
    ...moved(event, HOUR),
    recordedtime: later(event.recordedtime, HOUR)!,
  })),
  one('certain', 'certainty', any, (event) => seen(event, { certainty: 'certain' })),
  one('no precision of a PBX time', 'certainty', certainty('upstream'), (event) =>
    seen(event, { precisionMs: undefined }),
  ),
  one('another precision of a PBX time', 'certainty', certainty('upstream'), (event) =>
    seen(event, { precisionMs: 1 }),
  ),
  one('a precision of an observed time', 'certainty', certainty('observed'), (event) =>
    seen(event, { precisionMs: SECOND }),
  ),
  one(
    'no earliest',
    'observed',
    is(({ observed }) => observed.earliest !== null),
    (event) => seen(event, { earliest: null }),
  ),
  one(
    'a window of no width, before it happened',
    ['observed', 'event', 'endedAt'],
    and(
      certainty('observed'),
      is(({ observed }) => observed.earliest !== null),
    ),
    (event) => {
      const { earliest } = event.data.observed;
      return { ...seen(event, { latest: earliest! }), time: earliest! };
    },
  ),
  one('a PBX time of two seconds', 'observed', certainty('upstream'), (event) =>
    seen(event, { latest: later(event.data.observed.earliest, 2 * SECOND)! }),
  ),
];

export const OUTCOMES: readonly Lie[] = [
  ...['answered', 'abandoned', 'no-answer', 'unknown', null].map((outcome) =>
    one(
      `the call ended ${outcome}`,
      'outcome',
      and(
        isEnd,
        is((data) => data.outcome !== outcome),
      ),
      says({ outcome }),
    ),
  ),
  ...['answered', 'answered-elsewhere', 'not-answered', 'caller-left', 'unknown', null].map((outcome) =>
    one(
      `the offer ended ${outcome}`,
      ['outcome', 'offer'],
      and(
        ofType('call-offer-ended'),
        certainty('observed'),
        is((data) => data.outcome !== outcome),
      ),
      (event) => with_(event, { outcome, offer: { ...event.data.offer!, outcome } }),
    ),
  ),
  one('an end that a stale row is said to have', 'stale', ofType('call-ended'), says({ stale: true })),
  one(
    'an outcome before an end',
    'outcome',
    ofType('call-started', 'call-answered', 'call-offered'),
    says({ outcome: 'answered' }),
  ),
];
