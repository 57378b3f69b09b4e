import type { Random } from './random.js';
import type { Schedule } from './schedule.js';

/**
 * When the rows show what has happened. The engine writes its tables behind its events: a leg's row 0.11 to 0.15 s later and
 * now and then up to 0.27 s, a queue's 20 ms later.
 *
 * Guarantees: rows of one table change in the order of what happened. Without a `random` nothing trails: each change is shown
 * within the call that makes it.
 */
export class Trail {
  #lastLeg = 0;
  #lastEntry = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly random: Random | null,
  ) {}

  leg(show: () => void): void {
    if (this.random === null) return show();
    const lag = this.random.chance(0.95) ? this.random.int(110, 150) : this.random.int(150, 210);
    this.#lastLeg = Math.max(this.#lastLeg, this.schedule.now + lag);
    this.schedule.at(this.#lastLeg, show);
  }

  entry(show: () => void): void {
    if (this.random === null) return show();
    this.#lastEntry = Math.max(this.#lastEntry, this.schedule.now + this.random.int(15, 25));
    this.schedule.at(this.#lastEntry, show);
  }

  /** A channel lives 20 to 60 ms on after its hang-up, in which the row keeps its last state. */
  afterHangUp(gone: () => void): void {
    if (this.random === null) return gone();
    this.schedule.in(this.random.int(20, 60), () => this.leg(gone));
  }
}
