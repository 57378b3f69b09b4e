import type { Clock, Stop, Time } from '../../src/base/clock.js';

/** Both clocks show what `read` returns. */
export function timeAt(read: () => number): Time {
  return { now: read, monotonic: read };
}

/** Both clocks as a test sets them; they differ after the wall clock was set. */
export class ManualTime implements Time {
  /** How far the wall clock is ahead of the monotonic one. */
  skewMs = 0;
  at: number;

  constructor(at = 0) {
    this.at = at;
  }

  now(): number {
    return this.at + this.skewMs;
  }

  monotonic(): number {
    return this.at;
  }
}

interface Planned {
  readonly at: number;
  readonly task: () => void;
}

/** Time that stands still, and timers that wait, until a test lets them go on. */
export class ManualTimers extends ManualTime implements Clock {
  #planned: Planned[] = [];

  /** Of the timer that comes next: how far away it is; null where none is set. */
  get nextInMs(): number | null {
    const [next] = this.#planned;
    return next === undefined ? null : next.at - this.at;
  }

  after(ms: number, task: () => void): Stop {
    const planned = { at: this.at + ms, task };
    const place = this.#planned.findIndex(({ at }) => at > planned.at);
    this.#planned.splice(place === -1 ? this.#planned.length : place, 0, planned);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== planned);
    };
  }

  every(ms: number, task: () => void): Stop {
    let stop: Stop;
    const again = () => {
      stop = this.after(ms, again);
      task();
    };
    stop = this.after(ms, again);
    return () => stop();
  }

  /** Goes to the next timer and runs it; returns how far away it was. */
  fire(): number {
    const { at, task } = this.#planned.shift()!;
    const delayMs = at - this.at;
    this.at = at;
    task();
    return delayMs;
  }

  /** Lets time pass and runs all that is due in it, with what follows from that. */
  async pass(ms: number): Promise<void> {
    const end = this.at + ms;
    for (;;) {
      await new Promise(setImmediate);
      const next = this.nextInMs;
      if (next === null || this.at + next > end) break;
      this.fire();
    }
    this.at = end;
  }
}
