import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, request as ask, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Upstream } from '../../src/app/upstream.js';
import { parseConfig } from '../../src/config/parse-config.js';
import { readUtf8 } from '../../src/config/secrets/read-text.js';
import { EndpointReader } from '../../src/source/endpoint-reader.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';

const USER = 'pr0xy-user';
const PASSWORD = 'pr0xy:p@ss/word';
const PAIR = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}`;
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
const UNTRUSTED =
  /^certificate of 127\.0\.0\.1 is not trusted \([A-Z_]+\): PITEL_CA_FILE can name its authority$/;
const closing: (() => Promise<unknown>)[] = [];
let certificate: TestCertificate;

beforeAll(async () => {
  certificate = await makeCertificate();
});
afterAll(() => certificate.remove());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listening(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

/** A PBX over http and over https, and what it was sent. */
async function pbx() {
  const headers: unknown[] = [];
  const answer: RequestListener = (request, response) => {
    headers.push([request.url, request.headers]);
    response.end('{"data":[]}');
  };
  const tls = { cert: await readFile(certificate.certFile), key: await readFile(certificate.keyFile) };
  return {
    headers,
    http: await listening(createServer(answer)),
    https: await listening(createTlsServer(tls, answer)),
  };
}

/** A forward proxy, which reaches the PBX whatever name it is asked for, and can ask for user and password. */
async function proxy(ports: { readonly http: number; readonly https: number }, wants: string | null = null) {
  const seen: string[] = [];
  const tunnels = new Set<Socket>();
  const isAllowed = (sent: string | undefined) => wants === null || sent === `Basic ${wants}`;
  const server = createServer((request, response) => {
    seen.push(request.url!);
    if (!isAllowed(request.headers['proxy-authorization'])) {
      return void response.writeHead(407, { 'content-type': 'text/html' }).end(`<p>${wants} is wanted</p>`);
    }
    const { pathname, search } = new URL(request.url!);
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    ask({ host: '127.0.0.1', port: ports.http, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (request, socket: Socket) => {
    seen.push(request.url!);
    if (!isAllowed(request.headers['proxy-authorization'])) {
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    }
    const through = connect(ports.https, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      through.pipe(socket);
      socket.pipe(through);
    });
    tunnels.add(through.on('error', () => undefined));
  });
  const port = await listening(server);
  closing.push(() => {
    for (const tunnel of tunnels) tunnel.destroy();
    return Promise.resolve();
  });
  return { seen, host: `127.0.0.1:${port}` };
}

/** A bridge's way to its PBX, as its environment says, and all that it shows. */
async function bridge(env: Record<string, string>, tenant = 'default') {
  const result = parseConfig(
    { PITEL_TOKEN: 'tok3n', STORE: 'memory', AUTH_MODE: 'none', POLL_TIMEOUT_MS: '3000', ...env },
    readUtf8,
  );
  if (!result.ok) throw new Error(result.problems.join('\n'));
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => lines.push(line) });
  const upstream = new Upstream({ config: result.config, log });
  const open = upstream.connections.open(tenant)!;
  closing.push(() => open.close());
  const reader = new EndpointReader(open.connection);
  /** Until the host counts as down, so that the log names it. */
  const fail = async () => {
    const reasons = new Set<string | null>();
    for (let poll = 0; poll < 6; poll++) reasons.add((await reader.poll('monitor')).observation.reason);
    return [...reasons];
  };
  const shown = () =>
    [...lines, ...result.warnings, inspect([upstream, result.config], { depth: 20, showHidden: true })].join(
      '\n',
    );
  return { poll: () => reader.poll('monitor'), fail, lines, shown, conceal: open.connection.conceal };
}

describe('a PBX whose certificate a private authority has signed', () => {
  it('is asked where PITEL_CA_FILE names it; otherwise the reason names the certificate', async () => {
    const { https } = await pbx();
    const PITEL_BASE_URL = `https://127.0.0.1:${https}`;
    const trusting = await bridge({ PITEL_BASE_URL, PITEL_CA_FILE: certificate.certFile });
    expect((await trusting.poll()).observation.outcome).toBe('complete');
    const other = await bridge({ PITEL_BASE_URL });
    expect((await other.poll()).observation.reason).toMatch(UNTRUSTED);
  });

  it('is asked where the tenant names it, and other tenants of that host do not trust it', async () => {
    const { https } = await pbx();
    const file = join(dirname(certificate.certFile), 'tenants.json');
    const baseUrl = `https://127.0.0.1:${https}`;
    const tenants = [
      { id: 'one', baseUrl, token: 't', caFile: 'cert.pem' },
      { id: 'two', baseUrl, token: 't' },
    ];
    await writeFile(file, JSON.stringify({ tenants }));
    const env = { TENANTS_FILE: file, PITEL_TOKEN: '' };
    expect((await (await bridge(env, 'one')).poll()).observation.outcome).toBe('complete');
    expect((await (await bridge(env, 'two')).poll()).observation.reason).toMatch(UNTRUSTED);
  });

  it('for another name says so, and so does what speaks no TLS', async () => {
    const { http, https } = await pbx();
    const { host } = await proxy({ http, https });
    const env = { PITEL_CA_FILE: certificate.certFile, PITEL_PROXY: host };
    const named = await bridge({ ...env, PITEL_BASE_URL: 'https://pbx.internal.test' });
    expect((await named.poll()).observation.reason).toBe(
      'certificate of pbx.internal.test is for another name',
    );
    const plain = await bridge({ PITEL_BASE_URL: `https://127.0.0.1:${http}` });
    expect((await plain.poll()).observation.reason).toMatch(/^no TLS with 127\.0\.0\.1 \([A-Z_0-9]+\)$/);
  });
});

describe('a PBX behind a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'PITEL_PROXY'])('is asked through a tunnel: %s', async (name) => {
    const { https, headers } = await pbx();
    const through = await proxy({ http: 0, https }, BASIC);
    const asked = await bridge({
      PITEL_BASE_URL: 'https://127.0.0.1:1',
      PITEL_CA_FILE: certificate.certFile,
      [name]: `http://${PAIR}@${through.host}`,
    });
    for (let poll = 0; poll < 6; poll++) {
      expect((await asked.poll()).observation.outcome).toBe('complete');
    }
    expect(new Set(through.seen)).toEqual(new Set(['127.0.0.1:1']));
    // A tunnel is kept. It may still be finishing its last answer when the next request begins.
    expect(through.seen.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(headers)).not.toContain(BASIC);
  });

  it.each(['HTTP_PROXY', 'http_proxy', 'PITEL_PROXY'])(
    'is asked for by its whole address: %s',
    async (name) => {
      const { http, headers } = await pbx();
      const through = await proxy({ http, https: 0 }, BASIC);
      const asked = await bridge({
        PITEL_BASE_URL: 'http://pbx.internal.test',
        [name]: `http://${PAIR}@${through.host}`,
      });
      expect((await asked.poll()).observation.outcome).toBe('complete');
      expect(through.seen).toEqual(['http://pbx.internal.test/v3/monitor?=null']);
      expect(headers).toMatchObject([
        ['/v3/monitor?=null', { host: 'pbx.internal.test', authorization: 'Bearer tok3n' }],
      ]);
    },
  );

  it('is asked without it where PITEL_PROXY says none, or NO_PROXY excepts it', async () => {
    const { http } = await pbx();
    const through = await proxy({ http, https: 0 });
    const env = { PITEL_BASE_URL: `http://127.0.0.1:${http}`, HTTP_PROXY: `http://${through.host}` };
    for (const without of [{ PITEL_PROXY: 'none' }, { NO_PROXY: 'other.example, 127.0.0.0/8' }]) {
      expect((await (await bridge({ ...env, ...without })).poll()).observation.outcome).toBe('complete');
    }
    expect(through.seen).toEqual([]);
  });

  it('says that it is the proxy that refuses, or that is not there', async () => {
    const { http, https } = await pbx();
    const through = await proxy({ http, https }, 'other');
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const reasonOf = async (PITEL_BASE_URL: string, PITEL_PROXY: string) =>
      (await (await bridge({ PITEL_BASE_URL, PITEL_PROXY })).poll()).observation.reason;
    expect(await reasonOf('https://pbx.example', through.host)).toBe(
      `proxy ${through.host} opens no tunnel: HTTP 407, it asks for other credentials`,
    );
    expect(await reasonOf('http://pbx.example', through.host)).toBe(
      'HTTP 407, it asks for other credentials',
    );
    for (const scheme of ['http', 'https']) {
      expect(await reasonOf(`${scheme}://pbx.example`, `127.0.0.1:${port}`)).toBe(
        `connection to the proxy 127.0.0.1:${port} refused`,
      );
    }
  });

  it("shows the proxy's user and password in no line, reason or inspection", async () => {
    const { http, https } = await pbx();
    const through = await proxy({ http, https }, 'other');
    const gone = `http://${PAIR}@127.0.0.1:1`;
    for (const PITEL_PROXY of [`http://${PAIR}@${through.host}`, gone]) {
      for (const PITEL_BASE_URL of ['http://pbx.example', 'https://pbx.example']) {
        const asked = await bridge({ PITEL_BASE_URL, PITEL_PROXY });
        const shown = [...(await asked.fail()), asked.shown()].join('\n');
        for (const secret of [USER, PASSWORD, encodeURIComponent(PASSWORD), BASIC]) {
          expect(shown).not.toContain(secret);
          expect(asked.conceal(`a ${PASSWORD} and ${BASIC}`)).toBe('a […] and […]');
        }
        if (PITEL_PROXY === gone) expect(asked.lines.join()).toContain('over the proxy 127.0.0.1:1 is down');
      }
    }
  });
});
