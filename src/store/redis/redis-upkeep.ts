import { Cluster, type Redis } from 'ioredis';
import type { DeskRetention } from '../desk-store.js';
import { auditKey, historyIndexKey, historyKey, isTenant, leaseKeys, logKey } from '../keys.js';
import {
  HISTORY_STEP,
  type LogSize,
  type LogUpkeep,
  type ServerReport,
  type Trim,
  type Trimmed,
} from '../log-upkeep.js';
import type { Time } from '../../base/clock.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { loadScripts, runScript } from './scripts.js';

/**
 * The upkeep of the logs in Redis: standalone, behind Sentinel or in a cluster, from version 6.2. Its user needs rights
 * beyond those of the commit: XLEN, HKEYS and MEMORY USAGE.
 *
 * Beyond the contract: calls are answered or rejected as those of `RedisStore` are.
 */
export class RedisUpkeep implements LogUpkeep {
  readonly #sender: RedisSender;
  readonly #keys: ReturnType<typeof leaseKeys>;
  readonly #time: Time;
  readonly #scripts = loadScripts();

  /** @param group of the replicas whose tenants' logs these are */
  constructor(connection: RedisConnection, group: string, time: Time) {
    this.#sender = new RedisSender(connection);
    this.#keys = leaseKeys(group);
    this.#time = time;
  }

  survey(): Promise<readonly ServerReport[]> {
    return this.#onEach((server) => this.#report(server));
  }

  async logs(): Promise<readonly string[]> {
    const tenants = await this.#sender.send((client) => client.hkeys(this.#keys.logs));
    // Another client may have written there too.
    return tenants.filter(isTenant);
  }

  measure(tenant: string): Promise<LogSize> {
    return this.trim(tenant, { retentionMs: -1, share: 1, most: Infinity });
  }

  async trim(tenant: string, { retentionMs, share, most }: Trim): Promise<Trimmed> {
    const kept = Math.min(most, Number.MAX_SAFE_INTEGER);
    const script = this.#scripts['trim-1'];
    const args = [retentionMs, share, kept];
    const reply = await this.#sender.send((client) => runScript(client, script, [logKey(tenant)], args));
    const [dropped, events, bytes, server] = reply as [number, number, number, string];
    return { dropped, events, bytes, server };
  }

  async trimHistory(tenant: string, { historyMs, statsMs }: DeskRetention): Promise<number> {
    const keys = [historyKey(tenant), historyIndexKey(tenant), auditKey(tenant)];
    const args = [historyMs, statsMs, HISTORY_STEP];
    const script = this.#scripts['history-trim-3'];
    return (await this.#sender.send((client) => runScript(client, script, keys, args))) as number;
  }

  async takeTurn(work: string, lengthMs: number): Promise<boolean> {
    const script = this.#scripts['turn-1'];
    return (
      (await this.#sender.send((client) =>
        runScript(client, script, [this.#keys.turns], [work, lengthMs]),
      )) === 1
    );
  }

  /** The connection stays open. */
  close(): void {
    this.#sender.close();
  }

  #onEach<Result>(ask: (server: Redis) => Promise<Result>): Promise<Result[]> {
    return this.#sender.send((client) => {
      const servers = client instanceof Cluster ? client.nodes('master') : [client];
      return Promise.all(servers.map(ask));
    });
  }

  async #report(server: Redis): Promise<ServerReport> {
    const sentAt = this.#time.now();
    const [time, info, replication] = await Promise.all([
      server.time().then((answer) => ({ answer, at: this.#time.now() })),
      server.info('memory'),
      server.info('replication'),
    ]);
    const doubtMs = Math.max(0, time.at - sentAt) / 2;
    const aheadMs = sentAt + doubtMs - instantOf(time.answer);
    const name = /^master_replid:(\w+)/m.exec(replication)?.[1] ?? '';
    return { name, aheadMs, doubtMs, memory: memoryOf(info) };
  }
}

/** @throws where it is no time: a clock must not be put right by it */
function instantOf(answer: unknown): number {
  const [seconds, micros] = Array.isArray(answer) ? answer.map(Number) : [];
  if (seconds === undefined || micros === undefined || !(seconds > 0) || !(micros >= 0))
    throw new Error('TIME was answered with something else');
  return seconds * 1_000 + micros / 1_000;
}

/** Redis counts out of its bound what it holds for its replicas and for its append-only file. */
function memoryOf(info: string): ServerReport['memory'] {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const max = field('maxmemory');
  return max === 0 ? null : { used: field('used_memory') - field('mem_not_counted_for_evict'), max };
}
