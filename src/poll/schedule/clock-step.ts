import type { Instant } from '../../core/model/observation.js';

/**
 * Notices that a wall clock was set back: a correction by NTP, a machine that was moved. Whoever has planned by it then
 * takes what is planned back by as much, or nothing would be due until the clock is where it was.
 *
 * Not guaranteed: the time between two readings. With a step in it, it counts as none, so that a wait begins anew where
 * it was at the last reading; and a step that is shorter than it goes unnoticed, and makes a wait longer by as much. A
 * step forward looks like time that has passed: what is planned is due at once, and only once.
 */
export class ClockStep {
  #last: Instant = -Infinity;

  /** By how much the clock is behind its last reading; 0 where it is not. */
  back(now: Instant): number {
    const behind = Math.max(0, this.#last - now);
    this.#last = now;
    return behind;
  }
}
