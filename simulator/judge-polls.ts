import type { Sighting } from './truth.js';

/**
 * The answers that the bridge got, of each endpoint. A number is an answer without delay. Those that failed are left out.
 */
export interface PollInstants {
  readonly monitor: readonly Instant[];
  readonly queue: readonly Instant[];
  /** Partial answers: what they show may be emitted, and nothing is demanded because of them. */
  readonly partial?: { readonly monitor: readonly Instant[]; readonly queue: readonly Instant[] };
}

type Instant = number | Poll;

export interface Poll {
  /** When the request was sent, at which instant the answer shows the PBX, and when it was received. */
  readonly sent: number;
  readonly shown: number;
  readonly received: number;
}

export type Endpoint = Sighting['endpoint'];

/** The polls of one endpoint in the order of what they show. */
export class Polls {
  readonly #complete: readonly Poll[];
  readonly #all: readonly Poll[];

  constructor(complete: readonly Instant[], partial: readonly Instant[] = []) {
    this.#complete = complete.map(pollOf).sort(byShown);
    this.#all =
      partial.length === 0 ? this.#complete : [...this.#complete, ...partial.map(pollOf)].sort(byShown);
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

  /** The first answer at or after this instant, complete or partial. */
  firstAfter(instant: number): Poll | null {
    return this.#all[lowerBound(this.#all, instant)] ?? null;
  }
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
