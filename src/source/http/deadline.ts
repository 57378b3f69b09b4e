/**
 * Decides when and why a request is given up: after its time-out, by its caller's signal, or when its client closes.
 */
export class Deadline {
  readonly #mates: Set<Deadline> | null;
  #timer: NodeJS.Timeout | undefined;
  #cut: (() => void) | null = null;
  /** Why the request was given up, null while it was not. */
  passed: string | null = null;
  /** Whether it was given up by the time-out. */
  isLate = false;

  constructor(given: AbortSignal | undefined) {
    this.#mates = given === undefined || given.aborted ? null : underWay(given);
    this.#mates?.add(this);
    if (given?.aborted === true) this.giveUp(GIVEN_UP);
  }

  /**
   * Replaces the time-out, and what is called when the request is given up; calls it at once if it has been already.
   */
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

/**
 * The deadlines of a signal. They share one listener: a tenant's signal is the same all day, and adding a listener
 * costs more than adding to a set.
 */
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
