import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from './certificate.js';
import { freePort } from './redis.js';
import { ROOT } from './root.js';
import { until } from './until.js';

export const PROXY_NAMES = ['nginx', 'haproxy', 'apache', 'caddy'] as const;
export type ProxyName = (typeof PROXY_NAMES)[number];
export type Place = 'root' | 'sub-path';

/** A real reverse proxy of this machine, with the configuration file that the documentation shows. */
export interface ReverseProxy {
  stop(): Promise<void>;
}

export interface ProxySetup {
  /** On loopback, with TLS. */
  readonly port: number;
  /** Of the bridge. */
  readonly target: number;
  /** Null: without TLS, where this is not what is tried; only nginx. */
  readonly certificate: TestCertificate | null;
}

/** What each file is called, and what makes a whole configuration of it and begins the server in the foreground. */
const SERVERS: Readonly<Record<ProxyName, Server>> = {
  nginx: {
    file: (place) => `nginx/${place}.conf`,
    changes: ({ port, certificate }, plain) => [
      ['listen 80;', `listen 127.0.0.1:${plain};`, 'optional'],
      ['listen 443 ssl;', `listen 127.0.0.1:${port}${certificate === null ? '' : ' ssl'};`],
      [/ssl_certificate \S+;/, certificate === null ? '' : `ssl_certificate ${certificate.certFile};`],
      [/ssl_certificate_key \S+;/, certificate === null ? '' : `ssl_certificate_key ${certificate.keyFile};`],
    ],
    whole: (site, dir) => `${process.getuid?.() === 0 ? 'user root;' : ''}
      pid ${dir}/nginx.pid;
      error_log stderr warn;
      worker_rlimit_nofile 20000;
      events { worker_connections 16384; }
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
        ${site}
      }`,
    command: (file, dir) => ['nginx', '-p', dir, '-c', file, '-g', 'daemon off;'],
  },
  haproxy: {
    file: (place) => `haproxy/${place}.cfg`,
    changes: ({ port, certificate }, plain) => [
      ['bind :80\n', `bind 127.0.0.1:${plain}\n`, 'optional'],
      [/bind :443 ssl crt \S+/, `bind 127.0.0.1:${port} ssl crt ${bundleOf(needed(certificate))}`],
    ],
    whole: (site) => site,
    command: (file) => ['haproxy', '-db', '-f', file],
  },
  apache: {
    file: (place) => `apache/${place}.conf`,
    changes: ({ port, certificate }, plain) => [
      ['<VirtualHost *:80>', `<VirtualHost *:${plain}>`, 'optional'],
      ['<VirtualHost *:443>', `Listen 127.0.0.1:${port}\n<VirtualHost *:${port}>`],
      [/SSLCertificateFile \S+/, `SSLCertificateFile ${needed(certificate).certFile}`],
      [/SSLCertificateKeyFile \S+/, `SSLCertificateKeyFile ${needed(certificate).keyFile}`],
    ],
    whole: (site, dir) => `
      ${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
      ServerName localhost
      PidFile ${dir}/apache.pid
      DefaultRuntimeDir ${dir}
      Mutex file:${dir} default
      ErrorLog "|$/bin/cat >&2"
      LogLevel warn
      ${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
      ${site}`,
    command: (file) => ['apache2', '-DFOREGROUND', '-f', file],
  },
  caddy: {
    file: (place) => `caddy/${place}.Caddyfile`,
    changes: ({ port, certificate }) => [
      [
        /^(?:bridge\.example|example\.com) \{/m,
        `{\n\tadmin off\n\tauto_https off\n\tgrace_period 1s\n}\n\nhttps://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${needed(certificate).certFile} ${needed(certificate).keyFile}`,
      ],
    ],
    whole: (site) => site,
    command: (file) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', file],
  },
};

interface Server {
  readonly file: (place: Place) => string;
  /** What has to be another thing on this machine: each is in the file, unless it is optional. */
  readonly changes: (
    setup: ProxySetup,
    plain: number,
  ) => readonly (readonly [RegExp | string, string, 'optional'?])[];
  readonly whole: (site: string, dir: string) => string;
  readonly command: (file: string, dir: string) => readonly [string, ...string[]];
}

const APACHE_MODULES = [
  'mpm_event',
  'authz_core',
  'alias',
  'socache_shmcb',
  'ssl',
  'headers',
  'proxy',
  'proxy_http',
];

/** Starts it, and resolves when it takes connections. @throws where the server is not installed, or refuses the file */
export async function startProxy(name: ProxyName, place: Place, setup: ProxySetup): Promise<ReverseProxy> {
  const { file, changes, whole, command } = SERVERS[name];
  const { port, certificate } = setup;
  const dir = await mkdtemp(join(tmpdir(), `pitel-${name}-`));
  // Apache's children are another user, and share its locks.
  await chmod(dir, 0o755);
  const all = [
    ...changes(setup, await freePort()),
    ['127.0.0.1:3000', `127.0.0.1:${setup.target}`] as const,
    [/\b(?:bridge\.example|example\.com)\b/g, 'localhost', 'optional'] as const,
  ];
  let site = (await readFile(new URL(`deploy/proxy/${file(place)}`, ROOT), 'utf8')).replace(/^\s*#.*$/gm, '');
  for (const [text, replacement, optional] of all) {
    const changed =
      typeof text === 'string' ? site.replaceAll(text, replacement) : site.replace(text, replacement);
    if (changed === site && optional === undefined)
      throw new Error(`${name}: no ${String(text)} in its file`);
    site = changed;
  }
  if (certificate !== null)
    await writeFile(bundleOf(certificate), certificate.pem + (await readFile(certificate.keyFile, 'utf8')));
  const config = join(dir, 'config');
  await writeFile(config, whole(site, dir));
  const [program, ...args] = command(config, dir);
  const running = new RunningProxy(program, args, dir);
  try {
    await until(async () => {
      if (running.ended !== null) throw new Error(`${name} did not start: ${running.ended}`);
      return answers(port, certificate !== null);
    }, `${name} to listen`);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

function needed(certificate: TestCertificate | null): TestCertificate {
  if (certificate === null) throw new Error('this proxy needs a certificate');
  return certificate;
}

/** For HAProxy: certificate and key in one file. */
function bundleOf({ certFile }: TestCertificate): string {
  return certFile.replace(/\.pem$/, '-and-key.pem');
}

class RunningProxy implements ReverseProxy {
  /** Why it is not there any more. */
  ended: string | null = null;
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #end: Promise<void>;
  #output = '';

  constructor(program: string, args: readonly string[], dir: string) {
    this.#dir = dir;
    // A group of its own: some have processes that would outlive them.
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin`,
        HOME: dir,
        XDG_DATA_HOME: dir,
        XDG_CONFIG_HOME: dir,
      },
    });
    this.#child = child;
    child.stderr.on('data', (piece) => (this.#output += String(piece)));
    const kill = () => this.#signal('SIGKILL');
    process.once('exit', kill);
    this.#end = new Promise((resolve) => {
      const over = (why: string) => {
        process.off('exit', kill);
        this.ended ??= why;
        resolve();
      };
      child.on('error', (error) => over(`${error.message}: install the package that has ${program}`));
      child.on('close', (code) => over(`exit code ${code}: ${this.#output}`));
    });
  }

  async stop(): Promise<void> {
    this.#signal('SIGTERM');
    await this.#end;
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.ended !== null || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // It has just ended by itself.
    }
  }
}

function answers(port: number, isEncrypted: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = isEncrypted ? https.get : http.get;
    ask({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
