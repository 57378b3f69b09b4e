import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROOT } from './root.js';

/** The bridge as a process of its own, built (`npm test` builds first), as an operator runs it. */
export interface Service {
  readonly pid: number;
  readonly url: string;
  /** Its log, a parsed line each. */
  readonly lines: readonly LogLine[];
  /** What it has written so far to standard output and standard error, as it is. */
  readonly output: string;
  /** Resolves with the exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** From now on nothing reads what it writes to standard output, or something does again. */
  readsOutput(isRead: boolean): void;
  /** Resolves with the first line, past or future, that satisfies `fits`. */
  line(fits: (line: LogLine) => boolean): Promise<LogLine>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly tenant?: string;
  readonly endpoint?: string;
  readonly reason?: string;
  readonly address?: string;
  readonly stack?: string;
  readonly cycle?: string;
}

const MAIN = fileURLToPath(new URL('dist/bridge/main.js', ROOT));

/**
 * Starts the service on a free port, without a token for clients unless `env` says otherwise; with `TEST_OPEN_FILES` it may
 * open no more descriptors than that. `main`: of another build.
 */
export async function startService(env: Readonly<Record<string, string>>, main = MAIN): Promise<Service> {
  const service = spawnService(env, [main]);
  const { address } = await service.line(({ msg }) => msg === 'the bridge is listening');
  service.url = address!;
  return service;
}

/** What `npm start` runs. */
export const START = [fileURLToPath(new URL('tools/run.mjs', ROOT)), 'bridge/main'];

/** The same, without waiting for it to listen: its `url` is empty. */
export function spawnService(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [MAIN],
): RunningService {
  const command = [process.execPath, ...args];
  const files = env.TEST_OPEN_FILES;
  // The shell lowers the limit, and then is the service itself.
  if (files !== undefined) command.unshift('sh', '-c', `ulimit -n ${files} && exec "$0" "$@"`);
  const child = spawn(command[0]!, command.slice(1), {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      PORT: '0',
      AUTH_MODE: 'none',
      POLL_INTERVAL_MS: '100',
      PITEL_TOKEN: 'upstream-token',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: fileURLToPath(new URL('test', ROOT)),
  });
  return new RunningService(child);
}

/** Runs the service until it ends by itself. */
export async function runToItsEnd(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'close')) as [number | null];
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

export class RunningService implements Service {
  url = '';
  readonly lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number | null>;
  #stdout = '';
  #stderr = '';

  constructor(private readonly child: ChildProcess) {
    child.stdout!.on('data', (chunk) => (this.#stdout += String(chunk)));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      this.lines.push(JSON.parse(line) as LogLine);
      for (const look of this.#waiting) look();
    });
    child.stderr!.on('data', (chunk) => (this.#stderr += String(chunk)));
    // A test that crashes leaves no service behind.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    this.#ended = once(child, 'exit').then(([code]) => {
      process.off('exit', kill);
      return code as number | null;
    });
  }

  get output(): string {
    return this.#stdout + this.#stderr;
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  readsOutput(isRead: boolean): void {
    if (isRead) this.child.stdout!.resume();
    else this.child.stdout!.pause();
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal);
    return this.#ended;
  }

  line(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.lines.find(fits);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      void this.#ended.then((code) => {
        if (this.#waiting.delete(look)) reject(new Error(`the service ended with ${code}: ${this.#stderr}`));
      });
      look();
    });
  }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}
