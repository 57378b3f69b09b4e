import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../client/test/chromium.js';
import { BRIDGE, CRM, PublicBridge } from '../../client/test/crm.js';
import { createQuietWorld } from '../../simulator/quiet-world.js';
import { createSimulatorServer, type SimulatorServer } from '../../simulator/server.js';
import type { World } from '../../simulator/world.js';
import { laravelApplication } from '../examples/runtimes.js';
import { makeCertificate, type TestCertificate } from '../support/certificate.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';
import { crmBlocks, readmeTag } from './document.js';
import { type PhpCrm, startPhpCrm } from './php-crm.js';

const KEY = 'the-signing-key-of-a-bridge-made-by-openssl-rand';
const PHP = 'PHP on cPanel';
/** Past it something is stuck. */
const PATIENCE_MS = 120_000;
const TEN_MINUTES = '10:00';

/**
 * A CRM in PHP that was made by docs/crm.md and README alone, and the bridge as it is shipped, each on an https site of its own; a strict
 * policy, and a browser that blocks pop-ups.
 */
describe('a CRM in PHP, by docs/crm.md', () => {
  let certificate: TestCertificate;
  let redis: TestRedis;
  let simulator: SimulatorServer;
  let world: World;
  let pbx: string;
  let service: Service;
  let bridge: PublicBridge;
  let crm: PhpCrm;
  let chromium: Chromium;
  let complaints: string[] = [];

  const startBridge = async () => {
    service = await startService({
      PITEL_BASE_URL: pbx,
      PITEL_TOKEN: 'simulator-token',
      REDIS_URL: redis.url,
      AUTH_MODE: 'jwt',
      AUTH_JWT_SECRET: KEY,
      PUBLIC_URL: bridge.origin,
      CORS_ORIGINS: crm.site.origin,
      TRUSTED_PROXIES: '127.0.0.1',
      POLL_INTERVAL_MS: '250',
    });
    bridge.target = service.url;
  };

  /** The page of step 5, with the key's place as it is here. */
  const tokenPage = () =>
    crmBlocks(PHP, 'php')[0]!.replace('/home/acme/bridge-key', `${crm.folder}/bridge-key`);

  beforeAll(async () => {
    certificate = await makeCertificate();
    const tls = { cert: certificate.pem, key: await readFile(certificate.keyFile, 'utf8') };
    redis = await startRedis();
    world = createQuietWorld({ startAt: Date.now() });
    simulator = createSimulatorServer({ tenants: [{ world, token: 'simulator-token' }] });
    ({ url: pbx } = await simulator.listen(0));
    crm = await startPhpCrm(tls);
    bridge = await PublicBridge.open(null, null, tls);
    await startBridge();
    const { origin } = bridge;
    crm.policy = `default-src 'none'; script-src ${origin}; connect-src 'self' ${origin} ${origin.replace('https', 'wss')}; style-src 'none'; img-src data:`;
    await crm.write('bridge-key', `${KEY}\n`);
    await crm.write('login.php', '<?php session_start(); $_SESSION = $_GET; header("Location: /page.php");');
    const here = (html: string) => html.replaceAll('https://bridge.example', origin);
    const page = (tag: string) =>
      `<?php session_start(); ?><!doctype html><meta charset="utf-8"><title>CRM</title><link rel="icon" href="data:,">${here(tag)}`;
    await crm.write('page.php', page(crmBlocks(PHP, 'php')[1]!));
    await crm.write('readme.php', page(readmeTag()));
    chromium = await startChromium([CRM, BRIDGE], { trustsAll: true, blocksPopups: true });
  }, PATIENCE_MS);

  afterAll(async () => {
    await chromium?.close();
    await bridge?.site.close();
    await crm?.stop();
    await service?.stop();
    await simulator?.close();
    await redis?.stop();
    await certificate?.remove();
  });

  beforeEach(async () => {
    complaints = [];
    await crm.write('bridge-token.php', tokenPage());
  });
  afterEach(() => Promise.all(chromium.context.pages().map((page) => page.close())));

  async function tab(path: string): Promise<Page> {
    const page = await chromium.context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(crm.site.origin + path);
    await isLive(page);
    return page;
  }

  const LOGIN = '/login.php?user=an.nguyen&extension=107';
  /** The page's policy lets no text be evaluated by the page itself. */
  const has = (page: Page, state: string) =>
    until(async () => (await page.evaluate(`document.querySelector('pitel-pop')?.status?.state`)) === state);
  const sessionCookie = async () => {
    const login = await fetch(crm.url + LOGIN, { redirect: 'manual' });
    return login.headers.get('set-cookie')!.split(';')[0]!;
  };
  /** What the bridge answers the agent who is logged in. */
  const liveCalls = async () => {
    const headers = { cookie: await sessionCookie() };
    const token = await fetch(`${crm.url}/bridge-token.php`, { method: 'POST', headers });
    const authorization = `Bearer ${await token.text()}`;
    return (await fetch(`${service.url}/v1/calls`, { headers: { authorization } })).text();
  };
  const isLive = (page: Page) => has(page, 'live');
  const cards = (page: Page, number: string) => page.locator('pitel-pop .card', { hasText: number });

  function rings(customer: string): () => boolean {
    world.advanceTo(Date.now());
    const call = { kind: 'direct', extension: '107', customer, answerAfterMs: null } as const;
    const { callKey } = world.startCall({ ...call, leavesAfterMs: null });
    return () => world.hangUp(callKey);
  }

  it('hands out a token to who is logged in, for that extension and no other, and to POST alone', async () => {
    const cookie = await sessionCookie();
    const ask = (init: RequestInit) => fetch(`${crm.url}/bridge-token.php?extension=108`, init);
    const answer = await ask({ method: 'POST', headers: { cookie } });
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const token = await answer.text();
    const payload = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
    expect(payload).toMatchObject({ tenant: 'default', sub: 'an.nguyen', extensions: ['107'] });
    const calls = await fetch(`${service.url}/v1/calls`, { headers: { authorization: `Bearer ${token}` } });
    expect(calls.status).toBe(200);
    expect((await ask({ method: 'POST' })).status).toBe(401);
    expect((await ask({ headers: { cookie } })).status).toBe(405);
  });

  it('keeps no other page of the agent waiting: the session is closed before the token is signed', async () => {
    const cookie = await sessionCookie();
    // Reading the key waits until it is written.
    const pipe = join(crm.folder, 'slow-key');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await crm.write('slow-token.php', tokenPage().replace('/bridge-key', '/slow-key'));
    const token = fetch(`${crm.url}/slow-token.php`, { method: 'POST', headers: { cookie } });
    // Opens once the page reads, and so after its session was opened.
    const key = await open(pipe, 'w');
    expect((await fetch(`${crm.url}/page.php`, { headers: { cookie } })).status).toBe(200);
    await key.writeFile(KEY);
    await key.close();
    expect(await (await token).text()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('shows the card by either tag, under a strict policy, without a complaint; in two tabs once', async () => {
    const tabs = [await tab(LOGIN), await tab('/readme.php')];
    const hangUp = rings('0914237383');
    const shown = async () =>
      (await Promise.all(tabs.map((page) => cards(page, '0914237383').count()))).join(' ');
    await until(async () => (await shown()) !== '0 0');
    hangUp();
    await until(async () => (await shown()) === '0 0');
    // Another call comes after whatever the other tab could have shown of the first.
    const again = rings('0914237384');
    await until(async () =>
      (await Promise.all(tabs.map((page) => cards(page, '0914237384').count()))).some(Boolean),
    );
    expect((await Promise.all(tabs.map((page) => page.locator('pitel-pop .card').count()))).sort()).toEqual([
      0, 1,
    ]);
    again();
    expect(complaints).toEqual([]);
    expect(crm.asked.filter((line) => line.includes('bridge-token'))).toEqual(
      expect.arrayContaining(['POST /bridge-token.php']),
    );
  });

  it('shows the card after the token has expired, and after the tab slept ten minutes', async () => {
    // A token of the shortest life, and then one that ended while the tab slept.
    await crm.write('bridge-token.php', tokenPage().replace('time() + 3600', 'time() + 3'));
    const page = await chromium.context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.clock.install();
    await page.goto(crm.site.origin + LOGIN);
    await isLive(page);
    const asked = () => crm.asked.filter((line) => line === 'POST /bridge-token.php').length;
    const before = asked();
    await until(() => asked() >= before + 2);
    const first = rings('0914237385');
    await cards(page, '0914237385').waitFor();
    first();
    await crm.write('bridge-token.php', tokenPage());
    bridge.site.cut();
    await page.clock.fastForward(TEN_MINUTES);
    const second = rings('0914237386');
    await cards(page, '0914237386').waitFor();
    second();
  });

  it('shows the card of a call that came while the browser had frozen the tab', async () => {
    const page = await tab(LOGIN);
    const devtools = await chromium.context.newCDPSession(page);
    const lifecycle = (state: 'frozen' | 'active') => devtools.send('Page.setWebLifecycleState', { state });
    await lifecycle('frozen');
    bridge.site.cut();
    const hangUp = rings('0914237388');
    await until(async () => (await liveCalls()).includes('0914237388'));
    expect(await cards(page, '0914237388').count()).toBe(0);
    await lifecycle('active');
    await cards(page, '0914237388').waitFor();
    hangUp();
    await cards(page, '0914237388').waitFor({ state: 'detached' });
  });

  it('has the customer’s name on the card, however the CRM has written the number, and no other', async () => {
    const file = `${crm.folder}/crm.sqlite`;
    const page = crmBlocks(PHP, 'php')[2]!.replace(
      'mysql:host=localhost;dbname=crm;charset=utf8mb4',
      `sqlite:${file}`,
    );
    const tables = `$db = new PDO('sqlite:${file}');
      $db->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, tel TEXT);
        INSERT INTO customers (name, tel) VALUES ('Anh Tuấn', '0914.237 391'), ('Chị Hoa', '+84914237392'), ('Không số', '')");`;
    expect(spawnSync('php', [], { input: `<?php ${tables}`, encoding: 'utf8' }).stderr).toBe('');
    await crm.write('bridge-customer.php', page);
    await crm.write('bridge-customer.js', crmBlocks(PHP, 'js')[0]!);
    const [tag] = crmBlocks(PHP, 'php').slice(1);
    await crm.write(
      'page.php',
      `<?php session_start(); ?><!doctype html><meta charset="utf-8"><title>CRM</title><link rel="icon" href="data:,">
        ${tag!.replaceAll('https://bridge.example', bridge.origin)}<script src="/bridge-customer.js" defer></script>`,
    );
    crm.policy = crm.policy.replace('script-src ', "script-src 'self' ");
    expect((await fetch(`${crm.url}/bridge-customer.php`, { method: 'POST' })).status).toBe(401);
    const shown = await tab(LOGIN);
    for (const [number, name] of [
      ['0914237391', 'Anh Tuấn'],
      ['0914237392', 'Chị Hoa'],
    ] as const) {
      const hangUp = rings(number);
      await cards(shown, number).filter({ hasText: name }).waitFor();
      hangUp();
    }
    const hangUp = rings('0914237393');
    await cards(shown, '0914237393').waitFor();
    await until(() => crm.asked.filter((line) => line.includes('bridge-customer.php')).length >= 3);
    expect(await shown.locator('pitel-pop .card', { hasText: 'Không số' }).count()).toBe(0);
    hangUp();
    expect(complaints).toEqual([]);
  });

  it('shows the card after the bridge was restarted', async () => {
    const page = await tab(LOGIN);
    bridge.target = null;
    await service.stop();
    bridge.site.cut();
    await has(page, 'stale');
    await startBridge();
    const hangUp = rings('0914237387');
    await cards(page, '0914237387').waitFor();
    hangUp();
  });
});

describe('the other programs of docs/crm.md', () => {
  it('sign in WordPress what the bridge takes, for a user with an extension alone', () => {
    const [plugin] = crmBlocks('WordPress', 'php');
    const run = (extension: string, hook: string, method = 'POST') => {
      const wordPress = `
        $hooks = []; $_SERVER['REQUEST_METHOD'] = '${method}';
        const PITEL_BRIDGE_KEY = '${KEY}'; const PITEL_BRIDGE_TENANT = 'default';
        function add_action($name, $act) { $GLOBALS['hooks'][$name] = $act; }
        function wp_get_current_user() { return (object) ['ID' => 7]; }
        function get_current_user_id() { return 7; }
        function get_user_meta($id, $name, $single) { return $id === 7 && $name === 'pitel_extension' ? '${extension}' : ''; }
        function nocache_headers() {}
        function esc_attr($text) { return htmlspecialchars($text); }
        function esc_url($text) { return htmlspecialchars($text); }
        function admin_url($path) { return 'https://crm.example/wp-admin/' . $path; }`;
      const source = plugin!.replace('<?php', `<?php ${wordPress}`) + `\n$hooks['${hook}']();`;
      const { stdout, stderr, status } = spawnSync('php', [], { input: source, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      return stdout;
    };
    const [head, payload, signature] = run('107', 'wp_ajax_bridge_token').split('.');
    expect([head, signature].every((part) => /^[\w-]{20,}$/.test(part!))).toBe(true);
    const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString()) as object;
    expect(claims).toMatchObject({ tenant: 'default', sub: '7', extensions: ['107'] });
    expect(run('', 'wp_ajax_bridge_token')).toBe('');
    expect(run('107', 'wp_ajax_bridge_token', 'GET')).toBe('');
    expect(run('', 'admin_footer')).toBe('');
    expect(run('107', 'admin_footer')).toBe(
      '<script type="module" src="https://bridge.example/client.js"></script><pitel-pop extension="107" token-url="https://crm.example/wp-admin/admin-ajax.php?action=bridge_token"></pitel-pop>',
    );
  });

  it('sign in Laravel, which answers 419 until the address is excepted, and 401 to a visitor', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pitel-laravel-'));
    try {
      const { dir, env } = await laravelApplication(folder);
      const [route] = crmBlocks('Laravel', 'php');
      await writeFile(join(dir, 'routes/web.php'), route!);
      const ask = (user: string, except: string) => {
        const source = `<?php
          $app = require '${dir}/bootstrap/app.php';
          $kernel = $app->make(Illuminate\\Contracts\\Http\\Kernel::class);
          $kernel->bootstrap();
          config(['services.bridge' => ['key' => '${KEY}', 'tenant' => 'default']]);
          class Excepting extends Illuminate\\Foundation\\Http\\Middleware\\VerifyCsrfToken { protected $except = ${except}; }
          $app->bind(Illuminate\\Foundation\\Http\\Middleware\\VerifyCsrfToken::class, Excepting::class);
          $request = Illuminate\\Http\\Request::create('/bridge-token', 'POST');
          $request->setUserResolver(fn () => ${user});
          $answer = $kernel->handle($request);
          echo $answer->getStatusCode(), ' ', $answer->headers->get('Cache-Control'), ' ', $answer->getContent();`;
        const { stdout } = spawnSync('php', [], {
          input: source,
          encoding: 'utf8',
          env: { ...process.env, ...env },
        });
        return stdout.split(' ');
      };
      const agent = "(object) ['id' => 7, 'extension' => '107']";
      expect(ask(agent, '[]')[0]).toBe('419');
      expect(ask('null', "['bridge-token']")[0]).toBe('401');
      const answer = ask(agent, "['bridge-token']");
      expect([answer[0], answer.join(' ').includes('no-store')]).toEqual(['200', true]);
      const [, payload] = answer.at(-1)!.split('.');
      expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
        tenant: 'default',
        sub: '7',
        extensions: ['107'],
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
