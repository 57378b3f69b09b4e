import type { Position } from '../../core/model/position.js';
import type { LogSlice } from '../../store/store.js';
import type { LogEntry } from './log-entry.js';
import {
  acrossEpochs,
  departure,
  discontinuity,
  oldestSequence,
  type Reach,
  type ResetReason,
  type Resumption,
  resumption,
} from './resumption.js';

/**
 * How far this replica has read one tenant's log, and what the log held when it was last read. Pure.
 *
 * `generation` grows when the log is another one than before: older positions are void then, and `resetReason` says why.
 */
export class LogPosition {
  readonly #tenant: string;
  #current: Position | null = null;
  #reach: Reach = { epoch: null, first: 0, epochStart: 1, continues: [] };
  #generation = 0;
  #resetReason: ResetReason = 'epoch-changed';

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /** Null until the log was loaded. */
  get current(): Position | null {
    return this.#current;
  }

  get generation(): number {
    return this.#generation;
  }

  get resetReason(): ResetReason {
    return this.#resetReason;
  }

  /** @throws until the log was loaded */
  loaded(): Position {
    if (this.#current === null) throw new Error(`the log of ${this.#tenant} is not loaded yet`);
    return this.#current;
  }

  /** Begins at `position`. `reason` says why the log is another one than before; null the first time. */
  begin(position: Position, reason: ResetReason | null): void {
    this.#current = position;
    this.#reach = { ...this.#reach, epoch: position.epoch, continues: [] };
    if (reason === null) return;
    this.#generation += 1;
    this.#resetReason = reason;
  }

  /**
   * Why `slice`, read after `from`, does not continue the log; null where it does: then keeps its bounds of the log, and is
   * in its epoch. What came in between the two counts where the epoch has ended: it may have been published by a server that
   * another has replaced.
   */
  continuedBy(slice: LogSlice, from: Position): ResetReason | null {
    const { epoch, first, epochStart, continues } = slice;
    const current = this.loaded();
    const broken = discontinuity(from, slice) ?? (epoch === current.epoch ? null : departure(current, slice));
    if (broken !== null || epoch === null) return broken;
    this.#reach = { epoch, first, epochStart, continues };
    this.#current = { epoch, sequence: current.sequence };
    return null;
  }

  /** Moves on and returns the new events, without those that are known already or do not follow. */
  advance(candidates: readonly LogEntry[]): readonly LogEntry[] {
    if (this.#current === null) return [];
    const { epoch } = this.#current;
    let { sequence } = this.#current;
    const entries: LogEntry[] = [];
    for (const entry of candidates) {
      if (entry.sequence !== sequence + 1) continue;
      entries.push(entry);
      sequence += 1;
    }
    if (entries.length > 0) this.#current = { epoch, sequence };
    return entries;
  }

  /** Judges a cursor by what the log held when it was last read. */
  resume(cursor: string): Resumption {
    return resumption(cursor, this.loaded(), this.#reach);
  }

  /** As `resume`, for a reader of pages: the cursor may stand before the epoch's beginning. */
  page(cursor: string): Resumption {
    return resumption(cursor, this.loaded(), acrossEpochs(this.#reach));
  }

  /** Where pages and the buffer may begin, which is before the epoch if the log still holds earlier events. */
  oldestSequence(): number {
    return oldestSequence(this.loaded(), acrossEpochs(this.#reach));
  }
}
