/**
 * Bounds how many pieces of work (requests to a PBX, reads of the store, clients that catch up) are under way at once.
 * Where no slot is free, a caller waits in line.
 *
 * Guarantees: first come, first served; leaving the line costs the same however long it is; a slot that becomes free
 * goes to the next in line before any new caller. Not guaranteed: that a waiting caller is ever served. Its signal ends
 * the wait.
 */
export class Semaphore {
  readonly #size: number;
  /** In order of arrival; a set, so that a caller in the middle leaves without a search. */
  readonly #line = new Set<(served: boolean) => void>();
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get taken(): number {
    return this.#taken;
  }

  get isFull(): boolean {
    return this.#taken >= this.#size;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** Takes a slot if one is free now. Returns whether the caller has it. */
  takeFree(): boolean {
    if (this.isFull) return false;
    this.#taken++;
    return true;
  }

  /**
   * Resolves with true when the caller has a slot, and must release it; with false when the signal aborts or the line
   * is dismissed.
   */
  take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.takeFree()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const leave = (served: boolean) => {
        this.#line.delete(leave);
        signal.removeEventListener('abort', giveUp);
        resolve(served);
      };
      const giveUp = () => leave(false);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#line.add(leave);
    });
  }

  release(): void {
    const [next] = this.#line;
    if (next === undefined) this.#taken--;
    else next(true);
  }

  /** Dismisses the line: all waiting callers get false. Taken slots remain taken. */
  dismiss(): void {
    for (const leave of [...this.#line]) leave(false);
  }
}
