import type { DeskRetention } from '../desk-store.js';
import { StoreClosedError } from '../errors.js';
import { logKey } from '../keys.js';
import { recordedAt } from '../log-event.js';
import {
  HISTORY_STEP,
  type LogSize,
  type LogUpkeep,
  type ServerReport,
  type Trim,
  TRIM_STEP,
  type Trimmed,
} from '../log-upkeep.js';
import { fieldOfMember, rangeBefore } from '../stored/desk/history-index.js';
import type { MemoryStore } from './memory-store.js';

/** The upkeep of the logs of a `MemoryStore`: one server, whose clock is this process' and whose memory has no bound. */
export class MemoryUpkeep implements LogUpkeep {
  readonly #store: MemoryStore;
  readonly #turns = new Map<string, number>();
  #isClosed = false;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  survey(): Promise<readonly ServerReport[]> {
    return this.#do(() => [{ name: SERVER, aheadMs: 0, doubtMs: 0, memory: null }]);
  }

  logs(): Promise<readonly string[]> {
    return this.#do(() => [...this.#store.logs.keys()]);
  }

  measure(tenant: string): Promise<LogSize> {
    return this.trim(tenant, { retentionMs: Infinity, share: 1, most: Infinity });
  }

  trim(tenant: string, trim: Trim): Promise<Trimmed> {
    return this.#do(() => this.#trim(tenant, trim));
  }

  trimHistory(tenant: string, { historyMs, statsMs }: DeskRetention): Promise<number> {
    return this.#do(() => {
      logKey(tenant);
      const desk = this.#store.logs.get(tenant)?.desk;
      const now = this.#store.now();
      if (desk === undefined) return 0;
      desk.forget(now, now - statsMs);
      const old = desk.found(rangeBefore(now - historyMs)).slice(-HISTORY_STEP);
      for (const member of old) desk.drop(fieldOfMember(member));
      return old.length;
    });
  }

  takeTurn(work: string, lengthMs: number): Promise<boolean> {
    return this.#do(() => {
      const now = this.#store.now();
      const ends = this.#turns.get(work) ?? -Infinity;
      if (ends > now && ends <= now + lengthMs) return false;
      this.#turns.set(work, now + lengthMs);
      return true;
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  #trim(tenant: string, { retentionMs, share, most }: Trim): Trimmed {
    // Refuses the names that Redis' keys refuse.
    logKey(tenant);
    const log = this.#store.logs.get(tenant)?.log ?? [];
    const limit = this.#store.now() - retentionMs;
    const young = log.findIndex(({ json }) => !(recordedAt(json) < limit));
    const old = young === -1 ? log.length : young;
    const byAge = Math.min(old, Math.max(1, Math.floor(log.length / share)));
    const { length: dropped } = log.splice(0, Math.min(TRIM_STEP, Math.max(byAge, log.length - most)));
    const bytes = log.reduce((sum, { json }) => sum + json.length, 0);
    return { dropped, events: log.length, bytes, server: SERVER };
  }

  async #do<T>(step: () => T): Promise<T> {
    if (this.#isClosed) throw new StoreClosedError();
    return await Promise.resolve(step());
  }
}

const SERVER = 'memory';
