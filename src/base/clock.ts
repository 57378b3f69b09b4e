/** Ends a timer; harmless when it has ended already. */
export type Stop = () => void;

/** Time as delivery needs it, passed in so that no test waits. Timers never keep the process alive. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` every `ms`, first after `ms`. */
  every(ms: number, task: () => void): Stop;
  after(ms: number, task: () => void): Stop;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  every(ms, task) {
    const timer = setInterval(task, ms).unref();
    return () => clearInterval(timer);
  },
  after(ms, task) {
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};
