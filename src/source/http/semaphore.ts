/**
 * A bound on how much is under way at once; who comes when nothing is free waits in line.
 *
 * Guarantees: first come, first served; leaving the line costs the same however long it is; a slot that becomes free is
 * handed to the next in line before anybody new gets it. Not guaranteed: that somebody who waits is ever served: how
 * long to wait is the caller's business, by the signal.
 */
export class Slots {
  readonly #size: number;
  /** In the order they came; a set, so that one in the middle leaves without a search. */
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

  /** A slot that is free right now; the caller's, when true. */
  takeFree(): boolean {
    if (this.isFull) return false;
    this.#taken++;
    return true;
  }

  /** Resolves with true when a slot is the caller's, who must release it; false: sent away, or given up by the signal. */
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

  /** Everybody in line gets false; what is taken stays taken. */
  sendAway(): void {
    for (const leave of [...this.#line]) leave(false);
  }
}
