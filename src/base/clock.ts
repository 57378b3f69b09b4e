/** Ends a timer; harmless when it has ended already. */
export type Stop = () => void;

/**
 * The two clocks, passed in so that no test waits.
 *
 * What is written, shown or compared with what others wrote is stamped by the wall clock, which may be set while the
 * process runs. What is planned or measured here is measured by the monotonic clock, which only grows: nothing that
 * uses it has to know that clocks are set.
 */
export interface Time {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Milliseconds since some instant of this process: only differences mean anything, and only within it. */
  readonly monotonic: () => number;
}

/** Time, and timers that run by the monotonic clock. */
export interface Clock extends Time {
  /** Runs `task` every `ms`, first after `ms`. */
  every(ms: number, task: () => void): Stop;
  after(ms: number, task: () => void): Stop;
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
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};
