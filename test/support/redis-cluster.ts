import { Redis, type RedisOptions } from 'ioredis';
import { cutOff, infoOf } from './replication.js';
import type { HostPort } from './redis-sentinel.js';
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.js';
import { until } from './until.js';

/** Six real nodes: three masters that share the slots, and a replica of each. */
export interface TestCluster {
  readonly nodes: readonly HostPort[];
  readonly servers: readonly TestRedis[];
  /** The master that owns the key's slot, as the living nodes see it. */
  ownerOf(key: string): Promise<TestRedis>;
  replicaOf(master: TestRedis): Promise<TestRedis>;
  /** Kills the owner like a power cut, and returns it. */
  killOwnerOf(key: string): Promise<TestRedis>;
  /** Resolves when another has taken the key's slot over and every living node agrees. */
  successorOf(old: TestRedis, key: string): Promise<TestRedis>;
  /** Resolves when the replica of the key's owner has all that the owner has. */
  inSync(key: string): Promise<void>;
  /** Stops replication from the key's owner to its replica; call what it returns when the owner is dead. */
  cutOffReplicaOf(key: string): Promise<() => Promise<void>>;
  /** A client of one node, to look behind the store's back; closed by `stop`. */
  admin(server: TestRedis): Redis;
  /** Empties all masters, and resolves when what they have published before has reached every node. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestClusterOptions {
  /** More of every node's command line. */
  readonly args?: readonly string[];
  /** The nodes speak TLS and nothing else. */
  readonly tls?: TestRedisOptions['tls'];
  /** The user that this support connects as. */
  readonly access?: Pick<RedisOptions, 'username' | 'password'>;
  /** Until a node that does not answer counts as down; default 1,000. */
  readonly nodeTimeoutMs?: number;
}

const HOST = '127.0.0.1';
const MASTERS = 3;
const SLOTS = 16_384;

export async function startCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  const { tls, access = {} } = options;
  const clients = new Map<TestRedis, Redis>();
  const dead = new Set<TestRedis>();
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-announce-ip', HOST],
    ...['--cluster-node-timeout', String(options.nodeTimeoutMs ?? 1_000)],
    // A replica may be elected however long it was cut off, so that a test gets its fail-over.
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
    // A replica is listed after its first message from its master, which is this ping where there is no traffic.
    ...['--repl-ping-replica-period', '1'],
    ...(options.args ?? []),
  ];
  const servers: TestRedis[] = [];
  const alive = () => servers.filter((server) => !dead.has(server));
  const admin = (server: TestRedis): Redis => {
    const known = clients.get(server);
    if (known !== undefined) return known;
    const client = new Redis({
      host: HOST,
      port: server.port,
      ...access,
      ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
      enableReadyCheck: false,
      disconnectTimeout: 100,
    });
    client.on('error', () => undefined);
    clients.set(server, client);
    return client;
  };
  const cluster = (server: TestRedis, ...words: (string | number)[]) =>
    admin(server).call('CLUSTER', ...words);
  const idOf = async (server: TestRedis) => (await cluster(server, 'MYID')) as string;
  const stop = async () => {
    for (const client of clients.values()) client.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  };
  const ownerIn = async (server: TestRedis, slot: number): Promise<TestRedis | undefined> => {
    const ranges = (await cluster(server, 'SLOTS')) as [number, number, [string, number]][];
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
    return alive().find((one) => one.port === port);
  };
  const slotOf = async (key: string) => (await cluster(alive()[0]!, 'KEYSLOT', key)) as number;
  const ownerOf = async (key: string): Promise<TestRedis> => {
    const owner = await ownerIn(alive()[0]!, await slotOf(key));
    if (owner === undefined) throw new Error(`no living node owns ${key}`);
    return owner;
  };
  const replicaOf = async (master: TestRedis): Promise<TestRedis> => {
    const port = String(master.port);
    for (const server of alive())
      if ((await infoOf(admin(server), 'replication', 'master_port')) === port) return server;
    throw new Error(`node ${port} has no replica`);
  };

  try {
    const [first, ...others] = await Promise.all(
      Array.from({ length: 2 * MASTERS }, () => startRedis({ args, ...(tls ? { tls } : {}) })),
    );
    servers.push(first!, ...others);
    await Promise.all(servers.map((server, index) => cluster(server, 'SET-CONFIG-EPOCH', index + 1)));
    await Promise.all(others.map(({ port }) => cluster(first!, 'MEET', HOST, port)));
    await Promise.all(
      servers.slice(0, MASTERS).map((server, index) => {
        const from = Math.floor((SLOTS * index) / MASTERS);
        const to = Math.floor((SLOTS * (index + 1)) / MASTERS) - 1;
        return cluster(server, 'ADDSLOTSRANGE', from, to);
      }),
    );
    const says = async (server: TestRedis, what: string) =>
      ((await cluster(server, 'INFO')) as string).includes(what);
    for (const server of servers)
      await until(() => says(server, `cluster_known_nodes:${2 * MASTERS}`), 'the nodes to know each other');
    await Promise.all(
      servers.slice(MASTERS).map(async (server, index) => {
        const master = await idOf(servers[index]!);
        await until(
          async () => ((await cluster(server, 'NODES')) as string).includes(`${master} `),
          'a replica to know its master',
        );
        await cluster(server, 'REPLICATE', master);
        await until(
          async () => (await infoOf(admin(server), 'replication', 'master_link_status')) === 'up',
          'a replica in sync',
        );
      }),
    );
    for (const server of servers) {
      await until(() => says(server, 'cluster_state:ok'), 'the cluster to be whole');
      // Waits until every node lists every replica, so that any node can elect one.
      await until(
        async () =>
          ((await cluster(server, 'SLOTS')) as unknown[][]).every((range) => range.length === 2 + 2),
        'the nodes to know the replicas',
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    nodes: servers.map(({ port }) => ({ host: HOST, port })),
    servers,
    ownerOf,
    replicaOf,
    killOwnerOf: async (key) => {
      const owner = await ownerOf(key);
      clients.get(owner)?.disconnect();
      await owner.kill();
      dead.add(owner);
      return owner;
    },
    successorOf: async (old, key) => {
      const slot = await slotOf(key);
      let next: TestRedis | undefined;
      await until(async () => {
        const seen = new Set(await Promise.all(alive().map((server) => ownerIn(server, slot))));
        [next] = seen;
        return seen.size === 1 && next !== undefined && next !== old;
      }, 'another owner');
      return next!;
    },
    inSync: async (key) => {
      const owner = await ownerOf(key);
      const replica = await replicaOf(owner);
      const end = Number(await infoOf(admin(owner), 'replication', 'master_repl_offset'));
      await until(
        async () => Number(await infoOf(admin(replica), 'replication', 'slave_repl_offset')) >= end,
        'the replica in sync',
      );
    },
    cutOffReplicaOf: async (key) => cutOff(admin(await replicaOf(await ownerOf(key)))),
    admin,
    flush: async () => {
      const masters: TestRedis[] = [];
      for (const server of alive())
        if ((await infoOf(admin(server), 'replication', 'role')) === 'master') masters.push(server);
      await Promise.all(masters.map((server) => admin(server).flushall()));
      await published(alive().map(admin), masters.map(admin));
    },
    stop,
  };
}

/** The cluster bus keeps the order: a node that has got another's mark has got all that the other sent before. */
async function published(nodes: readonly Redis[], publishers: readonly Redis[]): Promise<void> {
  const channel = 'all-sent-before';
  const listeners = nodes.map((node) => node.duplicate());
  try {
    await Promise.all(
      listeners.map(async (listener) => {
        listener.on('error', () => undefined);
        await listener.subscribe(channel);
      }),
    );
    const heard = listeners.map(
      (listener) =>
        new Promise<void>((resolve) => {
          let marks = 0;
          listener.on('message', () => {
            if (++marks === publishers.length) resolve();
          });
        }),
    );
    await Promise.all(publishers.map((publisher) => publisher.publish(channel, '')));
    await Promise.all(heard);
  } finally {
    for (const listener of listeners) listener.disconnect();
  }
}
