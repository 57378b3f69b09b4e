import { Calendar } from '../../core/day/calendar.js';
import { DayNumbers } from '../../core/day/day-numbers.js';
import type { NumbersOfDays } from '../../core/day/numbers.js';
import type { DeskRules } from '../../core/desk-rules.js';

/** A tenant's days, and what computes their numbers by its rules. */
export interface TenantDays {
  readonly calendar: Calendar;
  readonly numbers: NumbersOfDays;
}

/** Made once for each tenant's rules, for as long as those are in use: a calendar takes as long to make as many answers. */
export class TenantDaysCache {
  readonly #byRules = new WeakMap<DeskRules, TenantDays>();

  of(rules: DeskRules): TenantDays {
    let days = this.#byRules.get(rules);
    if (days === undefined) {
      days = { calendar: new Calendar(rules.timeZone), numbers: new DayNumbers(rules) };
      this.#byRules.set(rules, days);
    }
    return days;
  }
}
