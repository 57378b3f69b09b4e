import type { TallyLabel } from './tally.js';

/** Which names this owner has noted in which day's table, so that each is noted once; another owner notes them again. */
export class DayLabels {
  /** By day and kind, and then by name: most are asked for again and again. */
  readonly #noted = new Map<string, Record<TallyLabel['of'], Map<string, string>>>();
  #size = 0;

  isNew({ day, of, name, label }: TallyLabel): boolean {
    const noted = this.#noted.get(day)?.[of].get(name);
    if (noted === label) return false;
    if (noted === undefined && this.#size >= NOTED_MAX) this.#clear();
    let ofDay = this.#noted.get(day);
    if (ofDay === undefined) this.#noted.set(day, (ofDay = { queue: new Map(), agent: new Map() }));
    ofDay[of].set(name, label);
    if (noted === undefined) this.#size += 1;
    return true;
  }

  #clear(): void {
    this.#noted.clear();
    this.#size = 0;
  }
}

/** A day's agents and queues of the largest tenant, and those of the day before. Emptied when full. */
const NOTED_MAX = 10_000;
