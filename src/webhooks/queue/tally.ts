import { formatCursor } from '../../core/model/position.js';
import { DEAD_LETTERS_KEPT, type DeadLetter, type EndpointProgress } from '../../store/webhook-store.js';
import type { Item } from './lines.js';

type Counts = EndpointProgress['counts'];

/** What became of an endpoint's events: counted, and a dead letter for each that was given up until it is saved. */
export class Tally {
  #counts: Counts;
  #dead: DeadLetter[] = [];

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  get counts(): Counts {
    return this.#counts;
  }

  get delivered(): number {
    return this.#counts.delivered;
  }

  countDelivered(): void {
    const { delivered, expired, dead } = this.#counts;
    this.#counts = { delivered: delivered + 1, expired, dead };
  }

  gaveUp({ event, tries }: Item, reason: DeadLetter['reason'], at: number): void {
    const { expired, dead } = this.#counts;
    this.#counts =
      reason === 'expired' ? { ...this.#counts, expired: expired + 1 } : { ...this.#counts, dead: dead + 1 };
    this.#dead.push({ cursor: formatCursor(event), reason, tries, at });
    this.#bound();
  }

  takeDead(): readonly DeadLetter[] {
    const dead = this.#dead;
    this.#dead = [];
    return dead;
  }

  putBack(dead: readonly DeadLetter[]): void {
    this.#dead = [...dead, ...this.#dead];
    this.#bound();
  }

  /** The store keeps no more either. */
  #bound(): void {
    if (this.#dead.length > DEAD_LETTERS_KEPT) this.#dead = this.#dead.slice(-DEAD_LETTERS_KEPT);
  }
}
