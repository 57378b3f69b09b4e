import { isIP } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { hostConnector, type Node } from './connectors.js';

/**
 * Learns from the sentinels that another server has become the master while the old one still runs: after a planned
 * fail-over, or when the sentinels lost contact with it for a moment. Nothing else shows this: the sentinels demote the
 * old master some ten seconds later, and until then it takes commits that are lost with its demotion.
 *
 * Guarantee: as soon as any sentinel names another master than the one that a client is connected to, that client is
 * disconnected and asks for the master again. There is one connection to each sentinel, and each comes back by itself.
 * Not guaranteed: what the old master took until then, about a second's commits, is lost, as Redis' replication is
 * asynchronous (`min-replicas-to-write` in `docs/redis.md`).
 *
 * A sentinel that refuses the subscription is reported once and left alone; a fail-over from a dead master needs no watch.
 */
export class SentinelWatch {
  readonly #name: string;
  readonly #watchers: readonly Redis[];
  /** The clients, each with the master that it has to be compared with once it is connected. */
  readonly #followed = new Map<Redis, Node | null>();
  readonly #onRefused: (error: Error) => void;

  constructor(
    { sentinels, name }: { readonly sentinels: readonly Node[]; readonly name: string },
    options: Omit<RedisOptions, 'replyMapping'>,
    onRefused: (error: Error) => void,
  ) {
    this.#name = name;
    this.#onRefused = onRefused;
    this.#watchers = sentinels.map((sentinel) => this.#watch(new Redis({ ...options, ...sentinel, ...OWN })));
  }

  /** Until it is closed. */
  follow(client: Redis): void {
    this.#followed.set(client, null);
    client.once('end', () => this.#followed.delete(client));
    client.on('ready', () => {
      const master = this.#followed.get(client);
      if (!master) return;
      this.#followed.set(client, null);
      if (isElsewhere(client, master, true)) client.disconnect(true);
    });
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.disconnect();
    this.#followed.clear();
  }

  #watch(watcher: Redis): Redis {
    // One sentinel may be away as long as another names the master; where none does, connecting clients report it.
    watcher.on('error', () => undefined);
    watcher.on('ready', () => {
      void this.#subscribe(watcher);
    });
    watcher.on('message', (_channel: string, text: string) => {
      const [name, , , host, port] = text.split(' ');
      if (name === this.#name && host !== undefined) this.#named({ host, port: Number(port) }, true);
    });
    return watcher;
  }

  /** In one go, so that no change falls between the question and the subscription. */
  async #subscribe(watcher: Redis): Promise<void> {
    const asked = watcher.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', this.#name);
    const subscribed = watcher.subscribe(SWITCHED);
    const [answer, refusal] = await Promise.allSettled([asked, subscribed]);
    if (answer.status === 'fulfilled' && Array.isArray(answer.value)) {
      const [host, port] = answer.value as [string, string];
      this.#named({ host, port: Number(port) }, false);
    }
    if (refusal.status === 'rejected' && /^(NOPERM|NOAUTH) /.test((refusal.reason as Error).message)) {
      watcher.disconnect();
      this.#onRefused(refusal.reason as Error);
    }
  }

  #named(master: Node, isNew: boolean): void {
    for (const client of this.#followed.keys()) {
      if (isConnected(client)) {
        if (isElsewhere(client, master, isNew)) client.disconnect(true);
      } else if (isNew) {
        // It may be asking a sentinel that has not heard of it yet.
        this.#followed.set(client, master);
      }
    }
  }
}

/**
 * ioredis gives a client up for good that is disconnected while it asks the sentinels. The client's last socket does not
 * show whether it is connected: a closed one still has the address of the old master.
 */
function isConnected({ status }: Redis): boolean {
  return status === 'connect' || status === 'ready';
}

/** Where the sentinels use host names, addresses cannot be compared: then any newly named master counts as another. */
function isElsewhere(client: Redis, { host, port }: Node, isNew: boolean): boolean {
  const { remoteAddress, remotePort } = client.stream ?? {};
  if (remoteAddress === undefined) return false;
  if (remotePort !== port) return true;
  return isIP(host) === 0 ? isNew : remoteAddress.replace(/^::ffff:/, '') !== host;
}

const SWITCHED = '+switch-master';
const RETRY_MS = 1_000;

/** No socket time-out, as sentinels are silent most of the time; the subscription is made again with the connection. */
const OWN = {
  Connector: hostConnector,
  autoResubscribe: false,
  enableReadyCheck: false,
  socketTimeout: undefined,
  retryStrategy: () => RETRY_MS,
} as const;
