import { MonitorBodies } from './bodies.js';

/** One answer of a changed poll. */
export interface Poll {
  readonly body: Buffer;
  readonly text: string;
  /** The rows that were not in the body before. */
  readonly changes: readonly string[];
}

/**
 * The answers of a changed poll, each made when the first contender's turn comes to it: as one from the network it has
 * just been written, and earlier ones are not kept in memory.
 */
export class Polls {
  readonly #bodies: MonitorBodies;
  #turn = -1;
  #poll: Poll | null = null;

  constructor(count: number, share: number) {
    this.#bodies = new MonitorBodies(count, share);
  }

  /** The same for all contenders of a turn; turns only go on. */
  at(turn: number): Poll {
    if (this.#poll === null || turn !== this.#turn) {
      const body = this.#bodies.next();
      this.#poll = { body, text: body.toString(), changes: this.#bodies.changes };
      this.#turn = turn;
    }
    return this.#poll;
  }
}
