import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Secret } from '../../src/config/secrets/secret.js';
import { outgoingOf } from '../../src/webhooks/request/outgoing.js';
import { webhookTest } from '../../src/webhooks/request/own-events.js';
import { signatureHeaders } from '../../src/webhooks/request/signature.js';
import { HttpSender } from '../../src/webhooks/send/http-sender.js';
import type { Outgoing } from '../../src/webhooks/sender.js';
import { ROOT } from '../support/root.js';
import { freePort } from '../support/redis.js';
import { until } from '../support/until.js';
import {
  byName,
  OTHER_WEBHOOK_SECRET,
  WEBHOOK_SECRET,
  webhookEndpoint,
} from '../support/webhook-endpoint.js';
import { blocksOf } from './document.js';

const run = promisify(execFile);

const PHP = 'php';

interface Language {
  readonly name: string;
  readonly file: string;
  readonly prepare: readonly (readonly [command: string, ...args: string[]])[];
  readonly start: (port: number) => readonly [command: string, ...args: string[]];
}

const LANGUAGES: readonly Language[] = [
  {
    name: 'php',
    file: 'pitel.php',
    prepare: [
      [
        'php',
        '-r',
        '(new PDO(getenv("DATABASE_DSN")))->exec("CREATE TABLE pitel_webhooks (id VARCHAR(64) PRIMARY KEY)");',
      ],
    ],
    start: (port) => ['php', '-S', `127.0.0.1:${port}`, 'pitel.php'],
  },
  {
    name: 'python',
    file: 'receiver.py',
    prepare: [],
    start: (port) => ['python3', 'receiver.py', String(port)],
  },
  {
    name: 'csharp',
    file: 'Receiver.cs',
    prepare: [['mcs', '-out:Receiver.exe', 'Receiver.cs']],
    start: (port) => ['mono', 'Receiver.exe', String(port)],
  },
];

/** The receivers of docs/webhooks.md, and requests as the bridge sends them. */
describe('a receiver as the page shows it', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pitel-receivers-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  describe.each(LANGUAGES)('in $name', ({ name, file, prepare, start }) => {
    let child: ChildProcess;
    let output = '';
    let url: string;
    let tests = 0;
    const sender = new HttpSender({ time: { now: () => Date.now(), monotonic: () => performance.now() } });

    beforeAll(async () => {
      await writeFile(join(dir, file), blocksOf(name)[0]!);
      const env = {
        PATH: process.env.PATH,
        HOME: dir,
        PITEL_WEBHOOK_SECRET: WEBHOOK_SECRET,
        DATABASE_DSN: `sqlite:${join(dir, 'php.db')}`,
        DATABASE: join(dir, 'python.db'),
      };
      for (const [command, ...args] of prepare) await run(command, args, { cwd: dir, env });
      const port = await freePort();
      const [command, ...args] = start(port);
      child = spawn(command, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout!, child.stderr!])
        stream.on('data', (piece) => (output += String(piece)));
      url = `http://127.0.0.1:${port}/`;
      await until(() => child.exitCode !== null || listens(port), 'the receiver to listen');
      expect([child.exitCode, output]).toEqual([null, expect.any(String)]);
    });
    afterAll(async () => {
      await sender.close();
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    const worked = () => output.split('\n').filter((line) => line.includes('webhook-test')).length;
    /** An event of its own for each test; the receiver writes its type when it works on it. */
    const event = (endpoint = webhookEndpoint(url)): Outgoing =>
      outgoingOf(endpoint, webhookTest('acme', 'crm', Date.now() + ++tests))!;
    const send = async (outgoing: Outgoing, secrets = [WEBHOOK_SECRET], through = sender) => {
      const endpoint = webhookEndpoint(url, { secrets: secrets.map((secret) => new Secret(secret)) });
      return (await through.send(endpoint, outgoing, new AbortController().signal)).status;
    };
    /** A request whose parts are not those of one that was signed. */
    const forge = async (outgoing: Outgoing, given: { body?: string; headers?: Record<string, string> }) => {
      const signed = signatureHeaders(outgoing, Math.floor(Date.now() / 1_000), [new Secret(WEBHOOK_SECRET)]);
      const headers = { ...byName(signed), ...given.headers };
      const response = await fetch(url, { method: 'POST', headers, body: given.body ?? outgoing.body });
      await response.text();
      return response.status;
    };

    it('takes an event, and a repeat of it without working on it twice', async () => {
      const outgoing = event();
      const before = worked();
      expect([await send(outgoing), await send(outgoing)]).toEqual([200, 200]);
      await until(() => worked() > before, 'the work');
      // What follows is seen after it.
      const next = event();
      expect(await send(next)).toBe(200);
      await until(() => worked() >= before + 2, 'the work');
      expect(worked() - before).toBe(2);
    });

    it('takes one that is signed with two secrets, in either order', async () => {
      const before = worked();
      expect(await send(event(), [OTHER_WEBHOOK_SECRET, WEBHOOK_SECRET])).toBe(200);
      expect(await send(event(), [WEBHOOK_SECRET, OTHER_WEBHOOK_SECRET])).toBe(200);
      // Some work after their answer: what comes next counts from here.
      await until(() => worked() >= before + 2, 'the work');
    });

    it('refuses an altered body, id or timestamp, another secret, an old timestamp, one ahead, and no signature', async () => {
      const before = worked();
      const outgoing = event();
      const seconds = Math.floor(Date.now() / 1_000);
      const at = (ms: number) =>
        new HttpSender({ time: { now: () => Date.now() + ms, monotonic: () => performance.now() } });
      const [old, ahead] = [at(-360_000), at(360_000)];
      expect({
        body: await forge(outgoing, { body: outgoing.body.replace('acme', 'evil') }),
        space: await forge(outgoing, { body: `${outgoing.body}\n` }),
        empty: await forge(outgoing, { body: '' }),
        id: await forge(outgoing, { headers: { 'webhook-id': 'evt_0' } }),
        timestamp: await forge(outgoing, { headers: { 'webhook-timestamp': String(seconds - 1) } }),
        signature: await forge(outgoing, { headers: { 'webhook-signature': 'v1,AAAA' } }),
        none: await fetch(url, { method: 'POST', body: outgoing.body }).then(({ status }) => status),
        secret: await send(outgoing, [OTHER_WEBHOOK_SECRET]),
        old: await send(outgoing, [WEBHOOK_SECRET], old),
        ahead: await send(outgoing, [WEBHOOK_SECRET], ahead),
      }).toEqual(Object.fromEntries(REFUSED.map((what) => [what, 401])));
      await Promise.all([old.close(), ahead.close()]);
      // It was not taken for a repeat by any of these.
      expect(await send(outgoing)).toBe(200);
      await until(() => worked() > before, 'the work');
      expect(worked() - before).toBe(1);
    });
  });

  it('in Laravel is PHP, as all that the page shows', async () => {
    for (const [index, text] of blocksOf('php').entries()) {
      const file = join(dir, `block-${index}.php`);
      await writeFile(file, text);
      expect((await run(PHP, ['-l', file])).stdout).toContain('No syntax errors');
    }
  });

  it.each([
    ['without a secret, that anybody could sign', { DATABASE_DSN: 'sqlite::memory:' }],
    [
      'when its work fails, although it displays errors',
      { DATABASE_DSN: '', PITEL_WEBHOOK_SECRET: WEBHOOK_SECRET },
    ],
  ])('in PHP takes nothing %s', async (_when, given) => {
    const port = await freePort();
    const options = ['-d', 'display_errors=1', '-S', `127.0.0.1:${port}`, 'pitel.php'];
    const env = { PATH: process.env.PATH, ...given };
    const child = spawn(PHP, options, { cwd: dir, stdio: 'ignore', env });
    try {
      await until(() => listens(port), 'the receiver to listen');
      const outgoing = outgoingOf(
        webhookEndpoint('http://localhost/'),
        webhookTest('acme', 'crm', Date.now()),
      )!;
      const seconds = Math.floor(Date.now() / 1_000);
      const key = Buffer.from('PITEL_WEBHOOK_SECRET' in given ? WEBHOOK_SECRET.slice(6) : '', 'base64');
      const signed = createHmac('sha256', key).update(`${outgoing.id}.${seconds}.${outgoing.body}`);
      const headers = {
        'webhook-id': outgoing.id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': `v1,${signed.digest('base64')}`,
      };
      const response = await fetch(`http://127.0.0.1:${port}/`, {
        method: 'POST',
        headers,
        body: outgoing.body,
      });
      await response.text();
      expect(response.status).toBe(500);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('in PHP saves a request as verify reads it', async () => {
    const save = blocksOf('php').at(-1)!.replace('/tmp/saved.txt', join(dir, 'saved.txt'));
    await writeFile(join(dir, 'save.php'), save);
    const port = await freePort();
    const child = spawn(PHP, ['-S', `127.0.0.1:${port}`, 'save.php'], { cwd: dir, stdio: 'ignore' });
    try {
      await until(() => listens(port), 'the receiver to listen');
      const endpoint = webhookEndpoint(`http://127.0.0.1:${port}/`);
      const sender = new HttpSender({ time: { now: () => Date.now(), monotonic: () => performance.now() } });
      const outgoing = outgoingOf(endpoint, webhookTest('acme', 'crm', Date.now()))!;
      const { status } = await sender.send(endpoint, outgoing, new AbortController().signal);
      await sender.close();
      expect(status).toBe(200);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const command = fileURLToPath(new URL('dist/src/cli/webhooks-cli.js', ROOT));
    const env = { PATH: process.env.PATH, WEBHOOK_SECRET };
    const { stdout } = await run(process.execPath, [command, 'verify', '--request', 'saved.txt'], {
      cwd: dir,
      env,
    });
    expect(stdout).toBe('The signature is right; it was signed just now.\n');
    const wrong = await run(process.execPath, [command, 'verify', '--request', 'saved.txt'], {
      cwd: dir,
      env: { ...env, WEBHOOK_SECRET: OTHER_WEBHOOK_SECRET },
    }).catch((error: unknown) => error as { code: number; stdout: string });
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringMatching(/^The secret is another/) });
  });
});

const REFUSED = ['body', 'space', 'empty', 'id', 'timestamp', 'signature', 'none', 'secret', 'old', 'ahead'];

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve((socket.destroy(), true)));
    socket.once('error', () => resolve(false));
  });
}
