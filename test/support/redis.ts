import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';

/**
 * A real Redis of a test's own: a child process on a free loopback port, in a folder of its own, that keeps nothing
 * unless configured to. The test that starts one stops it.
 */
export interface TestRedis {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  /** For freezing: 'SIGSTOP' and 'SIGCONT'. */
  signal(name: NodeJS.Signals): void;
  /** Ends the process as a power cut does, and resolves when it is gone. Its folder stays until `stop`. */
  kill(): Promise<void>;
  /** Ends the process, also a frozen one, and removes its folder. */
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** More of `redis-server`'s command line, such as `['--appendonly', 'yes']`; the last word counts. */
  readonly args?: readonly string[];
  /** To start again at another's port; default: a free one. */
  readonly port?: number;
  /** Lines of a configuration file of its own, which it may rewrite. */
  readonly config?: readonly string[];
  /** Speaks TLS and nothing else, with the certificate and the key in these files. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
}

const RESERVED = { from: 10_000, below: 22_768 };
const ATTEMPTS = 5;
const READY_WITHIN_MS = 60_000;

export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const binary = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (binary === undefined) throw new Error('no redis-server: run node tools/ensure-redis.mjs');
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(binary, options.port ?? (await freePort()), options);
    } catch (error) {
      // Another process may have taken the port since it was found free.
      if (options.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/**
 * A free port that no connection is given by chance: it is below those from which systems take the ports of outgoing connections
 * (Linux: from 32768), and so is the port 10,000 above, a cluster's. It is still free when its server starts, or starts again.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(RESERVED.from, RESERVED.below);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  server.close();
  await once(server, 'close');
  return port;
}

async function start(binary: string, port: number, options: TestRedisOptions): Promise<TestRedis> {
  const { args = [], config, tls } = options;
  const dir = await mkdtemp(join(tmpdir(), 'pitel-redis-'));
  const file = join(dir, 'own.conf');
  if (config !== undefined) await writeFile(file, config.map((line) => `${line}\n`).join(''));
  const all = [
    ...(config === undefined ? [] : [file]),
    ...(tls === undefined ? ['--port', String(port)] : tlsOnly(port, tls)),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--save',
    '',
    '--appendonly',
    'no',
    ...args,
  ];
  const child = spawn(binary, all, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2_000);
    });
  const exited = once(child, 'exit');
  // A test that crashes leaves no server behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const end = async () => {
    process.off('exit', kill);
    kill();
    await exited;
  };
  const stop = async () => {
    await end();
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await answering(port, child, tls !== undefined);
  } catch {
    await stop();
    throw new Error(`${binary} on port ${port} did not start: ${output}`);
  }
  const { pid } = child;
  if (pid === undefined) throw new Error('a process that answers has an id');
  return {
    pid,
    port,
    dir,
    url: `${tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    signal: (name) => process.kill(pid, name),
    kill: end,
    stop,
  };
}

function tlsOnly(port: number, { certFile, keyFile }: NonNullable<TestRedisOptions['tls']>): string[] {
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile],
    ...['--tls-replication', 'yes', '--tls-cluster', 'yes'],
  ];
}

/** Until PING answers; a server that has exited never will. */
async function answering(port: number, child: ChildProcess, tls: boolean): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await pings(port, tls))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error('no answer');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function pings(port: number, tls: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const host = '127.0.0.1';
    const socket = tls ? connectTls({ port, host, rejectUnauthorized: false }) : connectTcp({ port, host });
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (chunk) => {
      // A server with a password answers too: it is up.
      resolve(/^\+PONG|^-NOAUTH/.test(chunk.toString()));
      socket.destroy();
    });
    socket.once('error', () => undefined);
    socket.once('close', () => {
      resolve(false);
    });
  });
}
