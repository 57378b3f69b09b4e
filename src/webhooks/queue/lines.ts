/** An event that is owed, as far as the queue needs to know it: its text stays in the log. */
export interface OwedEvent {
  /** In which it was recorded; the log may have gone on in another that continues it. */
  readonly epoch: string;
  readonly sequence: number;
  /** Events of one subject are delivered in order: a call, a source. */
  readonly subject: string;
  /** By the store's clock, epoch milliseconds; NaN where the event does not say. */
  readonly recordedAt: number;
  /** Epoch milliseconds: then it is not worth delivering any more. */
  readonly expiresAt: number;
}

export interface Item {
  readonly event: OwedEvent;
  /** Failures of its own. */
  tries: number;
  /** Failures of the endpoint, at this event. */
  faults: number;
  /** How many events had been delivered when a try of this one last failed; null before, and after an outage. */
  deliveredAtFailure: number | null;
  /** Whether it failed, others were delivered, and it failed again: the event is what the receiver does not take. */
  isSingled: boolean;
  /** Epoch milliseconds. */
  nextAt: number;
  isInFlight: boolean;
  /** Delivered, given up, or lost: what is still in flight of it changes nothing. */
  isGone: boolean;
}

/** The events that are owed to an endpoint, in a line for each subject, of which only the first may be sent. */
export class Lines {
  readonly #items = new Map<number, Item>();
  readonly #lines = new Map<string, Item[]>();
  readonly #heads: Item[] = [];

  get size(): number {
    return this.#items.size;
  }

  /** By ascending sequence. */
  get items(): Iterable<Item> {
    return this.#items.values();
  }

  /** Those that are next in their lines, by ascending sequence. An array, since each delivery goes through it several times. */
  get heads(): readonly Item[] {
    return this.#heads;
  }

  /** @param event of a sequence greater than all that were added before */
  add(event: OwedEvent, { tries, nextAt }: { readonly tries: number; readonly nextAt: number }): void {
    const item: Item = {
      event,
      tries,
      nextAt,
      faults: 0,
      deliveredAtFailure: null,
      isSingled: false,
      isInFlight: false,
      isGone: false,
    };
    this.#items.set(event.sequence, item);
    const line = this.#lines.get(event.subject);
    if (line !== undefined) return void line.push(item);
    this.#lines.set(event.subject, [item]);
    this.#heads.push(item);
  }

  remove(item: Item): void {
    if (item.isGone) return;
    item.isGone = true;
    const { sequence, subject } = item.event;
    this.#items.delete(sequence);
    const line = this.#lines.get(subject)!;
    if (line[0] !== item) return void line.splice(line.indexOf(item), 1);
    this.#heads.splice(this.#placeOf(sequence), 1);
    const next = line[1];
    if (next === undefined) return void this.#lines.delete(subject);
    line.shift();
    this.#heads.splice(this.#placeOf(next.event.sequence), 0, next);
  }

  /** Removes the events after a sequence. */
  removeAfter(sequence: number): void {
    for (const item of this.#items.values()) if (item.event.sequence > sequence) this.remove(item);
  }

  /** The index in `heads` of the first that has this sequence or a greater one. */
  #placeOf(sequence: number): number {
    let [low, high] = [0, this.#heads.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#heads[middle]!.event.sequence < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
