import type { Interval } from './numbers.js';
import type { Intervals } from './intervals.js';
import type { TallyRow } from './tally.js';

/** Adds up rows of one kind by interval and name. */
export class AddedRows {
  readonly #of: TallyRow['of'];
  readonly #slotMs: number;
  readonly #intervals: Intervals;
  readonly #rows = new Map<number, Map<string, Counted>>();
  /** The latest name that people know of each, by day and name. */
  readonly #labels = new Map<string, string>();

  constructor(of: TallyRow['of'], slotMs: number, intervals: Intervals) {
    this.#of = of;
    this.#slotMs = slotMs;
    this.#intervals = intervals;
  }

  add(
    day: string,
    { of, name, slot }: TallyRow,
    counts: Iterable<readonly [column: number, amount: number]>,
  ): void {
    if (of !== this.#of) return;
    const index = this.#intervals.indexOf(day, slot, this.#slotMs);
    if (index === null) return;
    let byName = this.#rows.get(index);
    if (byName === undefined) this.#rows.set(index, (byName = new Map<string, Counted>()));
    let row = byName.get(name);
    if (row === undefined) byName.set(name, (row = new Counted()));
    for (const [column, amount] of counts) row.add(column, amount);
  }

  label(day: string, name: string, label: string): void {
    this.#labels.set(`${day} ${name}`, label);
  }

  /** By interval, then by name. */
  *all(): Iterable<{ interval: Interval; name: string; label: string | null; counted: Counted }> {
    const byIndex = [...this.#rows].sort(([a], [b]) => a - b);
    for (const [index, byName] of byIndex) {
      const interval = this.#intervals.all[index]!;
      for (const [name, counted] of [...byName].sort(([a], [b]) => (a < b ? -1 : 1)))
        yield { interval, name, label: this.#labels.get(`${interval.day} ${name}`) ?? null, counted };
    }
  }
}

/** The sums of a row's columns. */
export class Counted {
  readonly #sums = new Map<number, number>();

  add(column: number, amount: number): void {
    if (amount !== 0) this.#sums.set(column, (this.#sums.get(column) ?? 0) + amount);
  }

  get(column: number): number {
    return this.#sums.get(column) ?? 0;
  }

  /** `length` columns from `first` on. */
  slice(first: number, length: number): readonly number[] {
    return Array.from({ length }, (_, nth) => this.get(first + nth));
  }
}
