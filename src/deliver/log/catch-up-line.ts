import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import { Semaphore } from '../../base/semaphore.js';
import type { DeliverStats } from '../stats.js';

const SAY_EVERY_MS = 60_000;

/**
 * The turns of the clients that are far behind: at most `atOnce` read at the same time, of all tenants together, and the
 * others wait in the order in which they came. Says so, at most once a minute.
 */
export class CatchUpLine {
  readonly #deps: CatchUpLineDeps;
  readonly #turns: Semaphore;
  #saidAt = -Infinity;

  constructor(deps: CatchUpLineDeps) {
    this.#deps = deps;
    this.#turns = new Semaphore(deps.atOnce);
  }

  /** Clients that have a turn, and that wait for one. */
  get reading(): number {
    return this.#turns.taken;
  }

  get waiting(): number {
    return this.#turns.waiting;
  }

  /** Resolves with true when the caller has a turn, which it must release; with false when the signal aborts. */
  take(signal: AbortSignal): Promise<boolean> {
    this.#deps.stats.catchUps += 1;
    if (this.#turns.isFull) this.#note();
    return this.#turns.take(signal);
  }

  release(): void {
    this.#turns.release();
  }

  #note(): void {
    const { atOnce, stats, clock, logger } = this.#deps;
    const now = clock.monotonic();
    stats.trouble('catching-up', now);
    if (now - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = now;
    logger.warn({ atOnce }, 'clients wait to catch up: more of them are far behind than may read at once');
  }
}

export interface CatchUpLineDeps {
  readonly atOnce: number;
  readonly clock: Clock;
  readonly stats: DeliverStats;
  readonly logger: Logger;
}
