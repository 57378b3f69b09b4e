import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../client/test/chromium.js';
import { type ScriptedPbx, startPbx } from '../support/pbx.js';
import { freePort } from '../support/redis.js';
import { ROOT } from '../support/root.js';
import { type Service, startService } from '../support/service.js';

const run = promisify(execFile);

/** 28.1 KB when this was written, of which 13 KB are Socket.IO's client: it does not grow by half unnoticed. */
const MOST_BYTES = 40 * 1024;

interface Listed {
  readonly version: string;
  readonly module: { readonly file: string; readonly integrity: string };
  readonly classic: { readonly file: string; readonly integrity: string };
}

/** The client as the bridge serves it, below a path, in pages of another site. */
describe('the client package that the bridge serves', () => {
  let pbx: ScriptedPbx;
  let bridge: Service;
  let base: string;
  let listed: Listed;
  let chromium: Chromium;
  let crm: Server;
  let site: string;
  /** What the pages of the other site are. */
  let html = '';
  let headers: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    pbx = await startPbx();
    crm = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(html),
    );
    crm.listen(0, '127.0.0.1');
    await once(crm, 'listening');
    site = `http://crm.example:${(crm.address() as AddressInfo).port}`;
    const port = await freePort();
    bridge = await startService({
      PITEL_BASE_URL: pbx.url,
      STORE: 'memory',
      PORT: String(port),
      PUBLIC_URL: `http://127.0.0.1:${port}/a/bridge`,
      CORS_ORIGINS: site,
      FRAME_ANCESTORS: site,
    });
    base = `http://127.0.0.1:${port}/a/bridge`;
    listed = (await (await fetch(`${base}/client.json`)).json()) as Listed;
    chromium = await startChromium(['crm.example', 'else.example']);
  });
  afterAll(async () => {
    await chromium.close();
    await bridge.stop();
    await pbx.close();
    crm.closeAllConnections();
    await new Promise((closed) => crm.close(closed));
  });

  const both = () => [listed.module, listed.classic];

  it('has the hashes that are printed: for programs, in /docs and in the sample of npm run token', async () => {
    const docs = await (await fetch(`${base}/docs`)).text();
    for (const { file, integrity } of both()) {
      const bytes = Buffer.from(await (await fetch(`${base}/${file}`)).arrayBuffer());
      expect(integrity).toBe(`sha384-${createHash('sha384').update(bytes).digest('base64')}`);
      expect(docs).toContain(`<td><code>/${file}</code></td><td><code>${integrity}</code></td>`);
    }
    const { file, integrity } = listed.module;
    const tag = `<script type="module" src="${base}/${file}"\n  integrity="${integrity}" crossorigin></script>`;
    expect(docs.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"')).toContain(tag);
    const { stdout, stderr } = await run(
      process.execPath,
      ['dist/src/cli/token-cli.js', '--tenant', 'acme', '--extension', '107', '--sample'],
      {
        cwd: fileURLToPath(ROOT),
        env: {
          PUBLIC_URL: base,
          TENANT_ID: 'acme',
          AUTH_JWT_SECRET: 'a secret of at least thirty-two bytes',
        },
      },
    );
    expect(stderr).toBe(`${tag}\n<pitel-pop extension="107" token-url="/bridge-token"></pitel-pop>\n`);
    // A script that takes the token gets the token alone.
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it('holds the licences of what is in it', async () => {
    const [banner] = (await (await fetch(`${base}/${listed.module.file}`)).text()).split('\n');
    const [notice] = /[\w.-]+\.licenses\.txt/.exec(banner!)!;
    const text = await (await fetch(`${base}/client/${notice}`)).text();
    for (const name of ['socket.io-client', 'engine.io-client', 'socket.io-parser', 'esbuild'])
      expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'));
  });

  it('is small, with gzip and without paths of this machine', async () => {
    for (const { file } of both()) {
      const text = await (await fetch(`${base}/${file}`)).text();
      expect(gzipSync(text, { level: 9 }).length).toBeLessThanOrEqual(MOST_BYTES);
      expect(/node_modules|sourceMappingURL|\/src\//.exec(text)).toBe(null);
    }
  });

  /** Opens a page of another site, and gives what the browser complained about. */
  async function open(
    body: string,
    address = site,
  ): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    html = `<!doctype html><meta charset="utf-8"><title>CRM</title><link rel="icon" href="data:,">${body}`;
    const page = await chromium.context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(address);
    return { page, complaints };
  }

  const tag = (file: string, rest: string) => `<script src="${base}/${file}" ${rest}></script>`;
  const globals = (page: Page) =>
    page.evaluate('[typeof PitelBridge?.createBridge, typeof customElements.get("pitel-pop")]');

  it('runs in a page of another site with its hash, connects below the path, and any other hash stops it', async () => {
    const { module, classic } = listed;
    const elements = '<pitel-pop extension="107"></pitel-pop>';
    const good = [
      tag(module.file, `type="module" integrity="${module.integrity}" crossorigin`),
      tag(classic.file, `integrity="${classic.integrity}" crossorigin`),
    ];
    for (const script of good) {
      const { page, complaints } = await open(elements + script);
      await page.waitForFunction('document.querySelector("pitel-pop").status?.state === "live"');
      expect(complaints).toEqual([]);
      await page.close();
    }
    const { page, complaints } = await open(
      elements + tag(classic.file, `integrity="${module.integrity}" crossorigin`),
    );
    expect(await page.evaluate('customElements.get("pitel-pop") === undefined')).toBe(true);
    expect(complaints.join()).toMatch(/integrity/);
    await page.close();
  });

  it('comes by the address that always leads to the newest, as a module and as a classic script', async () => {
    for (const script of [tag('client.js', 'type="module"'), tag('client.global.js', '')]) {
      const { page, complaints } = await open(`<pitel-pop extension="107"></pitel-pop>${script}`);
      await page.waitForFunction('document.querySelector("pitel-pop").status?.state === "live"');
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  it('is harmless when it is included twice, and as a module beside the classic script', async () => {
    const { module, classic } = listed;
    const first = `${tag(classic.file, '')}<script>window.first = PitelBridge;</script>`;
    const { page, complaints } = await open(
      first + tag(classic.file, '') + tag('client.global.js', '') + tag(module.file, 'type="module"'),
    );
    expect(await globals(page)).toEqual(['function', 'function']);
    expect(await page.evaluate('PitelBridge === first')).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is the same beside RequireJS, and where a page has `module` and `exports`', async () => {
    const loader = `<script>
      var asked = [];
      function define() { asked.push(arguments.length); }
      define.amd = {};
      var exports = {}, module = { exports: exports };
      var before = Object.keys(window);
    </script>`;
    const { page, complaints } = await open(loader + tag(listed.classic.file, ''));
    expect(await globals(page)).toEqual(['function', 'function']);
    expect(await page.evaluate('[asked, Object.keys(module.exports)]')).toEqual([[], []]);
    expect(await page.evaluate('Object.keys(window).filter((name) => !before.includes(name))')).toEqual([
      'PitelBridge',
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('can be imported by a script that a page has', async () => {
    const { page, complaints } = await open(
      `<script type="module">window.name = typeof (await import('${base}/client.js')).screenPop;</script>`,
    );
    await page.waitForFunction('window.name === "function"');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('runs in a page that isolates itself from other origins', async () => {
    headers = {
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-opener-policy': 'same-origin',
    };
    // Browsers isolate only what came securely, or from this machine.
    const isolated = site.replace('crm.example', '127.0.0.1');
    const { page, complaints } = await open(tag('client.global.js', ''), isolated);
    headers = {};
    expect(await globals(page)).toEqual(['function', 'function']);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the wallboard in a frame of a page that FRAME_ANCESTORS names, and of no other', async () => {
    const frame = `<iframe src="${base}/"></iframe>`;
    const { page } = await open(frame);
    await page.frameLocator('iframe').locator('.board').waitFor();
    const refused = page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()));
    await page.goto(site.replace('crm.example', 'else.example'));
    expect((await refused).text()).toContain(site);
    await page.close();
  });
});
