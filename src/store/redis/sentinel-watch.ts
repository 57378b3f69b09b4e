import { isIP } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { hostConnector, type Node } from './connectors.js';

/**
 * Hears from the sentinels that another server has become the master while the old one still runs: a planned fail-over, or
 * sentinels that lost sight of it for a moment. Nothing else tells: until they get round to demoting it, some ten seconds
 * later, the old master takes commits that will be lost with its demotion.
 *
 * Guarantees: as soon as any sentinel names another master than the one that a client is connected to, that client is
 * disconnected, and asks for the master anew. As many connections as there are sentinels, and each comes back by itself.
 * Not guaranteed: what the old master took until then, a second or so, is lost, as Redis' replication is asynchronous
 * (`min-replicas-to-write` in `docs/redis.md`).
 *
 * A sentinel that refuses the subscription is reported once and left alone; a fail-over with a dead master needs none.
 */
export class SentinelWatch {
  readonly #name: string;
  readonly #watchers: readonly Redis[];
  /** The clients, each with what it has to be compared with once it is connected. */
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
    // That a sentinel is away is nobody's concern as long as another names the master; whoever connects hears of it.
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
 * ioredis gives a client up for good that is disconnected while it asks the sentinels. Its last socket does not tell: a
 * closed one still has the address of the old master.
 */
function isConnected({ status }: Redis): boolean {
  return status === 'connect' || status === 'ready';
}

/** Where the sentinels speak of host names, an address cannot be compared: then only that they named a new one counts. */
function isElsewhere(client: Redis, { host, port }: Node, isNew: boolean): boolean {
  const { remoteAddress, remotePort } = client.stream ?? {};
  if (remoteAddress === undefined) return false;
  if (remotePort !== port) return true;
  return isIP(host) === 0 ? isNew : remoteAddress.replace(/^::ffff:/, '') !== host;
}

const SWITCHED = '+switch-master';
const RETRY_MS = 1_000;

/** Silence is the rule here, so no time-out of the socket's; a subscription is made anew when the connection is. */
const OWN = {
  Connector: hostConnector,
  autoResubscribe: false,
  enableReadyCheck: false,
  socketTimeout: undefined,
  retryStrategy: () => RETRY_MS,
} as const;
