import type { Clock, Stop } from '../../src/base/clock.js';

/** Runs tasks in the order of their instants; between two of them, all promises that can settle do. */
export class VirtualTime {
  now: number;
  #planned: Planned[] = [];

  constructor(now: number) {
    this.now = now;
  }

  /** This time as a bridge has it. Its wall clock may be another. */
  clock(wall: () => number = () => this.now): Clock {
    return {
      now: wall,
      monotonic: () => this.now,
      after: (ms, task) => this.#after(ms, task),
      every: (ms, task) => {
        const again = () => {
          stop = this.#after(ms, again);
          task();
        };
        let stop = this.#after(ms, again);
        return () => stop();
      },
    };
  }

  #after(ms: number, task: () => void): Stop {
    const planned = this.#plan(ms, task);
    return () => {
      this.#planned = this.#planned.filter((one) => one !== planned);
    };
  }

  /** Resolves after `ms`, or as soon as `signal` is aborted. */
  pass(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const cut = () => {
        this.#planned = this.#planned.filter((one) => one !== planned);
        resolve();
      };
      const planned = this.#plan(ms, () => {
        signal?.removeEventListener('abort', cut);
        resolve();
      });
      signal?.addEventListener('abort', cut);
    });
  }

  async runUntil(end: number): Promise<void> {
    for (;;) {
      await new Promise(setImmediate);
      const next = this.#planned[0];
      if (next === undefined || next.at > end) return;
      this.#planned.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
  }

  #plan(delayMs: number, run: () => void): Planned {
    const planned = { at: Math.ceil(this.now + delayMs), run };
    const place = this.#planned.findIndex(({ at }) => at > planned.at);
    this.#planned.splice(place === -1 ? this.#planned.length : place, 0, planned);
    return planned;
  }
}

interface Planned {
  readonly at: number;
  readonly run: () => void;
}
