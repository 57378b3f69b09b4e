/** When and why a request is given up: a time-out at a time, its caller's signal, or its client's end. */
export class Deadline {
  readonly #mates: Set<Deadline> | null;
  #timer: NodeJS.Timeout | undefined;
  #cut: (() => void) | null = null;
  /** Why the request was given up, null while it was not. */
  passed: string | null = null;
  /** It was given up for taking too long. */
  isLate = false;

  constructor(given: AbortSignal | undefined) {
    this.#mates = given === undefined || given.aborted ? null : underWay(given);
    this.#mates?.add(this);
    if (given?.aborted === true) this.giveUp(GIVEN_UP);
  }

  /** Replaces the time-out that is set, and what is cut off when it, or anything else, comes: at once if it already has. */
  set(ms: number, why: string, cut: () => void): void {
    clearTimeout(this.#timer);
    this.#cut = cut;
    if (this.passed !== null) return cut();
    this.#timer = setTimeout(() => {
      this.isLate = this.passed === null;
      this.giveUp(why);
    }, ms);
  }

  giveUp(why: string): void {
    if (this.passed !== null) return;
    this.passed = why;
    this.#cut?.();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#mates?.delete(this);
  }
}

const GIVEN_UP = 'request given up';
const bySignal = new WeakMap<AbortSignal, Set<Deadline>>();

/** What the signal gives up. One listener for all: a tenant has the same signal all day, and adding one costs more than a set. */
function underWay(signal: AbortSignal): Set<Deadline> {
  const known = bySignal.get(signal);
  if (known !== undefined) return known;
  const deadlines = new Set<Deadline>();
  bySignal.set(signal, deadlines);
  const giveUp = () => {
    for (const deadline of [...deadlines]) deadline.giveUp(GIVEN_UP);
  };
  signal.addEventListener('abort', giveUp, { once: true });
  return deadlines;
}
