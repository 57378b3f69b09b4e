/** Time and randomness, passed in so that tests control both. */
export interface Surroundings {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly after: (ms: number, task: () => void) => Stop;
}

/** Cancels what has not happened yet. */
export type Stop = () => void;

export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Rejects when `promise` takes longer than `ms`, so that a promise that hangs does not hang the client. */
export function within<T>(
  ms: number,
  promise: Promise<T>,
  { after }: Pick<Surroundings, 'after'>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = after(ms, () => reject(new Error(`no answer within ${ms} ms`)));
    promise.then(resolve, reject).finally(stop);
  });
}
