import { Redis, type RedisOptions } from 'ioredis';
import { cutOff, infoOf } from './replication.js';
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.js';
import { until } from './until.js';

/** A real master with replicas, and three real sentinels that watch it: two of them decide. */
export interface TestSentinel {
  readonly sentinels: readonly HostPort[];
  readonly name: string;
  /** All that were started, the dead among them. */
  readonly servers: readonly TestRedis[];
  /** The master that the sentinels name at this moment. */
  master(): Promise<TestRedis>;
  /** The replicas that are alive. */
  replicas(): Promise<readonly TestRedis[]>;
  /** Kills the master like a power cut, and returns it. */
  killMaster(): Promise<TestRedis>;
  /**
   * Makes the sentinels promote a replica once they agree, as administrators do for maintenance. Returns the old master,
   * which runs on.
   */
  switchMaster(): Promise<TestRedis>;
  /** Resolves when the sentinels name another, and that one takes writes. */
  successorOf(old: TestRedis): Promise<TestRedis>;
  /**
   * Resolves when every living replica has all that the master has, and every sentinel knows it. If the master died before
   * every sentinel has completed the last fail-over, they might find no suitable replica and promote none.
   */
  inSync(): Promise<void>;
  /** Stops replication from the master; call what it returns when the master is dead. */
  cutOffReplicas(): Promise<() => Promise<void>>;
  /** Starts an empty server where a killed one was, as a replica of the present master. */
  restart(dead: TestRedis): Promise<TestRedis>;
  /** A client of one server, to look behind the store's back; closed by `stop`. */
  admin(server: TestRedis): Redis;
  stop(): Promise<void>;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export interface TestSentinelOptions {
  /** Default 2. */
  readonly replicas?: number;
  /** More of every server's command line, such as `['--requirepass', 'x', '--masterauth', 'x']`. */
  readonly args?: readonly string[];
  /** More lines of every sentinel's configuration, such as `sentinel auth-pass main x`. */
  readonly sentinelConfig?: readonly string[];
  /** Servers and sentinels speak TLS and nothing else. */
  readonly tls?: TestRedisOptions['tls'];
  /** The user that this support connects as. */
  readonly access?: Access;
  readonly sentinelAccess?: Access;
  /** Until a master that does not answer counts as down; default 2,000, as the sentinels ping only once a second. */
  readonly downAfterMs?: number;
}

type Access = Pick<RedisOptions, 'username' | 'password'>;

const NAME = 'main';
const HOST = '127.0.0.1';
const SENTINELS = 3;
const QUORUM = 2;
/** Longer than a fail-over takes: their `failover-timeout`, and a second for their timers. */
const ASK_AGAIN_MS = 4_000;

export async function startSentinel(options: TestSentinelOptions = {}): Promise<TestSentinel> {
  const { tls } = options;
  const servers: TestRedis[] = [];
  const watchers: TestRedis[] = [];
  const clients = new Map<TestRedis, Redis>();

  const clientOf = (server: TestRedis, access: Access = {}): Redis => {
    const known = clients.get(server);
    if (known !== undefined) return known;
    const client = new Redis({
      host: HOST,
      port: server.port,
      ...access,
      ...(tls ? { tls: { rejectUnauthorized: false } } : {}),
      // No ready check, because servers that are loading or not in sync are asked too.
      enableReadyCheck: false,
      disconnectTimeout: 100,
    });
    client.on('error', () => undefined);
    clients.set(server, client);
    return client;
  };
  const admin = (server: TestRedis) => clientOf(server, options.access);
  const forget = (server: TestRedis) => {
    clients.get(server)?.disconnect();
    clients.delete(server);
  };
  const start = async (more: TestRedisOptions): Promise<TestRedis> => {
    const args = ['--repl-diskless-sync-delay', '0', ...(options.args ?? []), ...(more.args ?? [])];
    const server = await startRedis({ ...more, args, ...(tls ? { tls } : {}) });
    servers.push(server);
    return server;
  };
  const follow = (master: TestRedis) => ['--replicaof', `${HOST} ${master.port}`];

  const dead = new Set<TestRedis>();
  const alive = () => servers.filter((server) => !dead.has(server));
  const master = async (): Promise<TestRedis> => {
    const named = (await ask('get-master-addr-by-name')) as [string, string];
    const found = alive().find(({ port }) => port === Number(named[1]));
    // Between the death and the promotion the sentinels still name the dead one.
    const last = servers.findLast(({ port }) => port === Number(named[1]));
    if ((found ?? last) === undefined) throw new Error(`the sentinels name an unknown ${named.join(':')}`);
    return (found ?? last)!;
  };
  const ask = (command: string): Promise<unknown> =>
    clientOf(watchers[0]!, options.sentinelAccess).call('SENTINEL', command, NAME);
  const replicas = async () => {
    const now = await master();
    return alive().filter((server) => server !== now);
  };
  const inSync = async () => {
    const now = await master();
    const end = Number(await infoOf(admin(now), 'replication', 'master_repl_offset'));
    for (const replica of await replicas())
      await until(async () => {
        const info = (field: string) => infoOf(admin(replica), 'replication', field);
        return (await info('master_link_status')) === 'up' && Number(await info('slave_repl_offset')) >= end;
      }, `replica ${replica.port} in sync`);
    await settled();
  };
  const settled = async () => {
    for (const watcher of watchers) await until(() => isSettled(watcher), 'the sentinels to agree');
  };
  const isSettled = async (watcher: TestRedis): Promise<boolean> => {
    const client = clientOf(watcher, options.sentinelAccess);
    const { port } = await master();
    const about = fieldsOf(await client.call('SENTINEL', 'MASTER', NAME));
    const known = ((await client.call('SENTINEL', 'REPLICAS', NAME)) as unknown[]).map(fieldsOf);
    const living = new Set((await replicas()).map((replica) => String(replica.port)));
    const good = known.filter(
      (replica) =>
        living.has(replica.port!) &&
        replica.flags === 'slave' &&
        replica['master-link-status'] === 'ok' &&
        replica['master-port'] === String(port),
    );
    // The flags show a death or a fail-over that is under way.
    return about.port === String(port) && about.flags === 'master' && good.length === living.size;
  };
  const stop = async () => {
    for (const client of clients.values()) client.disconnect();
    await Promise.all([...watchers, ...servers].map((process) => process.stop()));
  };

  try {
    const first = await start({});
    for (let i = 0; i < (options.replicas ?? 2); i++) await start({ args: follow(first) });
    for (const server of servers.slice(1))
      await until(
        async () => (await infoOf(admin(server), 'replication', 'master_link_status')) === 'up',
        `replica ${server.port} linked`,
      );
    for (let i = 0; i < SENTINELS; i++) {
      const config = [
        `sentinel monitor ${NAME} ${HOST} ${first.port} ${QUORUM}`,
        `sentinel down-after-milliseconds ${NAME} ${options.downAfterMs ?? 2_000}`,
        `sentinel failover-timeout ${NAME} 3000`,
        `sentinel parallel-syncs ${NAME} 2`,
        ...(options.sentinelConfig ?? []),
      ];
      watchers.push(await startRedis({ config, args: ['--sentinel'], ...(tls ? { tls } : {}) }));
    }
    // With fewer, the sentinels would have no majority after a death now, or no replica to promote.
    for (const watcher of watchers)
      await until(async () => {
        const about = fieldsOf(
          await clientOf(watcher, options.sentinelAccess).call('SENTINEL', 'MASTER', NAME),
        );
        return (
          Number(about['num-other-sentinels']) === SENTINELS - 1 &&
          Number(about['num-slaves']) === servers.length - 1
        );
      }, 'the sentinels to know each other');
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    sentinels: watchers.map(({ port }) => ({ host: HOST, port })),
    name: NAME,
    servers,
    master,
    replicas,
    killMaster: async () => {
      const now = await master();
      forget(now);
      await now.kill();
      dead.add(now);
      return now;
    },
    switchMaster: async () => {
      await settled();
      const now = await master();
      let askedAt = -Infinity;
      // The sentinels do not repeat a planned fail-over that fails.
      await until(async () => {
        if ((await master()) !== now) return true;
        if (performance.now() - askedAt < ASK_AGAIN_MS) return false;
        askedAt = performance.now();
        await ask('failover').catch(() => undefined);
        return false;
      }, 'the sentinels to name another master');
      return now;
    },
    successorOf: async (old) => {
      let next = old;
      await until(async () => {
        next = await master();
        return next !== old && (await infoOf(admin(next), 'replication', 'role')) === 'master';
      }, 'another master');
      return next;
    },
    inSync,
    cutOffReplicas: async () => {
      const cut = await Promise.all((await replicas()).map((replica) => cutOff(admin(replica))));
      return async () => {
        for (const restore of cut) await restore();
      };
    },
    restart: async (old) => start({ port: old.port, args: follow(await master()) }),
    admin,
    stop,
  };
}

/** Pairs in RESP 2, a map in RESP 3. */
function fieldsOf(reply: unknown): Record<string, string> {
  const flat = reply as Record<string, string> | string[];
  return Array.isArray(flat) ? inPairs(flat) : flat;
}

function inPairs(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i]!] = flat[i + 1]!;
  return fields;
}
