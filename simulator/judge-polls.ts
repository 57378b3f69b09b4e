import type { Sighting } from './truth.js';

/**
 * The answers that the bridge got, of each endpoint. A number is an answer without delay. Those that failed are left out.
 */
export interface PollInstants {
  readonly monitor: readonly Instant[];
  readonly queue: readonly Instant[];
  /** Partial answers: what they show may be emitted, and nothing is demanded because of them but what `unreadable` proves. */
  readonly partial?: { readonly monitor: readonly Instant[]; readonly queue: readonly Instant[] };
}

export type Instant = number | Poll;

export interface Poll {
  /** When the request was sent, at which instant the answer shows the PBX, and when it was received. */
  readonly sent: number;
  readonly shown: number;
  readonly received: number;
  /** Of a partial answer that has every row, some of them unreadable. */
  readonly unreadable?: Unreadable;
}

/** The answers in a row, by when they were received, that have all the unreadable rows of this one, with the same bytes. */
interface Unreadable {
  readonly since: number;
  readonly until: number;
}

/** Partial answers without a complete one: after so long a part that they lack counts as gone (`docs/events.md`). */
const LONG_PARTIAL_MS = 60_000;

export type Endpoint = Sighting['endpoint'];

/** The polls of one endpoint in the order of what they show. */
export class Polls {
  readonly #complete: readonly Poll[];
  readonly #all: readonly Poll[];
  readonly #partial: readonly Poll[];
  /** Those that came after so many partial ones that what they lack counts as gone. */
  readonly #longPartial: readonly Poll[];

  readonly #since = new Map<string, Polls>();

  constructor(complete: readonly Instant[], partial: readonly Instant[] = [], long?: readonly Poll[]) {
    this.#complete = complete.map(pollOf).sort(byShown);
    this.#partial = partial.map(pollOf).sort(byShown);
    this.#all = partial.length === 0 ? this.#complete : [...this.#complete, ...this.#partial].sort(byShown);
    this.#longPartial = long ?? longPartial(this.#all, new Set(this.#partial));
  }

  /**
   * The polls as they show rows that appeared at `from` or later. A row that cannot be read, and that was there before, is none
   * of these; one that has gone when the first of these is shown may have been it, and so may any where that answer lacks rows,
   * for it does not say which are still there. The same polls where that proves nothing.
   */
  asSeenSince(from: number): Polls {
    const first = this.firstAfter(from);
    const lacksRows = first !== null && first.unreadable === undefined && this.#partial.includes(first);
    const firstShown = lacksRows ? Infinity : (first?.received ?? Infinity);
    const isWhole = ({ unreadable, shown }: Poll): boolean =>
      unreadable !== undefined &&
      unreadable.since < from &&
      (shown >= from || unreadable.until >= firstShown);
    const whole = this.#partial.filter(isWhole);
    if (whole.length === 0) return this;
    const key = whole.map(({ shown }) => shown).join();
    let polls = this.#since.get(key);
    if (polls === undefined) {
      const rest = this.#partial.filter((poll) => !isWhole(poll));
      polls = new Polls([...this.#complete, ...whole], rest, this.#longPartial);
      this.#since.set(key, polls);
    }
    return polls;
  }

  /** How many answers that show the PBX in [from, to) are partial, after 60 s of such answers. */
  countLongPartial(from: number, to: number): number {
    return Math.max(0, lowerBound(this.#longPartial, to) - lowerBound(this.#longPartial, from));
  }

  get last(): Poll | null {
    return this.#complete.at(-1) ?? null;
  }

  /** How many complete answers show the PBX in [from, to). */
  count(from: number, to: number): number {
    return Math.max(0, lowerBound(this.#complete, to) - lowerBound(this.#complete, from));
  }

  /** The numbers of the complete answers that show it there and were received by this instant. */
  *received(from: number, to: number, by: number): Generator<number, void, undefined> {
    for (let index = lowerBound(this.#complete, from); ; index++) {
      const poll = this.#complete[index];
      if (poll === undefined || poll.shown >= to || poll.shown > by) return;
      if (poll.received <= by) yield index;
    }
  }

  /** Complete or partial: some answer that shows the PBX in [from, to), up to this instant. */
  some(from: number, to: number, by = Infinity): boolean {
    const poll = this.#all[lowerBound(this.#all, from)];
    return poll !== undefined && poll.shown < to && poll.shown <= by;
  }

  /** Number `nth` (from 0) of the complete answers at or after this instant. */
  after(instant: number, nth = 0): Poll | null {
    return this.#complete[lowerBound(this.#complete, instant) + nth] ?? null;
  }

  /** Number `nth` (from 0) of the complete answers before this instant, the latest first. */
  before(instant: number, nth = 0): Poll | null {
    return this.#complete[lowerBound(this.#complete, instant) - 1 - nth] ?? null;
  }

  /** The last answer before this instant, complete or partial. */
  lastBefore(instant: number): Poll | null {
    return this.#all[lowerBound(this.#all, instant) - 1] ?? null;
  }

  /** The first answer at or after this instant, complete or partial. */
  firstAfter(instant: number): Poll | null {
    return this.#all[lowerBound(this.#all, instant)] ?? null;
  }
}

export function pollsOf({ monitor, queue, partial }: PollInstants): Readonly<Record<Endpoint, Polls>> {
  return { monitor: new Polls(monitor, partial?.monitor), queue: new Polls(queue, partial?.queue) };
}

function longPartial(all: readonly Poll[], partial: ReadonlySet<Poll>): Poll[] {
  let since: number | null = null;
  return all.filter((poll) => {
    since = partial.has(poll) ? (since ?? poll.received) : null;
    return since !== null && poll.received - since >= LONG_PARTIAL_MS;
  });
}

function pollOf(instant: Instant): Poll {
  return typeof instant === 'number' ? { sent: instant, shown: instant, received: instant } : instant;
}

function byShown(a: Poll, b: Poll): number {
  return a.shown - b.shown;
}

/** Index of the first poll that is not before `at`. */
function lowerBound(polls: readonly Poll[], at: number): number {
  let [low, high] = [0, polls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (polls[middle]!.shown < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
