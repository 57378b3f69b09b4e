import type { Calendar, Day } from '../../core/day/calendar.js';
import type { IntervalKind } from '../../core/day/numbers.js';
import type { Instant } from '../../core/model/observation.js';
import { Refusal } from '../access/refusal.js';
import type { When } from './query.js';

export interface TimeRange {
  readonly from: Instant;
  /** The first instant after it. */
  readonly to: Instant;
}

/**
 * The time that a request for numbers is about: from the beginning of a day, or an instant, to the end of a day, or an instant.
 * Without `to` it is up to the end of today, without `from` the day on which it ends.
 *
 * @throws Refusal where that is no time, or one that is too long for such intervals
 */
export function statsRange(
  {
    from,
    to,
    by,
  }: { readonly from?: When | undefined; readonly to?: When | undefined; readonly by: IntervalKind },
  calendar: Calendar,
  now: Instant,
): TimeRange {
  const end = to === undefined ? calendar.dayAt(now).to : endOf('to', to, calendar);
  const begin = from === undefined ? calendar.dayAt(end - 1).from : beginOf('from', from, calendar);
  if (begin >= end)
    throw new Refusal('bad-request', 'to must be later than from, which is the day of to if it is left out');
  const most = DAYS_MAX[by];
  // Days of 25 hours, and parts of the first and the last day.
  const isShort = end - begin <= (most + 1) * DAY_MS && calendar.daysBetween(begin, end).length <= most;
  if (isShort) return { from: begin, to: end };
  throw new Refusal(
    'bad-request',
    `from and to must span at most ${most} days of intervals by ${by}: ask for less at a time${by === 'day' ? '' : ', or by day'}`,
  );
}

/** @throws Refusal where the tenant's zone has no such day */
export function beginOf(name: string, when: When, calendar: Calendar): Instant {
  return 'at' in when ? when.at : dayNamed(name, when.day, calendar).from;
}

/** @throws Refusal where the tenant's zone has no such day */
export function endOf(name: string, when: When, calendar: Calendar): Instant {
  return 'at' in when ? when.at : dayNamed(name, when.day, calendar).to;
}

function dayNamed(name: string, text: string, calendar: Calendar): Day {
  const noon = Date.parse(`${text}T12:00:00Z`);
  // Clocks of the Earth are up to 14 hours ahead of UTC.
  const near = [noon, noon - DAY_MS, noon + DAY_MS].map((instant) => calendar.dayAt(instant));
  const found = near.find(({ day }) => day === text);
  if (found === undefined)
    throw new Refusal('bad-request', `${name} must be a day that the tenant's zone has`);
  return found;
}

/**
 * So that an answer has a bound: a month of hours of fifty extensions is some 40,000 rows, or 15 MB of JSON, and as many tables
 * of days take a second to add up.
 */
export const DAYS_MAX: Readonly<Record<IntervalKind, number>> = { quarter: 7, hour: 31, day: 400 };

const DAY_MS = 86_400_000;
