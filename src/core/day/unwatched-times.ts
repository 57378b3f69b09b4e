import type { DeskPoll } from '../desk-poll.js';
import type { DeskRules } from '../desk-rules.js';
import { ENDPOINTS } from '../model/observation.js';
import { Calendar, type Day, QUARTER_MS } from './calendar.js';
import { SOURCE } from './columns.js';
import { CountsByRow, quarterOf } from './story-counts.js';
import type { Tally } from './tally.js';
import { Watch } from './watch.js';

/**
 * Counts how long each source was not watched, by quarters of an hour.
 *
 * Guarantees: what is counted depends on the complete answers alone, whichever replica polls; an outage of any length costs two rows a
 * source, since a quarter into which no complete answer fell is not marked as watched.
 */
export class UnwatchedTimes {
  readonly #calendar: Calendar;
  readonly #watches = ENDPOINTS.map((endpoint) => ({ endpoint, watch: new Watch(endpoint) }));

  constructor({ timeZone }: DeskRules) {
    this.#calendar = new Calendar(timeZone);
  }

  settle({ before, after }: DeskPoll): readonly Tally[] {
    let counts: CountsByRow | null = null;
    for (const { endpoint, watch } of this.#watches) {
      const step = watch.step(before, after);
      if (step === null) continue;
      const { from, to, isWatched } = step;
      if (isWatched && isSameQuarter(this.#calendar.dayAt(to), from!, to)) continue;
      counts ??= new CountsByRow();
      const row = quarterOf(this.#calendar, 'source', endpoint, to);
      const begins = this.#quarterBegins(to);
      const isFirst = from === null || from < begins;
      if (isFirst) counts.add(row, SOURCE.watched, 1);
      if (isWatched) continue;
      counts.add(row, SOURCE.unwatchedMs, to - (isFirst ? begins : from));
      if (from === null || !isFirst) continue;
      const left = quarterOf(this.#calendar, 'source', endpoint, from);
      counts.add(left, SOURCE.unwatchedMs, this.#quarterBegins(from) + QUARTER_MS - from);
    }
    if (counts === null) return NONE;
    return counts.all().map(({ day, row, add }) => ({ day, row, add: [...add], callId: null }));
  }

  #quarterBegins(at: number): number {
    const { from } = this.#calendar.dayAt(at);
    return from + Math.floor((at - from) / QUARTER_MS) * QUARTER_MS;
  }
}

/** The cheap question that every poll asks. */
function isSameQuarter(day: Day, from: number, to: number): boolean {
  if (from < day.from) return false;
  return Math.floor((from - day.from) / QUARTER_MS) === Math.floor((to - day.from) / QUARTER_MS);
}

const NONE: readonly Tally[] = [];
