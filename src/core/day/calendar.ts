import { LocalTime } from '../../base/local-time.js';
import type { Instant } from '../model/observation.js';

/**
 * The days of a time zone, as instants.
 *
 * Guarantees: every instant is of exactly one day; a day may have 23 or 25 hours, and begins at its first instant, whatever the
 * clocks show then. The host's own zone does not matter.
 */
export class Calendar {
  readonly #local: LocalTime;
  /** The days that were asked for last; nearly every question is about today. */
  readonly #days: Day[] = [];

  /** @throws RangeError when `timeZone` is not an IANA zone. */
  constructor(timeZone: string) {
    this.#local = new LocalTime(timeZone);
  }

  /** The day that the instant is of. */
  dayAt(instant: Instant): Day {
    for (const day of this.#days) if (day.from <= instant && instant < day.to) return day;
    const { day } = this.#local.at(instant);
    const found = {
      day,
      from: this.#local.startOf(day),
      to: this.#local.startOf(LocalTime.shifted(day, 1)),
    };
    this.#days.unshift(found);
    if (this.#days.length > DAYS_KEPT) this.#days.pop();
    return found;
  }

  /** The days that have an instant from `from` on and before `to`, in order. */
  daysBetween(from: Instant, to: Instant): readonly Day[] {
    const days: Day[] = [];
    for (let at = from; at < to; at = days.at(-1)!.to) days.push(this.dayAt(at));
    return days;
  }
}

export interface Day {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** Its first instant, and the first after it. */
  readonly from: Instant;
  readonly to: Instant;
}

export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
/** Yesterday, today, and some that a late call or a reader asks for. */
const DAYS_KEPT = 8;
