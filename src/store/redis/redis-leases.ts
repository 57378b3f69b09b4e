import { LEASE_CHANNELS, leaseKeys } from '../keys.js';
import type { Leases, Renewal, Renewed } from '../leases.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { Subscriptions } from './redis-subscription.js';
import { loadScripts, runScript, type ScriptName } from './scripts.js';
import type { Subscription } from '../store.js';

/**
 * Leases in Redis. A renewal is one script call, whatever the number of shards. The server's clock says when a lease ends,
 * so the replicas' clocks need not agree.
 *
 * Replicas of one group share shards; groups do not affect each other. The store owns the connection and closes it.
 */
export class RedisLeases implements Leases {
  readonly #sender: RedisSender;
  readonly #keys: ReturnType<typeof leaseKeys>;
  readonly #scripts = loadScripts();
  readonly #subscriptions: Subscriptions;

  /** @param group `[a-z0-9-]{1,80}` */
  constructor(connection: RedisConnection, group: string) {
    this.#sender = new RedisSender(connection);
    this.#subscriptions = new Subscriptions(connection, this.#sender.closed);
    this.#keys = leaseKeys(group);
  }

  async renew(member: string, { leaseMs, list, wanted, released }: Renewal): Promise<Renewed> {
    const args = [member, leaseMs, this.#keys.changed, list, wanted.length, ...wanted, ...released];
    const reply = (await this.#run('renew-3', args)) as [string[], number[], number, string[]];
    const [members, held, othersEndInMs, agreeing] = reply;
    return {
      members: members.toSorted(),
      agreeing: agreeing.toSorted(),
      held: new Set(held),
      othersEndInMs: othersEndInMs < 0 ? null : othersEndInMs,
    };
  }

  async leave(member: string): Promise<void> {
    await this.#run('leave-3', [member, this.#keys.changed]);
  }

  async follow(changed: (member: string | null) => void): Promise<Subscription> {
    const listener = {
      pattern: LEASE_CHANNELS,
      heard: (channel: string, member: string) => {
        if (channel === this.#keys.changed) changed(member);
      },
      interrupted: () => {
        changed(null);
      },
    };
    return await this.#subscriptions.follow(listener);
  }

  async close(): Promise<void> {
    this.#sender.close();
    await this.#subscriptions.close();
  }

  #run(name: ScriptName, args: readonly (string | number)[]): Promise<unknown> {
    const { members, shards, lists } = this.#keys;
    return this.#sender.send((client) =>
      runScript(client, this.#scripts[name], [members, shards, lists], args),
    );
  }
}
