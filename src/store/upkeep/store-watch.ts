import type { Logger } from 'pino';
import type { Clock, Stop } from '../../base/clock.js';
import type { CorrectedClock } from '../../base/corrected-clock.js';
import type { LogUpkeep, ServerReport } from '../log-upkeep.js';
import { isPressed } from './log-keeper.js';

/**
 * Compares this process' clock with the store's, and watches the store's memory, every `SURVEY_EVERY_MS`.
 *
 * Guarantees:
 * - A clock that is off by more than a second is corrected by the store's, so that a replica with a wrong clock neither
 *   stamps nor forgets otherwise than the others do; and it is said. The median counts where there are several servers.
 * - A store that is full, or nearly, is said, and `onPressed` makes room.
 * - While the store does not answer, all stays as it was found last.
 */
export class StoreWatch {
  readonly #deps: StoreWatchDeps;
  #stop: Stop | null = null;
  #running: Promise<void> | null = null;
  #errorMs = 0;
  #usedShare = 0;
  #fullCount = 0;
  #isFull = false;
  /** By the monotonic clock. */
  #fullAt = -Infinity;

  constructor(deps: StoreWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stop = this.#deps.clock.every(SURVEY_EVERY_MS, () => void this.survey());
    void this.survey();
  }

  async stop(): Promise<void> {
    this.#stop?.();
    await this.#running;
  }

  /** Never rejects. */
  async survey(): Promise<void> {
    if (this.#running !== null) return;
    this.#running = this.#survey();
    await this.#running;
    this.#running = null;
  }

  get status(): StoreStatus {
    const wasFull = this.#deps.clock.monotonic() - this.#fullAt < SHOWN_MS;
    return {
      clockErrorMs: this.#errorMs,
      isClockOff: this.#deps.corrected.correctionMs !== 0,
      usedShare: this.#usedShare,
      fullCount: this.#fullCount,
      full: this.#isFull ? 'now' : wasFull ? 'lately' : null,
    };
  }

  async #survey(): Promise<void> {
    const { upkeep, onPressed } = this.#deps;
    let servers: readonly ServerReport[];
    try {
      servers = await upkeep.survey();
    } catch {
      // Its connection says why.
      return;
    }
    if (servers.length === 0) return;
    this.#compareClocks(servers);
    this.#noteMemory(servers);
    if (servers.some(isPressed)) onPressed(servers);
  }

  #compareClocks(servers: readonly ServerReport[]): void {
    const { corrected, log } = this.#deps;
    const { aheadMs, doubtMs } = servers.toSorted((a, b) => a.aheadMs - b.aheadMs)[servers.length >> 1]!;
    const wasOff = corrected.correctionMs !== 0;
    this.#errorMs = Math.max(0, Math.abs(aheadMs) - doubtMs);
    const isOff = this.#errorMs > (wasOff ? AGREES_MS : OFF_MS);
    // Not at every answer: it would make the clock run unevenly by what answers take.
    if (isOff && Math.abs(aheadMs + corrected.correctionMs) > doubtMs + UNEVEN_MS)
      corrected.correctionMs = -Math.round(aheadMs);
    if (!isOff) corrected.correctionMs = 0;
    if (isOff === wasOff) return;
    if (!isOff) return log.info('clock agrees with that of Redis again');
    const off = `${Math.abs(aheadMs / 1_000).toFixed(1)} s ${aheadMs > 0 ? 'ahead' : 'behind'}`;
    log.warn({ aheadMs: Math.round(aheadMs) }, `clock of this replica is ${off}: corrected by that of Redis`);
  }

  #noteMemory(servers: readonly ServerReport[]): void {
    const { clock, log } = this.#deps;
    this.#usedShare = Math.max(
      0,
      ...servers.map(({ memory }) => (memory === null ? 0 : memory.used / memory.max)),
    );
    const isFull = servers.some(isPressed);
    if (isFull) this.#fullAt = clock.monotonic();
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    if (!isFull) return log.info('Redis has room again');
    this.#fullCount += 1;
    const percent = Math.floor(this.#usedShare * 100);
    log.warn({ percent }, `Redis is full, or nearly (${percent} %): oldest events are dropped to make room`);
  }
}

export interface StoreStatus {
  /** How far this process' clock is off, either way, at least. */
  readonly clockErrorMs: number;
  /** It is off by more than a second, and corrected. */
  readonly isClockOff: boolean;
  /** Of the memory of the fullest server; 0 where none has a bound. */
  readonly usedShare: number;
  /** How often a server was found to have become full. */
  readonly fullCount: number;
  /** Whether one is full, or nearly, or was within the last minute. */
  readonly full: 'now' | 'lately' | null;
}

export interface StoreWatchDeps {
  readonly upkeep: Pick<LogUpkeep, 'survey'>;
  /** The process' own clock. */
  readonly clock: Pick<Clock, 'every' | 'monotonic'>;
  /** Is put right. */
  readonly corrected: CorrectedClock;
  /** Makes room. */
  readonly onPressed: (servers: readonly ServerReport[]) => void;
  readonly log: Logger;
}

const SURVEY_EVERY_MS = 1_000;
const OFF_MS = 1_000;
/** Less than `OFF_MS`: a clock that is off by about that is not said to be wrong and right by turns. */
const AGREES_MS = 500;
const UNEVEN_MS = 100;
const SHOWN_MS = 60_000;
