import type { Instant } from '../model/observation.js';

/** Keeps an instant for each of some calls, and the earliest of them, which most polls ask for and nothing else. */
export class Earliest {
  readonly #times = new Map<string, Instant>();
  #earliest: Instant | null = Infinity;

  /** @param time null: none any more */
  set(callId: string, time: Instant | null): void {
    const before = this.#times.get(callId);
    if (before === (time ?? undefined)) return;
    if (before === this.#earliest) this.#earliest = null;
    if (time === null) {
      this.#times.delete(callId);
      return;
    }
    this.#times.set(callId, time);
    if (this.#earliest !== null && time < this.#earliest) this.#earliest = time;
  }

  /** The calls whose time is at `limit` or earlier. */
  until(limit: Instant): readonly string[] {
    if (this.isAfter(limit)) return NONE;
    return [...this.#times].filter(([, time]) => time <= limit).map(([callId]) => callId);
  }

  isAfter(limit: Instant): boolean {
    this.#earliest ??= earliestOf(this.#times.values());
    return this.#earliest > limit;
  }
}

const NONE: readonly never[] = [];

function earliestOf(times: Iterable<Instant>): Instant {
  let first = Infinity;
  for (const time of times) if (time < first) first = time;
  return first;
}
