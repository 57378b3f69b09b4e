import type { Instant } from '../model/observation.js';

/**
 * Up to when the time of each extension has been counted, the one that was counted longest ago first: a binary heap.
 *
 * Guarantees: the order depends on what was noted alone, not on when; asking costs what it returns. What was noted of an
 * extension before is left where it is, and skipped when it comes to the top: `isCurrent` says what still holds.
 */
export class DueCounts {
  #heap: DueCount[] = [];
  readonly #isCurrent: (one: DueCount) => boolean;

  constructor(isCurrent: (one: DueCount) => boolean) {
    this.#isCurrent = isCurrent;
  }

  note(one: DueCount): void {
    const heap = this.#heap;
    let at = heap.push(one) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && isBefore(one, heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = one;
  }

  /** Takes out the first, if it was counted at `limit` or before; null: there is none. */
  take(limit: Instant): DueCount | null {
    for (let first = this.#heap[0]; first !== undefined && first.counted <= limit; first = this.#heap[0]) {
      this.#removeFirst();
      if (this.#isCurrent(first)) return first;
    }
    return null;
  }

  /** Drops what does not hold any more, where that is most of it. @param size how many extensions there are */
  trim(size: number): void {
    if (this.#heap.length <= 2 * size + SMALL) return;
    const kept = this.#heap.filter(this.#isCurrent);
    this.#heap = [];
    for (const one of kept) this.note(one);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      if (left >= heap.length) break;
      const next = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
      if (!isBefore(heap[next]!, last)) break;
      heap[at] = heap[next]!;
      at = next;
    }
    heap[at] = last;
  }
}

interface DueCount {
  readonly extension: string;
  readonly counted: Instant;
}

function isBefore(one: DueCount, other: DueCount): boolean {
  return one.counted === other.counted ? one.extension < other.extension : one.counted < other.counted;
}

/** Of few extensions it does not matter. */
const SMALL = 64;
