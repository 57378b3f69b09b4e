import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { makeCertificate, type TestCertificate } from '../../test/support/certificate.js';
import { DeliveryUnderTest, LogWriter, token, transition } from '../../test/support/delivery.js';
import { until } from '../../test/support/until.js';
import type { Problem } from '../src/problem.js';
import type { BridgeStatus } from '../src/status.js';
import { type Chromium, startChromium } from './chromium.js';
import { BRIDGE, classicScript, CRM, PublicBridge, Site, type Tls } from './crm.js';

const ELSEWHERE = 'other.site.example';
const PRIVATE = 'bridge.lan';
/** No server of a test listens there. */
const CLOSED_PORT = 9;

/** Each provoked in a browser, and read as a developer reads it. */
describe('the named statuses', () => {
  let certificate: TestCertificate;
  let tls: Tls;
  let script: string;
  let trusting: Chromium;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let bridge: PublicBridge;
  let secureCrm: Site;
  let plainCrm: Site;
  let answerToken: (mode: string) => Promise<{ status?: number; headers?: object; body: string | Buffer }>;
  let policy: string | null;
  let frames: string;
  let ownScript: string;
  let said: string[];

  beforeAll(async () => {
    certificate = await makeCertificate();
    tls = { cert: certificate.pem, key: await readFile(certificate.keyFile, 'utf8') };
    script = await classicScript();
    trusting = await startChromium([CRM, BRIDGE, ELSEWHERE, PRIVATE], {
      trustsAll: true,
      blocksPopups: true,
    });
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    const crm = async (tls: Tls | null, host = CRM) =>
      Site.open(host, tls, (asked, answer) => {
        const { pathname, searchParams } = new URL(asked.url!, 'http://crm');
        if (pathname === '/bridge-token') {
          return void answerToken(searchParams.get('mode') ?? '').then(
            ({ status = 200, headers = {}, body }) => answer.writeHead(status, { ...headers }).end(body),
          );
        }
        if (pathname === '/said') {
          said.push(decodeURIComponent(asked.url!.split('?')[1]!));
          return void answer.end();
        }
        if (pathname === '/script.js') {
          return void answer.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
        }
        if (policy !== null) answer.setHeader('content-security-policy', policy);
        const body =
          pathname === '/around' ? frames : `<script src="/script.js"></script><script>${ownScript}</script>`;
        answer
          .setHeader('content-type', 'text/html; charset=utf-8')
          .end(`<!doctype html><title>CRM</title>${body}`);
      });
    [secureCrm, plainCrm] = [await crm(tls), await crm(null)];
    delivery = await DeliveryUnderTest.start(store, { corsOrigins: [secureCrm.origin, plainCrm.origin] });
    // A consumer is connected from the first event on: these logs are written without the state that a cold start reads.
    await delivery.connect({ token: await token() }).first('snapshot');
    bridge = await PublicBridge.open(delivery.url, script, tls);
  });

  afterAll(async () => {
    await trusting?.close();
    await bridge?.site.close();
    await secureCrm?.close();
    await plainCrm?.close();
    await delivery?.stop();
    await store?.close();
    await certificate?.remove();
  });

  beforeEach(() => {
    policy = null;
    frames = '';
    ownScript = '';
    said = [];
    bridge.target = delivery.url;
    bridge.passesSockets = true;
    answerToken = async () => ({ body: await token({ extensions: ['107'] }) });
  });

  afterEach(async () => {
    await Promise.all(trusting.context.pages().map((page) => page.close()));
  });

  async function open(origin: string, { context } = trusting): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${origin}/`);
    return page;
  }

  /** Starts a client and waits for the first status with a problem. */
  const problem = (
    page: Page,
    url: string,
    tokenUrl = '/bridge-token',
  ): Promise<Problem & { state: string }> =>
    page.evaluate(
      ([url, tokenUrl]) =>
        new Promise<Problem & { state: string }>((resolve) => {
          const { createBridge } = (window as unknown as { PitelBridge: typeof import('../src/index.js') })
            .PitelBridge;
          const bridge = createBridge({ url, tokenUrl });
          Object.assign(window, { bridge });
          bridge.on('status', ({ state, problem }) => {
            if (problem !== undefined) resolve({ ...problem, state });
          });
        }),
      [url, tokenUrl] as const,
    );

  it('names a policy of the page, with the directives to add', async () => {
    policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
    const { origin } = bridge;
    expect(await problem(await open(secureCrm.origin), origin)).toEqual({
      state: 'connecting',
      code: 'content-security-policy',
      text: `this page's Content-Security-Policy (connect-src) blocks the bridge: add script-src ${origin}; connect-src ${origin} ${origin.replace('https', 'wss')}`,
    });
  });

  it('names mixed content', async () => {
    const { code, text } = await problem(await open(secureCrm.origin), `http://${BRIDGE}:3000`);
    expect([code, text]).toEqual([
      'mixed-content',
      `a page on https may not use http://${BRIDGE}:3000: serve the bridge on https, by a proxy with a certificate`,
    ]);
  });

  it('names the origin that the bridge does not list, over WebSocket and over HTTP', async () => {
    const foreign = await Site.open(ELSEWHERE, tls, (asked, answer) => {
      if (asked.url === '/bridge-token') return void token().then((text) => answer.end(text));
      const isScript = asked.url === '/script.js';
      answer.setHeader('content-type', isScript ? 'text/javascript; charset=utf-8' : 'text/html');
      answer.end(isScript ? script : '<script src="/script.js"></script>');
    });
    const expected = {
      code: 'cors',
      text: `${bridge.origin} does not let pages of ${foreign.origin} use it: add ${foreign.origin} to its CORS_ORIGINS`,
    };
    expect(await problem(await open(foreign.origin), bridge.origin)).toEqual({
      state: 'refused',
      ...expected,
    });
    bridge.passesSockets = false;
    expect(await problem(await open(foreign.origin), bridge.origin)).toEqual({
      state: 'connecting',
      ...expected,
    });
    await foreign.close();
  });

  it('names a proxy that does not pass Socket.IO', async () => {
    bridge.passesSockets = false;
    const { code, text } = await problem(await open(secureCrm.origin), bridge.origin);
    expect(code).toBe('no-socket');
    expect(text).toContain('socket.io/ and WebSocket upgrades');
  });

  it('names a bridge that does not answer', async () => {
    bridge.target = null;
    const { code, text } = await problem(await open(secureCrm.origin), `https://${BRIDGE}:${CLOSED_PORT}`);
    expect(code).toBe('unreachable');
    expect(text).toContain(`open https://${BRIDGE}:${CLOSED_PORT}/health/live in a tab`);
  });

  it('names a certificate, alone where only that can be expected', async () => {
    const wary = await startChromium([CRM, BRIDGE, PRIVATE]);
    try {
      const page = await open(plainCrm.origin, wary);
      const unknown = await problem(page, bridge.origin);
      expect(unknown.code).toBe('unreachable');
      expect(unknown.text).toContain('a certificate that the browser does not trust');
    } finally {
      await wary.close();
    }
    const internal = await startChromium(['crm.lan', PRIVATE]);
    try {
      const page = await open(plainCrm.origin.replace(CRM, 'crm.lan'), internal);
      const { code, text } = await problem(page, bridge.origin.replace(BRIDGE, PRIVATE));
      expect(code).toBe('certificate');
      expect(text).toContain('public authorities sign no certificate for such a name');
    } finally {
      await internal.close();
    }
  });

  it('names a private address', async () => {
    const { port } = new URL(plainCrm.origin);
    const apart = await startChromium([CRM, PRIVATE], {
      // The CRM is on the internet, and this machine is not.
      args: [`--ip-address-space-overrides=127.0.0.1:${port}=public`],
    });
    try {
      const page = await open(plainCrm.origin, apart);
      const { code, text } = await problem(page, bridge.origin.replace(BRIDGE, PRIVATE));
      expect(code).toBe('private-address');
      expect(text).toContain('local network');
    } finally {
      await apart.close();
    }
  });

  it('names a browser that is offline', async () => {
    const page = await open(secureCrm.origin);
    const ready = await token();
    await trusting.context.setOffline(true);
    const named = await page.evaluate(
      ([url, token]) =>
        new Promise<BridgeStatus>((resolve) => {
          const { createBridge } = (window as unknown as { PitelBridge: typeof import('../src/index.js') })
            .PitelBridge;
          createBridge({ url: url!, token: token! }).on('status', (status) => {
            if (status.problem !== undefined) resolve(status);
          });
        }),
      [bridge.origin, ready],
    );
    await trusting.context.setOffline(false);
    expect(named).toMatchObject({ state: 'connecting', problem: { code: 'offline' } });
  });

  it('names a frame whose storage is apart, and lets it work', async () => {
    frames = `<iframe name="card" src="${secureCrm.origin}/"></iframe>`;
    const around = await Site.open(ELSEWHERE, tls, (_, answer) => {
      answer.setHeader('content-type', 'text/html').end(`<!doctype html><title>Bitrix</title>${frames}`);
    });
    const page = await trusting.context.newPage();
    await page.goto(around.origin);
    const inFrame = await problem(page.frame('card') as unknown as Page, bridge.origin);
    expect(inFrame).toMatchObject({ state: 'live', code: 'storage-partitioned' });
    expect(inFrame.text).toContain('once for each site');
    // A frame of the same site shares its storage with all tabs.
    await page.goto(`${secureCrm.origin}/around`);
    await page.frame('card')!.waitForFunction('typeof PitelBridge === "object"');
    const state = await page.frame('card')!.evaluate(
      (url) =>
        new Promise<BridgeStatus>((resolve) => {
          const { createBridge } = (window as unknown as { PitelBridge: typeof import('../src/index.js') })
            .PitelBridge;
          createBridge({ url, tokenUrl: '/bridge-token' }).on('status', (status) => {
            if (status.state === 'live') resolve(status);
          });
        }),
      bridge.origin,
    );
    expect(state).toEqual({ state: 'live' });
    await around.close();
  });

  it('names a tab that was discarded', async () => {
    const page = await trusting.context.newPage();
    await page.addInitScript("Object.defineProperty(document, 'wasDiscarded', { value: true })");
    await page.goto(`${secureCrm.origin}/`);
    expect(await problem(page, bridge.origin)).toMatchObject({ state: 'live', code: 'tab-discarded' });
  });

  it.each<[string, string, string, Awaited<ReturnType<typeof answerToken>>]>([
    ['a login page', 'token-login-page', 'is the session over?', { body: '<html>Đăng nhập</html>' }],
    [
      'a redirect',
      'token-redirect',
      'login page',
      { status: 302, headers: { location: '/login' }, body: '' },
    ],
    ['a status', 'token-http-status', 'answered 500', { status: 500, body: 'x' }],
    ['a wrong shape', 'token-shape', 'JWT', { body: 'Notice: undefined' }],
    ['nothing', 'token-empty', 'nothing', { body: '' }],
  ])('names %s instead of a token', async (_, code, text, answer) => {
    answerToken = () => Promise.resolve(answer);
    const named = await problem(await open(secureCrm.origin), bridge.origin);
    expect(named).toMatchObject({ state: 'stale', code });
    expect(named.text).toContain(text);
  });

  it.each([
    ['a byte-order mark', '\uFEFF', 'token-byte-order-mark'],
    ['a newline', '\n', 'token-white-space'],
  ])('names %s before a token, and uses it', async (_, before, code) => {
    answerToken = async () => ({ body: before + (await token()) });
    const named = await problem(await open(secureCrm.origin), bridge.origin);
    expect(named).toMatchObject({ state: 'live', code });
  });

  it('names a token’s address that cannot be asked, and one that does not answer', async () => {
    const page = await open(secureCrm.origin);
    expect(await problem(page, bridge.origin, `https://${ELSEWHERE}:${CLOSED_PORT}/token`)).toMatchObject({
      code: 'token-unreachable',
      text: expect.stringContaining('connect-src'),
    });

    answerToken = () => new Promise(() => undefined);
    const slow = await trusting.context.newPage();
    await slow.clock.install();
    await slow.goto(`${secureCrm.origin}/`);
    let isNamed = false;
    const named = problem(slow, bridge.origin).finally(() => (isNamed = true));
    await until(async () => {
      if (!isNamed) await slow.clock.fastForward('00:16');
      return isNamed;
    });
    expect(await named).toMatchObject({ code: 'token-timeout', text: expect.stringContaining('15 s') });
  });

  it('names a callback of the page that gives no token', async () => {
    const page = await open(secureCrm.origin);
    const named = page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const { createBridge } = (window as unknown as { PitelBridge: typeof import('../src/index.js') })
            .PitelBridge;
          const bridge = createBridge({ url, token: () => Promise.reject(new Error('signed out')) });
          bridge.on('status', ({ problem }) => problem !== undefined && resolve(problem));
        }),
      bridge.origin,
    );
    expect(await named).toEqual({
      code: 'token-failed',
      text: 'the token callback failed: Error: signed out',
    });
  });

  it('calls `blocked` where the browser blocks a pop, and keeps the window that it may use again', async () => {
    const page = await trusting.context.newPage();
    // What a test evaluates counts as a click, so this is the page's own script, and reports over HTTP.
    ownScript = `
      const say = (line) => fetch('/said?' + encodeURIComponent(line));
      const bridge = PitelBridge.createBridge({ url: '${bridge.origin}', tokenUrl: '/bridge-token' });
      bridge.on('status', ({ state }) => say(state));
      PitelBridge.screenPop(bridge, {
        extension: '107',
        open: '/customers?phone={customer.raw}',
        target: 'customer',
        blocked: (call, url) => say('blocked ' + call.callId + ' ' + url),
      });
      addEventListener('click', () => {
        const first = window.open('', 'customer');
        first.opener = null;
        first.location.href = '/first';
      }, { once: true });`;
    await page.goto(`${secureCrm.origin}/`);
    await until(() => said.includes('live'), 'the bridge');
    const rings = async (id: string) => {
      const offer = { extension: '107', extensionId: null, outcome: null };
      const { data } = transition('call-offered', id);
      await log.commit(transition('call-started', id), {
        type: 'call-offered',
        subject: id,
        time: 0,
        discriminator: '107/1',
        data: { ...data, offer } as never,
      });
    };
    const pages = () => trusting.context.pages().length;
    // Beside these it says `live`, again where a slow machine has broken the connection.
    const blocked = () => said.filter((line) => line.startsWith('blocked '));
    const before = pages();
    await rings('b1');
    await until(() => blocked().length > 0, 'the pop');
    expect(blocked()).toEqual([`blocked b1 ${secureCrm.origin}/customers?phone=0914237383`]);
    expect(pages()).toBe(before);
    // A click lets one window open; the next call uses it again.
    await page.mouse.click(5, 5);
    await until(() => pages() === before + 1, 'the window');
    await trusting.context.pages().at(-1)!.waitForURL('**/first');
    await rings('b2');
    await until(
      () => trusting.context.pages().some((each) => each.url().includes('customers')),
      'the customer',
    );
    expect(pages()).toBe(before + 1);
    expect(blocked()).toHaveLength(1);
    const popped = trusting.context.pages().find((each) => each.url().includes('customers'))!;
    expect(await popped.evaluate(() => window.opener)).toBeNull();
  });
});
