/** Time and chance, passed in so that tests decide about both. */
export interface Surroundings {
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly after: (ms: number, task: () => void) => Stop;
}

/** Calls off what has not happened yet. */
export type Stop = () => void;

export const realSurroundings: Surroundings = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Rejects when `promise` takes longer than `ms`: nothing that is waited for may hang the client. */
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
