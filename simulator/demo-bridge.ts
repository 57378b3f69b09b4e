import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The bridge as a child process of the demo: configured by its environment, ended by its pid. */
export interface BridgeChild {
  readonly url: string;
  /** Resolves with the reason, in one line, when the child has ended, for whatever reason. */
  readonly gone: Promise<string>;
  /** SIGTERM, and SIGKILL when it takes longer than `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Beside the compiled demo: dist/simulator/demo.js starts dist/bridge/main.js. */
const MAIN = fileURLToPath(new URL('../bridge/main.js', import.meta.url));
/** Where the child looks for a `.env`: not where the demo was started, for that one is a real bridge's. */
const NO_ENV_HERE = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * @param desk the origin of the page around `/pop`
 * @throws Error when the bridge has not been built
 */
export function startBridge(
  port: number,
  upstream: { readonly url: string; readonly token: string },
  webhooksFile: string,
  desk: string,
): BridgeChild {
  if (!existsSync(MAIN)) throw new Error('the bridge is not built: run "npm run build" first');
  const child = spawn(process.execPath, [MAIN], {
    cwd: NO_ENV_HERE,
    env: {
      ...bridgeEnvironment(process.env, port, upstream),
      WEBHOOKS_FILE: webhooksFile,
      FRAME_ANCESTORS: desk,
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let lastOutput = '';
  child.stderr.on('data', (piece: Buffer) => {
    process.stderr.write(piece);
    lastOutput = (lastOutput + piece.toString()).slice(-2000);
  });
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`the bridge did not start: ${error.message}`));
    child.once('close', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const why = lastOutput.trim().split('\n').at(-1) ?? '';
      resolve(`the bridge ended with ${how}${why === '' ? '' : `: ${why}`}`);
    });
  });
  return { url: `http://127.0.0.1:${port}`, gone, stop: (graceMs) => stop(child, gone, graceMs) };
}

/**
 * Nothing of this shell's own bridge configuration leaks in: only what a process needs, and `REDIS_URL`. On that Redis the
 * demo is a tenant of its own: under the name of a real one it would compete with that tenant's bridge for the lease and write into its log.
 */
export function bridgeEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  port: number,
  upstream: { readonly url: string; readonly token: string },
): Record<string, string> {
  const environment: Record<string, string> = {
    PITEL_BASE_URL: upstream.url,
    PITEL_TOKEN: upstream.token,
    TENANT_ID: 'demo',
    AUTH_MODE: 'none',
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'warn',
    POLL_INTERVAL_MS: '500',
  };
  for (const name of ['PATH', 'HOME', 'TZ', 'LANG', 'SystemRoot']) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  if (own.REDIS_URL !== undefined && own.REDIS_URL !== '') environment.REDIS_URL = own.REDIS_URL;
  else environment.STORE = 'memory';
  return environment;
}

/** @throws Error when the text is not a port. */
export function wantedPort(text = ''): number {
  if (text === '') return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error('PORT must be a whole number from 1 to 65535');
  return port;
}

const DEFAULT_PORT = 3000;

/** The first port from `wanted` on that is not in use; at most a hundred are tried. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${wanted} to ${wanted + 99}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

async function stop(child: ChildProcess, gone: Promise<string>, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}
