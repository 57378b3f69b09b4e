import type { Time } from '../../base/clock.js';
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
import { HISTORY_STEP } from '../log-upkeep.js';
import { auditKey, callbacksKey, deskKey, historyIndexKey, historyKey, statsKey } from '../keys.js';
import { readAuditEntry } from '../stored/desk/audit.js';
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
import { readDayTable } from '../stored/desk/tallies.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { loadScripts, runScript, type ScriptName } from './scripts.js';

/**
 * What the commits of a `RedisStore` have made of tenants' desks: standalone, behind Sentinel or in a cluster, from version 6.2.
 * All of a tenant's keys are in its slot. The store of calls owns the connection and closes it.
 *
 * Beyond the contract: calls are answered or rejected as those of `RedisStore` are.
 */
export class RedisDeskStore implements DeskStore {
  readonly #sender: RedisSender;
  readonly #time: Pick<Time, 'now'>;
  readonly #retention: DeskRetention;
  readonly #scripts = loadScripts();

  constructor(
    connection: RedisConnection,
    time: Pick<Time, 'now'>,
    retention: DeskRetention = DEFAULT_DESK_RETENTION,
  ) {
    this.#sender = new RedisSender(connection);
    this.#time = time;
    this.#retention = retention;
  }

  async callbacks(tenant: string): Promise<Readable<Callback>> {
    const { state, unreadable } = readCallbacks(await this.#fields(callbacksKey(tenant)));
    return { items: [...state.values()], unreadable: unreadable.length };
  }

  async callback(tenant: string, id: string): Promise<Callback | null> {
    const [key, field] = [callbacksKey(tenant), callbackField(id)];
    const json = await this.#sender.send((client) => client.hget(key, field));
    return json === null ? null : readCallback(field, json);
  }

  async standing(tenant: string): Promise<Omit<DeskState, 'callbacks'>> {
    return readStanding(await this.#fields(deskKey(tenant))).state;
  }

  async days(tenant: string, days: readonly string[]): Promise<readonly DayTable[]> {
    const tables: DayTable[] = [];
    // One after the other: a day of a large desk is some ten milliseconds of work, and polls come in between.
    for (const day of days) tables.push(readDayTable(day, await this.#fields(statsKey(tenant, day))));
    return tables;
  }

  async history(tenant: string, query: HistoryQuery): Promise<HistoryPage> {
    const limit = Math.min(PAGE_MAX, Math.max(1, query.limit));
    const { min, max } = rangeOf(withinRetention(query, this.#time.now(), this.#retention));
    const reply = await this.#run('history-page-2', tenant, [min, max, limit + 1]);
    const [members, texts] = reply as [string[], (string | null)[]];
    const page = members.slice(0, limit);
    const records = page.map((member, nth) => readRecord(fieldOfMember(member), texts[nth] ?? ''));
    const readable = records.filter((record) => record !== null);
    const last = page.at(-1);
    return {
      records: readable,
      next: last === undefined || members.length <= limit ? null : positionOfMember(last),
      unreadable: records.length - readable.length,
    };
  }

  async endedCall(tenant: string, callId: string): Promise<EndedCallRecord | null> {
    const [key, field] = [historyKey(tenant), shortName(callId)];
    const stored = await this.#sender.send((client) => client.hget(key, field));
    const record = readRecord(field, stored ?? '');
    if (record === null) return null;
    const endedAt = Date.parse(record.view.endedAt ?? record.view.observed.latest);
    return endedAt < this.#time.now() - this.#retention.historyMs ? null : record;
  }

  async forgetRecords(tenant: string, line: string): Promise<number> {
    const { min, max } = rangeOfLine(line);
    let forgotten = 0;
    for (;;) {
      const dropped = (await this.#run('history-forget-2', tenant, [min, max, HISTORY_STEP])) as number;
      forgotten += dropped;
      if (dropped < HISTORY_STEP) return forgotten;
    }
  }

  async noteAudit(tenant: string, entry: AuditEntry): Promise<void> {
    const key = auditKey(tenant);
    const json = JSON.stringify(entry);
    await this.#sender.send((client) => client.xadd(key, 'MAXLEN', '~', AUDIT_MAX, '*', 'entry', json));
  }

  async audit(tenant: string, before: string | null, limit: number): Promise<AuditPage> {
    const key = auditKey(tenant);
    const count = Math.min(PAGE_MAX, Math.max(1, limit));
    const oldest = String(Math.max(0, this.#time.now() - this.#retention.statsMs));
    const found = await this.#sender.send((client) =>
      client.xrevrange(key, before === null ? '+' : `(${before}`, oldest, 'COUNT', count + 1),
    );
    const page = found.slice(0, count);
    return {
      entries: page.flatMap(([, fields]) => readAuditEntry(fields[1] ?? '') ?? []),
      next: found.length <= count ? null : (page.at(-1)?.[0] ?? null),
    };
  }

  close(): Promise<void> {
    this.#sender.close();
    return Promise.resolve();
  }

  async #fields(key: string): Promise<readonly (readonly [string, string])[]> {
    return Object.entries(await this.#sender.send((client) => client.hgetall(key)));
  }

  #run(name: ScriptName, tenant: string, args: readonly (string | number)[]): Promise<unknown> {
    const keys = [historyKey(tenant), historyIndexKey(tenant)];
    return this.#sender.send((client) => runScript(client, this.#scripts[name], keys, args));
  }
}
