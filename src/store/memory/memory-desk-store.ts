import type { AuditEntry } from '../../core/callbacks/audit-entry.js';
import type { Callback } from '../../core/callbacks/callback.js';
import type { EndedCallRecord } from '../../core/day/ended-call-record.js';
import type { DeskState } from '../../core/desk-state.js';
import {
  AUDIT_MAX,
  type AuditPage,
  type DayTable,
  DEFAULT_DESK_RETENTION,
  type DeskRetention,
  type DeskStore,
  type HistoryPage,
  type HistoryQuery,
  PAGE_MAX,
  type Readable,
} from '../desk-store.js';
import { StoreClosedError } from '../errors.js';
import { stateKey } from '../keys.js';
import {
  fieldOfMember,
  positionOfMember,
  rangeOf,
  rangeOfLine,
  shortName,
  withinRetention,
} from '../stored/desk/history-index.js';
import { readRecord } from '../stored/desk/record.js';
import { callbackField, readCallback, readCallbacks, readStanding } from '../stored/desk/standing.js';
import { isDay, readDayTable } from '../stored/desk/tallies.js';
import { MemoryDesk } from './memory-desk.js';
import type { MemoryStore } from './memory-store.js';

/** What the commits of a `MemoryStore` have made of its tenants' desks. */
export class MemoryDeskStore implements DeskStore {
  readonly #store: MemoryStore;
  readonly #retention: DeskRetention;
  #closed = false;

  constructor(store: MemoryStore, retention: DeskRetention = DEFAULT_DESK_RETENTION) {
    this.#store = store;
    this.#retention = retention;
  }

  callbacks(tenant: string): Promise<Readable<Callback>> {
    return this.#do(tenant, ({ callbacks }) => {
      const { state, unreadable } = readCallbacks(callbacks);
      return { items: [...state.values()], unreadable: unreadable.length };
    });
  }

  callback(tenant: string, id: string): Promise<Callback | null> {
    return this.#do(tenant, ({ callbacks }) => {
      const field = callbackField(id);
      const json = callbacks.get(field);
      return json === undefined ? null : readCallback(field, json);
    });
  }

  standing(tenant: string): Promise<Omit<DeskState, 'callbacks'>> {
    return this.#do(tenant, ({ standing }) => readStanding(standing).state);
  }

  days(tenant: string, days: readonly string[]): Promise<readonly DayTable[]> {
    return this.#do(tenant, (desk) =>
      days.map((day) => {
        if (!isDay(day)) throw new TypeError('a day is written YYYY-MM-DD');
        const table = desk.days.get(day);
        const isGone = table === undefined || table.expiresAt <= this.#store.now();
        return readDayTable(day, isGone ? [] : table.fields);
      }),
    );
  }

  history(tenant: string, query: HistoryQuery): Promise<HistoryPage> {
    return this.#do(tenant, (desk) => {
      const limit = Math.min(PAGE_MAX, Math.max(1, query.limit));
      const found = desk.found(rangeOf(withinRetention(query, this.#store.now(), this.#retention)));
      const page = found.slice(0, limit);
      const records = page
        .map(fieldOfMember)
        .map((field) => readRecord(field, desk.history.get(field) ?? ''));
      const readable = records.filter((record) => record !== null);
      const last = page.at(-1);
      return {
        records: readable,
        next: last === undefined || found.length <= limit ? null : positionOfMember(last),
        unreadable: records.length - readable.length,
      };
    });
  }

  endedCall(tenant: string, callId: string): Promise<EndedCallRecord | null> {
    return this.#do(tenant, ({ history }) => {
      const field = shortName(callId);
      const record = readRecord(field, history.get(field) ?? '');
      if (record === null) return null;
      const { view } = record;
      const endedAt = Date.parse(view.endedAt ?? view.observed.latest);
      return endedAt < this.#store.now() - this.#retention.historyMs ? null : record;
    });
  }

  forgetRecords(tenant: string, line: string): Promise<number> {
    return this.#do(tenant, (desk) => {
      const fields = desk.found(rangeOfLine(line)).map(fieldOfMember);
      for (const field of fields) desk.drop(field);
      return fields.length;
    });
  }

  noteAudit(tenant: string, entry: AuditEntry): Promise<void> {
    return this.#do(tenant, () => this.#store.desk(tenant)?.note(entry, AUDIT_MAX));
  }

  audit(tenant: string, before: string | null, limit: number): Promise<AuditPage> {
    return this.#do(tenant, ({ audit }) => {
      const oldest = this.#store.now() - this.#retention.statsMs;
      const all = audit.filter(({ entry }) => entry.at >= oldest).toReversed();
      const begin = before === null ? 0 : all.findIndex(({ id }) => id === before) + 1;
      const page = all.slice(begin, begin + Math.min(PAGE_MAX, Math.max(1, limit)));
      const last = page.at(-1);
      return {
        entries: page.map(({ entry }) => entry),
        next: last === undefined || last === all.at(-1) ? null : last.id,
      };
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  async #do<T>(tenant: string, step: (desk: MemoryDesk) => T): Promise<T> {
    if (this.#closed) throw new StoreClosedError();
    // Refuses the names that Redis' keys refuse.
    stateKey(tenant);
    return await Promise.resolve(step(this.#store.desk(tenant) ?? NOTHING));
  }
}

/** Of a tenant that was never claimed. */
const NOTHING = new MemoryDesk();
