import type { Instant } from '../model/observation.js';
import { type Calendar, type Day, HOUR_MS, QUARTER_MS } from './calendar.js';
import type { Interval, IntervalKind, NumbersQuery } from './numbers.js';

/** The intervals of a query, and which of them a slot of a day's table is in. */
export class Intervals {
  readonly all: readonly Interval[];
  readonly #lengthMs: number;
  /** By day. */
  readonly #first = new Map<string, { readonly index: number; readonly day: Day }>();

  /** @param begunBy those that begin later are left out; `Infinity`: none is */
  constructor(calendar: Calendar, { from, to, by }: NumbersQuery, begunBy: Instant) {
    this.#lengthMs = LENGTH_MS[by];
    const all: Interval[] = [];
    for (const day of calendar.daysBetween(from, to)) {
      const begin = Math.max(0, Math.floor((from - day.from) / this.#lengthMs));
      this.#first.set(day.day, { index: all.length - begin, day });
      for (let at = begin * this.#lengthMs + day.from; at < Math.min(day.to, to); at += this.#lengthMs) {
        if (at > begunBy) break;
        all.push({ day: day.day, from: at, to: Math.min(at + this.#lengthMs, day.to) });
      }
    }
    this.all = all;
  }

  /** The index of the interval that a slot of so many milliseconds is in; null: it is in none of them. */
  indexOf(day: string, slot: number, slotMs: number): number | null {
    const first = this.#first.get(day);
    if (first === undefined) return null;
    const index = first.index + Math.floor((slot * slotMs) / this.#lengthMs);
    return this.all[index]?.day === day && index >= 0 ? index : null;
  }
}

const LENGTH_MS: Readonly<Record<IntervalKind, number>> = {
  quarter: QUARTER_MS,
  hour: HOUR_MS,
  // Longer than any day: each is one interval.
  day: 7 * 86_400_000,
};
