/**
 * A pool of bounded size, in the order of entry: when it is full, the oldest member goes to make room for a new one.
 * So a client that fills it pushes out its own members first, and one that needs a place for a moment gets it.
 */
export class OldestGoes {
  readonly #limit: number;
  readonly #full: () => void;
  readonly #members = new Set<Member>();

  /** @param full is called for each member that has to go */
  constructor(limit: number, full: () => void) {
    this.#limit = limit;
    this.#full = full;
  }

  /** `member.go` is called at most once, and not after it has left. */
  enter(member: Member): void {
    while (this.#members.size >= this.#limit && this.pushOut());
    this.#members.add(member);
  }

  /** Does nothing where it is no member any more. */
  leave(member: Member): void {
    this.#members.delete(member);
  }

  /** Makes the oldest member go; false where there is none. */
  pushOut(): boolean {
    const [oldest] = this.#members;
    if (oldest === undefined) return false;
    this.#members.delete(oldest);
    this.#full();
    oldest.go();
    return true;
  }
}

interface Member {
  go(): void;
}
