import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from '../support/program.js';
import { freePort } from '../support/redis.js';
import { ROOT } from '../support/root.js';
import { until } from '../support/until.js';

export const EXAMPLES = fileURLToPath(new URL('examples/', ROOT));
const SKELETON = fileURLToPath(new URL('test/examples/', ROOT));

type Env = Readonly<Record<string, string>>;

/** A receiver of webhooks as an operator would run it. */
export interface Receiver {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it; `env` is the example's own. */
export type StartReceiver = (env: Env) => Promise<Receiver>;

/** The Python that has Debian's packages: another one may come first on the PATH. */
export function python(): string {
  const has = (command: string) => spawnSync(command, ['-c', 'import aiohttp, redis, socketio']).status === 0;
  const found = ['python3', '/usr/bin/python3'].find(has);
  if (found === undefined)
    throw new Error('no Python with redis and socketio: run node tools/ensure-interpreters.mjs');
  return found;
}

/** One of the pages of examples/php, run by php-fpm behind nginx. */
export function phpPage(page: string): StartReceiver {
  return async (env) => {
    const dir = await folder();
    return behindNginx(dir, `${EXAMPLES}php/${page}`, {
      PITEL_DATABASE: `sqlite:${dir}/calls.sqlite`,
      ...env,
    });
  };
}

/** examples/laravel in a new application of Laravel, in `dir`. */
export async function laravelApplication(dir: string): Promise<{ readonly dir: string; readonly env: Env }> {
  await cp(`${SKELETON}laravel-skeleton`, dir, { recursive: true });
  await cp(`${EXAMPLES}laravel`, dir, { recursive: true });
  const folders = [
    'bootstrap/cache',
    'storage/framework/sessions',
    'storage/framework/views',
    'storage/logs',
  ];
  for (const path of folders) await mkdir(join(dir, path), { recursive: true });
  const env = { DB_DATABASE: `${dir}/calls.sqlite` };
  // Kept where it is there already: another process of the same application.
  await appendFile(env.DB_DATABASE, '');
  const { status, stdout, stderr } = spawnSync('php', [`${dir}/artisan`, 'migrate', '--force'], {
    env: { PATH: process.env.PATH, ...env },
  });
  if (status !== 0) throw new Error(`artisan migrate: ${String(stdout)}${String(stderr)}`);
  return { dir, env };
}

export const laravel: StartReceiver = async (env) => {
  const application = await laravelApplication(await folder());
  const receiver = await behindNginx(application.dir, `${application.dir}/public/index.php`, {
    ...application.env,
    ...env,
  });
  return { url: `${receiver.url}pitel/webhook`, stop: () => receiver.stop() };
};

export function pythonProgram(file: string, path = '/', pythonPath = ''): StartReceiver {
  return async (env) => {
    const dir = await folder();
    const port = await freePort();
    const program = new Program([python(), '-B', file], {
      PORT: String(port),
      PITEL_DATABASE: `${dir}/calls.sqlite`,
      PYTHONPATH: pythonPath,
      ...env,
    });
    return listening(program, port, path, dir);
  };
}

/** examples/odoo on a stand-in for Odoo's framework, which Debian does not have. */
export const odoo = pythonProgram(`${SKELETON}odoo-stand-in/serve.py`, '/pitel/webhook', `${EXAMPLES}odoo`);

export const csharp: StartReceiver = async (env) => {
  const dir = await folder();
  const port = await freePort();
  const sources = ['Receiver.cs', 'Webhooks.cs'].map((name) => `${EXAMPLES}csharp/${name}`);
  const options = [`-out:${dir}/receiver.exe`, '-r:System.Runtime.Serialization', '-warnaserror'];
  const { status, stderr } = spawnSync('mcs', [...options, ...sources]);
  if (status !== 0) throw new Error(`mcs: ${String(stderr)}`);
  const program = new Program(['mono', `${dir}/receiver.exe`], { PORT: String(port), ...env });
  return listening(program, port, '/', dir);
};

async function behindNginx(dir: string, page: string, env: Env): Promise<Receiver> {
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  await writeFile(
    `${dir}/fpm.conf`,
    `[global]
daemonize = no
error_log = ${dir}/fpm.log
[www]
${isRoot ? 'user = root' : ''}
listen = ${dir}/fpm.sock
pm = static
pm.max_children = 2
clear_env = no
catch_workers_output = yes
`,
  );
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    `${dir}/nginx.conf`,
    `${isRoot ? 'user root;' : ''}
daemon off;
pid ${dir}/nginx.pid;
error_log stderr warn;
events { }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location / {
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME ${page};
      fastcgi_pass unix:${dir}/fpm.sock;
    }
  }
}
`,
  );
  const fpm = new Program([fpmCommand(), '-F', ...(isRoot ? ['-R'] : []), '-y', `${dir}/fpm.conf`], env);
  await until(() => answersAt(fpm, { path: `${dir}/fpm.sock` }), 'php-fpm to listen');
  const nginx = new Program(['nginx', '-p', dir, '-c', `${dir}/nginx.conf`], {});
  const receiver = await listening(nginx, port, '/', dir);
  return {
    url: receiver.url,
    stop: async () => {
      await fpm.stop();
      await receiver.stop();
    },
  };
}

/** Debian has the version in its name. */
function fpmCommand(): string {
  const name = readdirSync('/usr/sbin').find((command) => /^php-fpm[\d.]*$/.test(command));
  if (name === undefined) throw new Error('no php-fpm: run node tools/ensure-interpreters.mjs');
  return `/usr/sbin/${name}`;
}

async function listening(program: Program, port: number, path: string, dir: string): Promise<Receiver> {
  const stop = async () => {
    await program.stop();
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await until(() => answersAt(program, { port, host: '127.0.0.1' }), 'the receiver to listen');
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}${path}`, stop };
}

function answersAt(
  program: Program,
  at: { path: string } | { port: number; host: string },
): Promise<boolean> {
  if (program.hasEnded) throw new Error(`it ended: ${program.errors}`);
  return new Promise((resolve) => {
    const socket = connect(at);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function folder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'pitel-example-'));
}
