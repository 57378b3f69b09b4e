import type { TenantRequest } from '../../core/requests.js';
import { type Asked, type Inbox, REQUESTS_BYTES, REQUESTS_MAX } from '../inbox.js';
import { isTenant, LEASE_CHANNELS, leaseKeys, stateKey } from '../keys.js';
import { requestLine } from '../stored/inbox.js';
import type { Subscription } from '../store.js';
import type { RedisConnection } from './redis-connection.js';
import { RedisSender } from './redis-sender.js';
import { Subscriptions } from './redis-subscription.js';
import { AskCode, loadScripts, runScript } from './scripts.js';

/**
 * The inboxes of tenants in Redis, in the hash of their state. Followers hear of requests that replicas of their own group
 * have asked. The store owns the connection and closes it.
 */
export class RedisInbox implements Inbox {
  readonly #sender: RedisSender;
  readonly #channel: string;
  readonly #script = loadScripts()['ask-1'];
  readonly #subscriptions: Subscriptions;

  /** @param group of the replicas that share the tenants: `[a-z0-9-]{1,80}` */
  constructor(connection: RedisConnection, group: string) {
    this.#sender = new RedisSender(connection);
    this.#subscriptions = new Subscriptions(connection, this.#sender.closed);
    this.#channel = leaseKeys(group).asked;
  }

  async ask(tenant: string, request: TenantRequest): Promise<Asked> {
    const keys = [stateKey(tenant)];
    const { id, json } = requestLine(request);
    const args = [id, json, REQUESTS_MAX, REQUESTS_BYTES, this.#channel, tenant];
    const reply = await this.#sender.send((client) => runScript(client, this.#script, keys, args));
    const [code, result] = reply as [AskCode, string?];
    switch (code) {
      case AskCode.Waiting:
        return { status: 'waiting' };
      case AskCode.Answered:
        return { status: 'answered', result: result ?? '' };
      case AskCode.Full:
        return { status: 'full' };
      case AskCode.Unserved:
        return { status: 'unserved' };
    }
  }

  async follow(asked: (tenant: string | null) => void): Promise<Subscription> {
    const listener = {
      pattern: LEASE_CHANNELS,
      heard: (channel: string, tenant: string) => {
        if (channel === this.#channel && isTenant(tenant)) asked(tenant);
      },
      interrupted: () => {
        asked(null);
      },
    };
    return await this.#subscriptions.follow(listener);
  }

  async close(): Promise<void> {
    this.#sender.close();
    await this.#subscriptions.close();
  }
}
