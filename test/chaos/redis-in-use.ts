import { loadScripts } from '../../src/store/redis/scripts.js';
import type { RedisTarget } from '../../src/store/redis/redis-connection.js';
import { startCluster, type TestCluster } from '../support/redis-cluster.js';
import { startSentinel, type TestSentinel } from '../support/redis-sentinel.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

/** Redis as a rig uses it, in one of its forms: how bridges are configured for it, and how the rig itself connects. */
export interface RedisInUse {
  readonly env: Readonly<Record<string, string>>;
  /** For the rig, past any proxy. */
  readonly target: RedisTarget;
  stop(): Promise<void>;
}

export interface Standalone extends RedisInUse {
  readonly server: TestRedis;
  /** Ends it like a power cut, and starts an empty one in its place. */
  loseEverything(): Promise<void>;
}

/** `args`: more of its command line. */
export async function standalone(args: readonly string[] = []): Promise<Standalone> {
  let server = await startRedis({ args });
  const { url, port } = server;
  return {
    env: { REDIS_URL: url },
    target: { url },
    get server() {
      return server;
    },
    loseEverything: async () => {
      await server.stop();
      server = await startRedis({ args, port });
    },
    stop: () => server.stop(),
  };
}

export interface Durable extends RedisInUse {
  /** Ends it like a power cut, and starts it again with all that it had acknowledged. */
  restart(): Promise<void>;
}

/** Writes each command to its disk before it answers. */
export async function durable(): Promise<Durable> {
  const args = ['--appendonly', 'yes', '--appendfsync', 'always'];
  const first = await startRedis({ args });
  const started = [first];
  const { url, port, dir } = first;
  return {
    env: { REDIS_URL: url },
    target: { url },
    restart: async () => {
      await started.at(-1)!.kill();
      started.push(await startRedis({ port, args: [...args, '--dir', dir] }));
    },
    // The first has the folder of the file.
    stop: async () => {
      for (const server of started.toReversed()) await server.stop();
    },
  };
}

/** The bridge's way to Redis leads through a proxy. */
export async function behindProxy(): Promise<RedisInUse & { readonly proxy: TcpProxy }> {
  const redis = await standalone();
  const proxy = await startTcpProxy(redis.server.port);
  return {
    env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` },
    target: redis.target,
    proxy,
    stop: async () => {
      await proxy.close();
      await redis.stop();
    },
  };
}

export async function sentinel(): Promise<RedisInUse & { readonly sentinel: TestSentinel }> {
  const forms = await startSentinel();
  const { sentinels, name } = forms;
  return {
    env: { REDIS_SENTINELS: listed(sentinels), REDIS_SENTINEL_NAME: name },
    target: { sentinels, name },
    sentinel: forms,
    stop: () => forms.stop(),
  };
}

export async function cluster(): Promise<RedisInUse & { readonly cluster: TestCluster }> {
  const forms = await startCluster();
  return {
    env: { REDIS_CLUSTER_NODES: listed(forms.nodes) },
    target: { clusterNodes: forms.nodes },
    cluster: forms,
    stop: () => forms.stop(),
  };
}

/** What a request that commits has in it. */
export const COMMIT = loadScripts()['commit-n'].sha;

function listed(nodes: readonly { readonly host: string; readonly port: number }[]): string {
  return nodes.map(({ host, port }) => `${host}:${port}`).join(',');
}
