import { LocalTime } from '../../base/local-time.js';
import type { BusinessHours, DeskRules } from '../desk-rules.js';
import type { Instant } from '../model/observation.js';

/** Whether an instant lies outside of a tenant's business hours. */
export class AfterHours {
  readonly #local: LocalTime;
  readonly #hours: readonly BusinessHours[] | null;

  constructor({ timeZone, businessHours }: Pick<DeskRules, 'timeZone' | 'businessHours'>) {
    this.#local = new LocalTime(timeZone);
    this.#hours = businessHours;
  }

  /** False where no hours are given. */
  includes(instant: Instant): boolean {
    if (this.#hours === null) return false;
    const { weekday, minute } = this.#local.at(instant);
    return !this.#hours.some(({ days, from, to }) => days.includes(weekday) && from <= minute && minute < to);
  }
}
