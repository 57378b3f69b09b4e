/** Ends a timer; harmless when it has ended already. */
export type Stop = () => void;

/**
 * The two clocks, passed in so that no test waits.
 *
 * The wall clock stamps what is stored, shown or compared with other machines' times; it may be set while the process
 * runs. The monotonic clock plans and measures; it only increases, so its users need not handle clocks being set.
 */
export interface Time {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Milliseconds since some instant of this process: only differences within the process have a meaning. */
  readonly monotonic: () => number;
}

/** Time, and timers that run by the monotonic clock, in whole milliseconds: a part of one is rounded up. */
export interface Clock extends Time {
  /** Runs `task` every `ms`, first after `ms`. */
  every(ms: number, task: () => void): Stop;
  after(ms: number, task: () => void): Stop;
}

/** Resolves after `ms`. */
export function pause(clock: Pick<Clock, 'after'>, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}

/** Its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  every(ms, task) {
    const timer = setInterval(task, ms).unref();
    return () => clearInterval(timer);
  },
  after(ms, task) {
    // A timer cuts off the part, and would be early.
    const timer = setTimeout(task, Math.ceil(ms)).unref();
    return () => clearTimeout(timer);
  },
};
