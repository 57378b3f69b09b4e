/**
 * How long to wait before the next attempt: doubled from `base` to `max`, the upper half of it at random, so that
 * clients which lost their server together do not come back together.
 */
export class Backoff {
  private attempts = 0;

  constructor(
    private readonly base: number,
    private readonly max: number,
    private readonly random: () => number,
  ) {}

  /** Milliseconds. */
  next(): number {
    const delay = Math.min(this.max, this.base * 2 ** this.attempts);
    this.attempts += 1;
    return delay / 2 + (this.random() * delay) / 2;
  }

  reset(): void {
    this.attempts = 0;
  }
}
