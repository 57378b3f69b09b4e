import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { type Chromium, startChromium } from '../../client/test/chromium.js';
import { NO_HABITS } from '../../simulator/options.js';
import { createSimulatorServer, type SimulatorServer } from '../../simulator/server.js';
import { createWorld, type World } from '../../simulator/world.js';
import { patientClock } from '../support/patient-clock.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { SECRET, token } from '../support/delivery.js';
import { type Place, PROXY_NAMES, type ReverseProxy, startProxy } from '../support/proxies.js';
import { freePort } from '../support/redis.js';
import { ROOT } from '../support/root.js';
import { type LogLine, type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

/** The bridge behind each proxy that Debian has, with the configuration files that docs/reverse-proxy.md shows. */

const PATHS: Readonly<Record<Place, string>> = { root: '', 'sub-path': '/bridge' };
const CASES = PROXY_NAMES.flatMap((name) =>
  (['root', 'sub-path'] as const).map((place) => ({ name, place })),
);
/** An address of this machine that is no proxy's. */
const CLIENT = '127.0.0.66';

let certificate: TestCertificate;
let chromium: Chromium;
let pbx: SimulatorServer;
let pbxUrl: string;
let world: World;

beforeAll(async () => {
  certificate = await makeCertificate();
  chromium = await startChromium([], { trustsAll: true, showsPagesOnly: true });
  world = createWorld({
    seed: 7,
    startAt: Date.now(),
    traffic: { callsPerHour: 0, unregistersPerHour: 0 },
    habits: NO_HABITS,
  });
  pbx = createSimulatorServer({
    tenants: [{ world, token: 'upstream-token' }],
    clock: patientClock(world.now),
  });
  pbxUrl = (await pbx.listen(0)).url;
});
afterAll(async () => {
  await chromium?.close();
  await pbx?.close();
  await certificate?.remove();
});

describe.each(CASES)('behind $name, at a $place', ({ name, place }) => {
  const path = PATHS[place];
  let proxy: ReverseProxy;
  let bridge: Service;
  let origin: string;
  const sockets: Socket[] = [];
  const agent = new Agent({ keepAlive: false });

  beforeAll(async () => {
    const [port, target] = [await freePort(), await freePort()];
    origin = `https://localhost:${port}`;
    bridge = await startService({
      PITEL_BASE_URL: pbxUrl,
      STORE: 'memory',
      PORT: String(target),
      AUTH_MODE: 'jwt',
      AUTH_JWT_SECRET: SECRET,
      TENANT_ID: 'acme',
      TRUSTED_PROXIES: '127.0.0.1',
      PUBLIC_URL: origin + path,
      CLIENT_FAILURES_PER_SECOND: '2',
    });
    proxy = await startProxy(name, place, { port, target, certificate });
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await proxy?.stop();
    await bridge?.stop();
  });

  /** A request from outside; `below` is appended to the path that the bridge lies below. */
  function ask(
    below: string,
    headers: Record<string, string> = {},
    localAddress = CLIENT,
  ): Promise<IncomingMessage> {
    const { port } = new URL(origin);
    return new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port,
        path: path + below,
        localAddress,
        agent,
        servername: 'localhost',
      };
      request(
        { ...options, ca: certificate.pem, headers: { host: `localhost:${port}`, ...headers } },
        resolve,
      )
        .on('error', reject)
        .end();
    });
  }
  async function text(below: string, headers?: Record<string, string>): Promise<string> {
    const answer = await ask(below, headers);
    expect([below, answer.statusCode]).toEqual([below, 200]);
    let all = '';
    for await (const piece of answer) all += String(piece);
    return all;
  }
  async function status(below: string, headers?: Record<string, string>): Promise<number | undefined> {
    const answer = await ask(below, headers);
    answer.resume();
    await once(answer, 'close');
    return answer.statusCode;
  }
  const bearer = async () => ({ authorization: `Bearer ${await token()}` });
  const call = () => world.startCall({ kind: 'direct', extension: '107', answerAfterMs: 200, talkMs: 500 });

  it.each(['websocket', 'polling'] as const)(
    'Socket.IO brings a page of the bridge its snapshot and its events, over %s',
    async (transport) => {
      const socket = io(origin, {
        path: `${path}/socket.io`,
        auth: { token: await token() },
        transports: [transport],
        extraHeaders: { origin },
        ca: certificate.pem,
        forceNew: true,
        reconnection: false,
      });
      sockets.push(socket);
      const got: string[] = [];
      socket.onAny((message: string) => got.push(message));
      socket.on('connect_error', (error) => got.push(error.message));
      await until(() => got.length > 0, 'a snapshot');
      expect(got[0]).toBe('snapshot');
      call();
      await until(() => got.includes('call-ended'), 'the end of a call');
      expect(got).toEqual(expect.arrayContaining(['call-started', 'call-answered']));
      expect(socket.io.engine.transport.name).toBe(transport);
    },
  );

  it('Socket.IO refuses a page of another origin', async () => {
    const { port } = new URL(origin);
    for (const foreign of ['https://evil.example', `http://localhost:${port}`, bridge.url]) {
      const socket = io(origin, {
        path: `${path}/socket.io`,
        auth: { token: await token() },
        transports: ['websocket'],
        extraHeaders: { origin: foreign },
        ca: certificate.pem,
        forceNew: true,
        reconnection: false,
      });
      sockets.push(socket);
      const refusal = await new Promise((resolve) => {
        socket.on('connect', () => resolve('was let in'));
        socket.on('connect_error', (error) => resolve((error as { data?: { code?: string } }).data?.code));
      });
      expect([foreign, refusal]).toEqual([foreign, 'origin-not-allowed']);
    }
  });

  it('an event stream brings each event at once, while it stays open', async () => {
    const stream = await ask('/v1/events/stream', await bearer());
    expect(stream.statusCode).toBe(200);
    let all = '';
    stream.on('data', (piece) => (all += String(piece)));
    call();
    await until(() => all.includes('event: call-ended'), 'the end of a call on the stream');
    expect(stream.complete).toBe(false);
    stream.destroy();
  });

  it('the pages and all that they load are there', async () => {
    for (const page of ['/', '/pop']) {
      const html = await text(page);
      const assets = [...html.matchAll(/(?:src|href)="\.(\/[^"]+)"/g)].map(([, address]) => address!);
      expect(assets.length).toBeGreaterThan(1);
      for (const asset of assets) expect((await text(asset)).length).toBeGreaterThan(0);
    }
  });

  it('/docs and its documents name the public address, and every link leads somewhere', async () => {
    const page = await text('/docs');
    const links = [...page.matchAll(/ (?:href|src)="(\/[^"]*)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(6);
    for (const link of new Set(links)) {
      expect(link.startsWith(`${path}/`)).toBe(true);
      expect([link, await status(link.slice(path.length))]).toEqual([link, 200]);
    }
    expect(JSON.parse(await text('/docs/openapi.json'))).toMatchObject({ servers: [{ url: origin + path }] });
    expect(JSON.parse(await text('/docs/asyncapi.json'))).toMatchObject({
      servers: { bridge: { host: new URL(origin).host, pathname: `${path}/socket.io` } },
    });
  });

  it('a person opens the wallboard, signs in, and goes from page to page', async () => {
    const page = await chromium.context.newPage();
    const failed: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400 && response.status() !== 401)
        failed.push(`${response.status()} ${response.url()}`);
    });
    page.on('request', (asked) => {
      if (new URL(asked.url()).origin !== origin && !asked.url().startsWith('data:'))
        failed.push(asked.url());
    });
    await page.addInitScript("localStorage.setItem('pitel-language', 'en')");
    // Without the slash at its end, as people type it.
    await page.goto(origin + path);
    expect(page.url()).toBe(`${origin}${path}/`);
    await page.locator('#token').fill(await token());
    await page.locator('.sign-in .primary').click();
    await page.locator('.board[data-freshness=fresh]').waitFor();
    call();
    await page.locator('#tab-events').click();
    await page.locator('.feed li[data-type=call-answered]').first().waitFor();
    await page.locator('header nav a', { hasText: 'API docs' }).click();
    await page.locator('h1', { hasText: 'Pitel event bridge' }).waitFor();
    await page.locator('header nav a', { hasText: 'Screen pop' }).click();
    await page.locator('header button', { hasText: 'Sign out' }).waitFor();
    expect(page.url()).toBe(`${origin}${path}/pop`);
    expect(failed).toEqual([]);
    // The next case is another bridge.
    await page.evaluate('sessionStorage.clear()');
    await page.close();
  });

  it('shows neither metrics nor health to the outside, however they are written', async () => {
    const twice = place === 'root' ? [] : [`${path}/metrics`, `${path}${path}/metrics`];
    const forms = [
      '/metrics',
      '/metrics/',
      '/METRICS',
      '/%6Detrics',
      '//metrics',
      '/./metrics',
      '/v1/../metrics',
    ];
    for (const form of [...forms, ...twice, '/metrics?x', '/health/ready', '/Health/live'])
      expect([form, [403, 404].includes((await status(form))!)]).toEqual([form, true]);
    const inside = await fetch(`${bridge.url}/metrics`);
    expect([inside.status, await inside.text()]).toEqual([200, expect.stringContaining('pitel_')]);
  });

  it('counts a client by its own address, which it cannot forge, and slows down no other', async () => {
    for (let turn = 0; turn < 14; turn += 1)
      expect(
        await status('/v1/calls', {
          authorization: 'Bearer no-token',
          'x-forwarded-for': `198.51.100.${turn}`,
        }),
      ).toBe(401);
    const line = (await bridge.line(({ msg }) => msg.startsWith('limit reached: '))) as LogLine & {
      client: string;
    };
    expect(line).toMatchObject({ level: 'warn', limit: 'failures', client: CLIENT });
    const begun = performance.now();
    const other = await ask('/v1/calls', await bearer(), '127.0.0.67');
    other.resume();
    expect(other.statusCode).toBe(200);
    expect(performance.now() - begun).toBeLessThan(LONGEST_WAIT_MS);
  });
});

/** What an address waits at most whose tokens have failed. */
const LONGEST_WAIT_MS = 1_000;

describe('the configuration files', () => {
  it.each(CASES)(
    'of $name, at a $place, say with which settings of the bridge they work',
    ({ name, place }) => {
      const suffix = { nginx: '.conf', apache: '.conf', haproxy: '.cfg', caddy: '.Caddyfile' }[name];
      const file = readFileSync(new URL(`deploy/proxy/${name}/${place}${suffix}`, ROOT), 'utf8');
      const host = place === 'root' ? 'bridge.example' : 'example.com/bridge';
      expect(file).toContain(
        `# The bridge: HOST=127.0.0.1 TRUSTED_PROXIES=127.0.0.1 PUBLIC_URL=https://${host}\n`,
      );
    },
  );
});
