import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A real Redis of a test's own: a child process on a free loopback port, in a folder of its own, that keeps nothing
 * unless told to. Whoever starts one stops it.
 */
export interface TestRedis {
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  /** For freezing: 'SIGSTOP' and 'SIGCONT'. */
  signal(name: NodeJS.Signals): void;
  /** Ends the process, also a frozen one, and removes its folder. */
  stop(): Promise<void>;
}

export interface TestRedisOptions {
  /** More of `redis-server`'s command line, such as `['--appendonly', 'yes']`; the last word counts. */
  readonly args?: readonly string[];
  /** To start again where another was: default is a free one. */
  readonly port?: number;
}

const DEFAULT_PORT = 6379;
const ATTEMPTS = 5;
const READY_WITHIN_MS = 10_000;

export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const binary = ['redis-server', 'valkey-server'].find(
    (name) => spawnSync(name, ['--version']).status === 0,
  );
  if (binary === undefined) throw new Error('no redis-server: run node tools/ensure-redis.mjs');
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(binary, options.port ?? (await freePort()), options.args ?? []);
    } catch (error) {
      // Between finding a free port and taking it somebody else may have.
      if (options.port !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** A port that nobody listens on, and never the machine's own Redis'. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port === DEFAULT_PORT ? freePort() : port;
}

async function start(binary: string, port: number, args: readonly string[]): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'pitel-redis-'));
  const all = [
    '--port',
    String(port),
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
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await answering(port, child);
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
    url: `redis://127.0.0.1:${port}`,
    signal: (name) => process.kill(pid, name),
    stop,
  };
}

/** Until PING answers; a server that has exited never will. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await pings(port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error('no answer');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
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
