/**
 * A discrete-event scheduler on a virtual clock.
 *
 * Guarantees: acts run in order of their instant, and at the same instant in the order they were asked for, however
 * large or small the steps of `runUntil` are; while an act runs, `now` is its instant. The clock never goes back: an
 * act asked for in the past runs at the next opportunity. Instants are whole milliseconds. Not guaranteed: anything about
 * real time.
 */
export class Schedule {
  now: number;
  readonly #heap: Entry[] = [];
  #order = 0;

  constructor(startAt: number) {
    this.now = startAt;
  }

  /** The instant of the next act, Infinity when there is none. */
  get nextAt(): number {
    while (this.#heap[0]?.act === null) this.#pop();
    return this.#heap[0]?.at ?? Infinity;
  }

  at(instant: number, act: () => void): Timer {
    const entry: Entry = { at: Math.max(Math.ceil(instant), this.now), order: this.#order++, act };
    this.#push(entry);
    return entry;
  }

  in(ms: number, act: () => void): Timer {
    return this.at(this.now + ms, act);
  }

  cancel(timer: Timer): void {
    timer.act = null;
  }

  runUntil(instant: number): void {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || top.at > instant) break;
      this.#pop();
      const act = top.act;
      if (act === null) continue;
      top.act = null;
      this.now = Math.max(this.now, top.at);
      act();
    }
    this.now = Math.max(this.now, instant);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let child = heap.length;
    heap.push(entry);
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(entry, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, below)) {
        below = right;
        child += 1;
      }
      if (!before(below, last)) break;
      heap[parent] = below;
      parent = child;
    }
    heap[parent] = last;
  }
}

export interface Timer {
  readonly at: number;
  /** Cleared when the timer has run or was cancelled. */
  act: (() => void) | null;
}

interface Entry extends Timer {
  readonly order: number;
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
