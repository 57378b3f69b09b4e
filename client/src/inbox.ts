/**
 * What has arrived and is not handled yet, one item at a time and in order; a slow listener delays the next item,
 * and never reorders it.
 *
 * Bounded: when `bound` items wait, all of them are dropped and `overflowed` is called. They are still in the log.
 */
export class Inbox<Item> {
  private items: Item[] = [];
  private next = 0;
  private running: Promise<void> | null = null;

  /** `handle` must not reject. */
  constructor(
    private readonly handle: (item: Item) => Promise<void>,
    private readonly bound: number,
    private readonly overflowed: () => void,
  ) {}

  push(item: Item): void {
    if (this.items.length - this.next >= this.bound) {
      this.clear();
      return this.overflowed();
    }
    this.items.push(item);
    this.running ??= this.run();
  }

  clear(): void {
    this.items = [];
    this.next = 0;
  }

  /** Resolves when the item in hand, and all behind it, are handled. */
  async idle(): Promise<void> {
    while (this.running !== null) await this.running;
  }

  private async run(): Promise<void> {
    // `running` is set before anything is handled.
    await Promise.resolve();
    while (this.next < this.items.length) {
      await this.handle(this.take());
    }
    this.running = null;
  }

  private take(): Item {
    const item = this.items[this.next]!;
    this.next += 1;
    if (this.next === this.items.length) this.clear();
    else if (this.next > this.bound) {
      // A queue that is never empty still has to drop the items that are done.
      this.items = this.items.slice(this.next);
      this.next = 0;
    }
    return item;
  }
}
