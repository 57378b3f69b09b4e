import { webhookRecordsKey, webhooksKey } from '../keys.js';
import {
  fieldOf,
  listOf,
  readAttempts,
  readDeadLetters,
  readEndpoints,
  readResumeAsked,
} from '../stored/webhooks.js';
import {
  ATTEMPTS_KEPT,
  DEAD_LETTERS_KEPT,
  isHalted,
  type DeadLetter,
  type EndpointProgress,
  type StoredAttempt,
  type WebhookClaim,
  type WebhookSave,
  type WebhookStore,
} from '../webhook-store.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { loadScripts, runScript, type ScriptName } from './scripts.js';

/**
 * How far webhooks have got, in Redis: standalone, behind Sentinel or in a cluster, from version 6.2. A tenant's two keys
 * are in its slot. The store of calls owns the connection and closes it.
 *
 * Beyond the contract: calls are answered or rejected as those of `RedisStore` are.
 */
export class RedisWebhookStore implements WebhookStore {
  readonly #sender: RedisSender;
  readonly #scripts = loadScripts();

  constructor(connection: RedisConnection) {
    this.#sender = new RedisSender(connection);
  }

  async claim(tenant: string): Promise<WebhookClaim> {
    const reply = await this.#run('webhook-claim-1', [webhooksKey(tenant)], []);
    const [fence, flat] = reply as [number, string[]];
    return { fence, ...readEndpoints(inPairs(flat)) };
  }

  async progress(tenant: string): Promise<ReadonlyMap<string, EndpointProgress>> {
    const key = webhooksKey(tenant);
    const fields = await this.#sender.send((client) => client.hgetall(key));
    return readEndpoints(Object.entries(fields)).endpoints;
  }

  async save(tenant: string, fence: number, { endpoints, dead, removed }: WebhookSave): Promise<boolean> {
    const sets: string[] = [];
    const removals: string[] = [];
    for (const [endpoint, progress] of endpoints) {
      sets.push(fieldOf.progress(endpoint), JSON.stringify(progress));
      if (!isHalted(progress.state)) removals.push(fieldOf.resume(endpoint));
    }
    for (const endpoint of removed) removals.push(fieldOf.progress(endpoint), fieldOf.resume(endpoint));
    const lists = [...dead].filter(([, letters]) => letters.length > 0);
    const args = [
      ...[fence, ATTEMPTS_KEPT, DEAD_LETTERS_KEPT, sets.length, removals.length, removed.length],
      ...sets,
      ...removals,
      ...removed,
      ...lists.flatMap(([endpoint, letters]) => [listOf.dead(endpoint), letters.length, ...texts(letters)]),
    ];
    const keys = [webhooksKey(tenant), webhookRecordsKey(tenant)];
    return (await this.#run('webhook-save-2', keys, args)) === 1;
  }

  async askToResume(tenant: string, endpoint: string): Promise<void> {
    const [key, field] = [webhooksKey(tenant), fieldOf.resume(endpoint)];
    await this.#sender.send((client) => client.hset(key, field, ''));
  }

  async resumeAsked(tenant: string): Promise<ReadonlySet<string>> {
    const key = webhooksKey(tenant);
    return readResumeAsked(await this.#sender.send((client) => client.hkeys(key)));
  }

  async addAttempts(tenant: string, endpoint: string, attempts: readonly StoredAttempt[]): Promise<void> {
    const args = [listOf.attempts(endpoint), ATTEMPTS_KEPT, ...texts(attempts)];
    if (attempts.length > 0) await this.#run('webhook-keep-1', [webhookRecordsKey(tenant)], args);
  }

  async attempts(tenant: string, endpoint: string): Promise<readonly StoredAttempt[]> {
    return readAttempts(await this.#kept(tenant, listOf.attempts(endpoint), ATTEMPTS_KEPT));
  }

  async deadLetters(tenant: string, endpoint: string): Promise<readonly DeadLetter[]> {
    return readDeadLetters(await this.#kept(tenant, listOf.dead(endpoint), DEAD_LETTERS_KEPT));
  }

  close(): void {
    this.#sender.close();
  }

  async #kept(tenant: string, list: string, bound: number): Promise<string[]> {
    const entries = await this.#run('webhook-kept-1', [webhookRecordsKey(tenant)], [list, bound]);
    // One that is missing is not there because another client has removed it.
    return (entries as (string | null)[]).filter((entry) => entry !== null);
  }

  #run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return this.#sender.send((client) => runScript(client, this.#scripts[name], keys, args));
  }
}

function texts(entries: readonly object[]): string[] {
  return entries.map((entry) => JSON.stringify(entry));
}

function* inPairs(flat: readonly string[]): Iterable<readonly [string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i]!, flat[i + 1]!];
}
