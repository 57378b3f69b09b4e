import { inspect } from 'node:util';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { type BackoffOptions, waitAfter } from '../../base/backoff.js';
import { anyNodeConnector, hostConnector, type Node, sentinelConnector } from './connectors.js';
import { SentinelWatch } from './sentinel-watch.js';

/**
 * Connections to Redis, whichever way it is set up.
 *
 * Guarantees:
 * - A connection comes back by itself until it is closed.
 * - A command is answered or rejected within about `commandTimeoutMs`, whether Redis is slow, frozen or away.
 * - No command waits in a queue while Redis is away, so an outage costs no memory.
 * - Neither errors nor printed clients show passwords or the arguments of commands.
 */
export type RedisTarget = Access &
  (
    | /** `redis://user:password@host:port/db`, or `rediss://` for TLS. */ { readonly url: string }
    | {
        readonly sentinels: readonly Node[];
        readonly name: string;
        /** Of the sentinels themselves. */
        readonly sentinelUsername?: string;
        readonly sentinelPassword?: string;
      }
    | { readonly clusterNodes: readonly Node[] }
  );

/** What a URL leaves out, or cannot say. */
interface Access {
  readonly username?: string;
  readonly password?: string;
  /** Of every connection, to sentinels too. A URL says it by `rediss:`. */
  readonly tls?: boolean;
  /** Certificates in PEM form that are believed instead of the public ones. */
  readonly tlsCa?: string;
}

/** ioredis' options without the mapping of replies, which is left at its default. */
type Options = Omit<RedisOptions, 'replyMapping'>;

export interface RedisConnectionOptions {
  /** Gets every failed attempt, which may be several a second: a caller that logs them limits the rate. */
  readonly onError: (error: Error) => void;
  readonly commandTimeoutMs?: number;
}

export interface RedisConnection {
  readonly commands: Redis | Cluster;
  readonly commandTimeoutMs: number;
  readonly onError: (error: Error) => void;
  /** Opens a connection for one subscription; the caller closes it. */
  openSubscriber(): Redis;
  /** Ends `commands`, and the watch over the sentinels, for good. */
  close(): Promise<void>;
}

/** About a hundred times the duration of a large commit. */
const COMMAND_TIMEOUT_MS = 3_000;
const RECONNECT: BackoffOptions = { firstMs: 100, maxMs: 2_000, spread: -0.5, random: Math.random };

/** Begins to connect and returns at once. Throws for a malformed address, without repeating it. */
export function connectRedis(target: RedisTarget, options: RedisConnectionOptions): RedisConnection {
  const { onError, commandTimeoutMs = COMMAND_TIMEOUT_MS } = options;
  const common = commonOptions(commandTimeoutMs);
  const watched = <T extends Redis | Cluster>(client: T): T => {
    client.on('error', (error: Error) => {
      onError(withoutArguments(error));
    });
    return discreet(client);
  };
  const connection = { commandTimeoutMs, onError };

  if (!('clusterNodes' in target)) {
    const address = 'url' in target ? fromUrl(target) : fromSentinels(target);
    const sentinels = 'url' in target ? null : watchOf(target, common, onError);
    const open = (more: Options): Redis => {
      const client = watched(new Redis({ ...common, ...address, ...more }));
      sentinels?.follow(client);
      return client;
    };
    const commands = open({});
    return {
      ...connection,
      commands,
      openSubscriber: () => open({ autoResubscribe: false }),
      close: async () => {
        sentinels?.close();
        await closeClient(commands);
      },
    };
  }

  const nodes = [...target.clusterNodes];
  const access = accessOf(target);
  const cluster = new Cluster(nodes, {
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectDelay,
    slotsRefreshTimeout: commandTimeoutMs,
    redisOptions: { ...common, ...access, Connector: hostConnector },
  });
  const commands = watched(cluster);
  return {
    ...connection,
    commands,
    openSubscriber: () =>
      watched(
        new Redis({ ...common, ...access, autoResubscribe: false, Connector: anyNodeConnector(nodes) }),
      ),
    close: () => closeClient(commands),
  };
}

/** Ends a client for good and resolves when it is gone. Commands without an answer are rejected. */
export async function closeClient(client: Redis | Cluster): Promise<void> {
  // Between two attempts there is nothing to close, and ioredis emits nothing when its attempts are stopped. A cluster
  // that has ended may emit `close` again, as its nodes end one after the other.
  const idle = ['end', 'close', 'reconnecting'].includes(client.status);
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  client.disconnect();
  if (!idle) await ended;
}

/** Removes from the error what ioredis attaches: a command's arguments are passwords or customers' data. */
export function withoutArguments(error: Error & { command?: unknown; lastNodeError?: unknown }): Error {
  const name = (error.command as { readonly name?: unknown } | undefined)?.name;
  if (error.command !== undefined) error.command = { name };
  if (error.lastNodeError instanceof Error) withoutArguments(error.lastNodeError);
  return error;
}

function commonOptions(commandTimeoutMs: number): Options {
  return {
    commandTimeout: commandTimeoutMs,
    connectTimeout: commandTimeoutMs,
    // Ends connections to a frozen server, which keeps them open. Commands time out first.
    socketTimeout: commandTimeoutMs * 2,
    keepAlive: 10_000,
    disconnectTimeout: 200,
    // A command survives one reconnection, the second rejects it. Sending it twice is harmless: see `Store.commit`.
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    retryStrategy: reconnectDelay,
    // A demoted master refused the command, which is rejected; connecting again finds the master that took over.
    // Redis 6 puts its own words before those of a command that a script called.
    reconnectOnError: (error) => /(^|-)READONLY /.test(error.message),
    sentinelRetryStrategy: reconnectDelay,
    sentinelCommandTimeout: commandTimeoutMs,
  };
}

/** Half of the delay is random, so that the bridge's replicas do not all come back in the same moment. */
function reconnectDelay(attempt: number): number {
  return waitAfter(attempt - 1, RECONNECT);
}

function fromUrl({ url: text, ...access }: Access & { url: string }): Options {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '')
    throw new TypeError('a Redis address is written redis://host:port or rediss://host:port');
  const { username, password } = decoded(url);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db: Number(url.pathname.slice(1)),
    Connector: hostConnector,
    ...accessOf({ ...access, tls: url.protocol === 'rediss:' }),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
  };
}

function decoded({ username, password }: URL): { readonly username: string; readonly password: string } {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new TypeError('user and password of a Redis address are written percent-encoded, so % as %25');
  }
}

type BySentinels = Access & Extract<RedisTarget, { name: string }>;

function watchOf(target: BySentinels, common: Options, onError: (error: Error) => void): SentinelWatch {
  const { sentinelUsername: username, sentinelPassword: password, tls, tlsCa } = target;
  const access = accessOf({ username, password, tls, tlsCa });
  return new SentinelWatch(target, { ...common, ...access }, (error) => {
    onError(withoutArguments(error));
  });
}

function fromSentinels(target: BySentinels): Options {
  const { sentinels, name, sentinelUsername, sentinelPassword } = target;
  const access = accessOf(target);
  return {
    sentinels: [...sentinels],
    name,
    Connector: sentinelConnector,
    ...access,
    ...(sentinelUsername ? { sentinelUsername } : {}),
    ...(sentinelPassword ? { sentinelPassword } : {}),
    ...(access.tls ? { sentinelTLS: access.tls, enableTLSForSentinelMode: true } : {}),
  };
}

function accessOf({
  username,
  password,
  tls,
  tlsCa,
}: {
  readonly [Field in keyof Access]: Access[Field] | undefined;
}): Pick<Options, 'username' | 'password' | 'tls'> {
  return {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(tls ? { tls: tlsCa ? { ca: tlsCa } : {} } : {}),
  };
}

/** Keeps a client's options, the password among them, out of what is printed or logged as JSON. */
function discreet<T extends Redis | Cluster>(client: T): T {
  const shown = { value: () => `Redis (${client.status})`, enumerable: false };
  return Object.defineProperties(client, { [inspect.custom]: shown, toJSON: shown });
}
