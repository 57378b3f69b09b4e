import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { makeCertificate, type TestCertificate } from '../../test/support/certificate.js';
import { LogWriter, token, transition, view } from '../../test/support/delivery.js';
import { DeliveryUnderTest } from '../../test/support/delivery.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import type { CallView } from '../src/contract.js';
import { violationsOf } from '../../test/web/violations.js';
import { type Chromium, startChromium } from './chromium.js';
import { BRIDGE, classicScript, CRM, PublicBridge, Site } from './crm.js';

/** Past it something is stuck. */
const PATIENCE_MS = 120_000;

/** A CRM and a bridge, each on an https site of its own, and a browser as agents have it. */
describe('<pitel-pop> in a CRM', () => {
  let certificate: TestCertificate;
  let script: string;
  let chromium: Chromium;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let bridge: PublicBridge;
  let crm: Site;
  let complaints: string[];
  let tokens: number;
  let life: number;
  let policy: string;
  let calls = 0;

  beforeAll(async () => {
    certificate = await makeCertificate();
    script = await classicScript();
    chromium = await startChromium([CRM, BRIDGE], { trustsAll: true, blocksPopups: true });
  });

  afterAll(async () => {
    await chromium?.close();
    await certificate?.remove();
  });

  beforeEach(async () => {
    complaints = [];
    tokens = 0;
    life = 3_600;
    const tls = { cert: certificate.pem, key: await readFile(certificate.keyFile, 'utf8') };
    crm = await Site.open(CRM, tls, (asked, answer) => {
      if (asked.url === '/bridge-token') {
        tokens += 1;
        const exp = Math.floor(Date.now() / 1_000) + life;
        return void token({ extensions: ['107'] }, { exp }).then((text) => answer.end(text));
      }
      answer.setHeader('content-security-policy', policy);
      answer.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE(bridge.origin));
    });
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    await serve();
    bridge = await PublicBridge.open(delivery.url, script, tls);
    const { origin } = bridge;
    policy = `default-src 'none'; script-src ${origin}; connect-src 'self' ${origin} ${origin.replace('https', 'wss')}; style-src 'none'`;
  });

  afterEach(async () => {
    await Promise.all(chromium.context.pages().map((page) => page.close()));
    await bridge.site.close();
    await crm.close();
    await delivery.stop();
    await store.close();
  });

  const PAGE = (
    origin: string,
  ) => `<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>CRM</title>
    <script async src="${origin}/client/0.1.0.global.js"></script></head><body>
    <main><h1>Khách hàng</h1><label>Ghi chú <input id="notes"></label></main>
    <pitel-pop extension="107" token-url="/bridge-token"></pitel-pop></body></html>`;

  async function serve(): Promise<void> {
    delivery = await DeliveryUnderTest.start(store, { corsOrigins: [crm.origin] });
    // A consumer is connected from the first event on: these logs are written without the state that a cold start reads.
    await delivery.connect({ token: await token() }).first('snapshot');
  }

  async function tab(): Promise<Page> {
    const page = await chromium.context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${crm.origin}/`);
    await page.evaluate(() => {
      const heard: string[] = [];
      const shifts: number[] = [];
      Object.assign(window, { heard, shifts });
      for (const name of ['pitel-offered', 'pitel-answered', 'pitel-ended']) {
        document.addEventListener(name, (event) => {
          const { reason, from } = (event as CustomEvent<{ reason?: string; from?: string }>).detail;
          heard.push([name, reason ?? from].filter(Boolean).join(' '));
        });
      }
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await isLive(page);
    return page;
  }

  const isLive = (page: Page) =>
    page.waitForFunction(() => document.querySelector('pitel-pop')?.status?.state === 'live');
  const heard = (page: Page) => page.evaluate(() => (window as unknown as { heard: string[] }).heard);
  const hears = (page: Page, line: string) =>
    page.waitForFunction((line) => (window as unknown as { heard: string[] }).heard.includes(line), line);
  const card = (page: Page) => page.locator('pitel-pop .card');

  const leg = (extension: string, state: 'ringing' | 'answered' | 'ended') => ({
    extension,
    extensionId: null,
    agentName: null,
    state,
  });
  const agent = (extension: string) => ({ id: null, name: null, username: null, extension });

  async function rings(given: Partial<CallView> = {}): Promise<string> {
    const id = `p${(calls += 1)}`;
    const startedAt = new Date().toISOString();
    const data = view(id, { startedAt, ...given });
    const offer = { extension: '107', extensionId: null, outcome: null };
    await log.commit(
      { type: 'call-started', subject: id, time: 0, data },
      {
        type: 'call-offered',
        subject: id,
        time: 0,
        discriminator: '107/1',
        data: { ...data, offer },
      },
    );
    return id;
  }

  const answers = (id: string, given: Partial<CallView> = {}) => {
    const data = view(id, {
      ...given,
      state: 'answered',
      agent: agent('107'),
      answeredAt: new Date().toISOString(),
      extensions: [leg('107', 'answered')],
    });
    const offer = { extension: '107', extensionId: null, outcome: 'answered' } as const;
    return log.commit(
      { type: 'call-answered', subject: id, time: 0, data },
      { type: 'call-offer-ended', subject: id, time: 0, discriminator: '107/1', data: { ...data, offer } },
    );
  };
  const moves = (id: string, from: string, to: string) =>
    log.commit({
      type: 'call-transferred',
      subject: id,
      time: 0,
      discriminator: `${from}/${to}`,
      data: view(id, {
        state: 'answered',
        agent: agent(to),
        extensions: [leg(from, 'ended'), leg(to, 'answered')],
        transferredFrom: { extension: from },
      }),
    });
  const ends = (id: string, given: Partial<CallView> = {}) =>
    log.commit(transition('call-ended', id, { ...given, state: 'ended', extensions: [leg('107', 'ended')] }));

  it('shows a call under a strict policy, without a complaint, a layout shift or a stolen focus', async () => {
    const page = await tab();
    await page.locator('#notes').focus();
    expect(await violationsOf(page)).toEqual([]);
    const now = new Date().toISOString();
    const about = {
      startedAt: now,
      queue: { id: 'q1', name: 'Bán hàng' },
      hotline: { raw: '02873001234', e164: null, national: '028 7300 1234' },
    };
    const id = await rings(about);
    await card(page).waitFor();
    expect(await card(page).locator('.name').innerText()).toBe('0914237383');
    expect(await card(page).locator('.detail').innerText()).toBe('Bán hàng · 028 7300 1234');
    expect(await card(page).locator('.state').innerText()).toBe('Đang đổ chuông');
    expect(await card(page).locator('.timer').innerText()).toMatch(/^0:\d\d$/);
    expect(await page.locator('pitel-pop [aria-live=assertive]').innerText()).toBe(
      'Cuộc gọi đến: 0914237383',
    );
    const box = (await card(page).boundingBox())!;
    // At the bottom on the right of 1280 × 720.
    expect(box.x).toBeGreaterThan(800);
    expect(box.y + box.height).toBeGreaterThan(680);
    expect(await violationsOf(page)).toEqual([]);
    await answers(id, about);
    await hears(page, 'pitel-answered');
    expect(await card(page).locator('.state').innerText()).toBe('Đang đàm thoại');
    await page.evaluate(() => (document.documentElement.lang = 'en'));
    await ends(id, { ...about, answeredAt: now });
    await hears(page, 'pitel-ended ended');
    expect(await card(page).locator('.state').innerText()).toBe('Ended');
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('notes');
    expect(await heard(page)).toEqual(['pitel-offered', 'pitel-answered', 'pitel-ended ended']);
    expect(await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)).toEqual([]);
    expect(complaints).toEqual([]);
    await card(page).waitFor({ state: 'detached' });
  });

  it('is readable in dark colours', async () => {
    const page = await tab();
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await rings();
    await card(page).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    expect(await card(page).evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
    expect(await card(page).evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      'rgb(31, 36, 43)',
    );
  });

  it('shows one card in two tabs, and again the next call', async () => {
    const tabs = [await tab(), await tab()];
    const total = async () =>
      (await Promise.all(tabs.map(heard))).flat().filter((line) => line === 'pitel-offered').length;
    await rings();
    await until(async () => (await total()) === 1);
    await rings();
    await until(async () => (await total()) === 2);
    expect(complaints).toEqual([]);
  });

  it('stacks calls without moving those that are there, and closes with the keyboard', async () => {
    const page = await tab();
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await rings();
    await card(page).waitFor();
    const before = await card(page).boundingBox();
    await rings({ customer: { raw: 'anonymous', e164: null, national: null } });
    await card(page).nth(1).waitFor();
    expect(await card(page).locator('.name').allInnerTexts()).toEqual(['Số ẩn', '0914237383']);
    expect((await card(page).nth(1).boundingBox())!.y).toBe(before!.y);

    await page.locator('#notes').press('Escape');
    expect(await card(page).count()).toBe(2);
    await page.locator('#notes').press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    expect(await card(page).locator('.name').allInnerTexts()).toEqual(['Số ẩn']);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('notes');
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Escape');
    expect(await card(page).count()).toBe(0);
  });

  it('completes the card with what the CRM knows, and drops what comes too late', async () => {
    const page = await tab();
    await page.evaluate(() => {
      const asked: string[] = [];
      Object.assign(window, { asked });
      document.addEventListener('pitel-lookup', (event) => {
        const { customer, respondWith } = event.detail;
        asked.push(customer.raw);
        if (customer.raw === '01') respondWith({ kind: 'one', name: 'Chị Lan <b>', url: '/customers/1' });
        if (customer.raw === '02')
          respondWith(Promise.resolve({ kind: 'many', count: 3, url: 'javascript:1' }));
        if (customer.raw === '03') respondWith(null);
        if (customer.raw === '04') respondWith(Promise.reject(new Error('no CRM')));
        if (customer.raw === '06')
          respondWith(
            new Promise((done) => Object.assign(window, { late: () => done({ kind: 'one', name: 'Late' }) })),
          );
      });
    });
    const name = (raw: string) => page.locator(`pitel-pop .card`, { hasText: raw }).locator('.name');
    const from = (raw: string) => rings({ customer: { raw, e164: null, national: null } });
    await from('01');
    await name('Lan').locator('a').waitFor();
    expect(await name('Lan').innerText()).toBe('Chị Lan <b>');
    expect(await name('Lan').locator('a').getAttribute('href')).toBe('/customers/1');
    await from('02');
    await name('3 khách hàng').waitFor();
    expect(await name('3 khách hàng').locator('a').count()).toBe(0);
    await from('03');
    await name('Khách hàng mới').waitFor();
    await from('04');
    await page.locator('pitel-pop .detail', { hasText: 'Không tra cứu được' }).waitFor();
    // Not asked for, as it is withheld; and one without an answer is only a number.
    await from('anonymous');
    await from('05');
    await name('05').waitFor();
    const late = await from('06');
    await name('06').waitFor();
    await ends(late);
    await hears(page, 'pitel-ended ended');
    await page.evaluate(() => (window as unknown as { late: () => void }).late());
    await from('07');
    await name('07').waitFor();
    expect(await page.locator('pitel-pop', { hasText: 'Late' }).count()).toBe(0);
    expect(await page.evaluate(() => (window as unknown as { asked: string[] }).asked)).toEqual([
      '01',
      '02',
      '03',
      '04',
      '05',
      '06',
      '07',
    ]);
    expect(complaints).toEqual([]);
  });

  it('says from whom a call was transferred, and when the agent has transferred one', async () => {
    const page = await tab();
    const id = `p${(calls += 1)}`;
    // An attended transfer: this extension's own leg rang in another call.
    await log.commit(transition('call-started', id, { extensions: [leg('106', 'answered')] }));
    await moves(id, '106', '107');
    await hears(page, 'pitel-answered 106');
    expect(await card(page).locator('.state').innerText()).toBe('Đang đàm thoại · chuyển từ 106');
    await moves(id, '107', '108');
    await hears(page, 'pitel-ended transferred');
    expect(await card(page).locator('.state').innerText()).toContain('Đã chuyển máy');
    expect(complaints).toEqual([]);
  });

  it('follows its attributes, survives being moved, and leaves nothing behind', async () => {
    const page = await tab();
    const sockets = () => delivery.stats.sockets;
    const idle = sockets();
    await rings();
    await card(page).waitFor();
    const isSame = await page.evaluate(async () => {
      const pop = document.querySelector('pitel-pop')!;
      const { bridge } = pop;
      pop.remove();
      document.querySelector('main')!.append(pop);
      await Promise.resolve();
      return pop.bridge === bridge;
    });
    expect(isSame).toBe(true);
    expect(await card(page).count()).toBe(1);
    await page.evaluate(() => document.querySelector('pitel-pop')!.setAttribute('extension', '108'));
    await card(page).waitFor({ state: 'detached' });
    await isLive(page);
    await page.evaluate(() => document.querySelector('pitel-pop')!.setAttribute('extension', '107'));
    await card(page).waitFor();
    await page.evaluate(() => {
      const pop = document.querySelector('pitel-pop')!;
      Object.assign(window, { pop });
      pop.remove();
    });
    await until(() => Promise.resolve(sockets() === idle - 1));
    expect(
      await page.evaluate(
        () => (window as unknown as { pop: HTMLElementTagNameMap['pitel-pop'] }).pop.bridge,
      ),
    ).toBeNull();
    await page.evaluate(() => document.body.append((window as unknown as { pop: HTMLElement }).pop));
    await card(page).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is harmless when it is included twice', async () => {
    const page = await tab();
    await page.evaluate((src) => {
      const again = Object.assign(document.createElement('script'), { src });
      return new Promise((loaded) => {
        again.onload = loaded;
        document.head.append(again);
      });
    }, `${bridge.origin}/client/0.2.0.global.js`);
    await rings();
    await card(page).waitFor();
    expect(await card(page).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('asks for a click only where one is wanted', async () => {
    const page = await tab();
    const button = page.locator('pitel-pop .enable');
    expect(await button.isVisible()).toBe(false);
    await page.evaluate(() => document.querySelector('pitel-pop')!.setAttribute('sound', ''));
    await button.waitFor();
    expect(await button.innerText()).toBe('Bật âm thanh và thông báo');
    await rings();
    await card(page).waitFor();
    await chromium.context.grantPermissions(['notifications'], { origin: crm.origin });
    await button.click();
    await button.waitFor({ state: 'hidden' });
    await page.evaluate(() => document.querySelector('pitel-pop')!.setAttribute('sound', '/no-such-sound'));
    await rings();
    await card(page).nth(1).waitFor();
    await chromium.context.clearPermissions();
    expect(
      complaints.filter((line) => !line.includes("'/no-such-sound'") && !line.includes('no-such-sound')),
    ).toEqual([]);
  });

  it('shows a call that came while the tab slept, the bridge was restarted, or the token had expired', async () => {
    const page = await tab();
    const statuses: string[] = [];
    await page.exposeFunction('say', (line: string) => statuses.push(line));
    await page.evaluate(() =>
      document
        .querySelector('pitel-pop')!
        .addEventListener('pitel-status', ({ detail }) =>
          (window as unknown as { say: (line: string) => void }).say(
            `${detail.state} ${detail.problem?.code ?? ''} ${detail.problem?.text ?? ''}`,
          ),
        ),
    );
    // Asleep for ten minutes: nothing runs, and what arrives waits.
    const session = await chromium.context.newCDPSession(page);
    await session.send('Debugger.enable');
    const asleep = new Promise<void>((resolve) => session.once('Debugger.paused', () => resolve()));
    const wakes = page.evaluate(() => {
      document.dispatchEvent(new Event('freeze'));
      // oxlint-disable-next-line no-debugger
      debugger;
      const { now } = Date;
      Date.now = () => now() + 600_000;
      document.dispatchEvent(new Event('resume'));
    });
    await asleep;
    const slept = await rings({ customer: { raw: '0911', e164: null, national: null } });
    expect(statuses).toEqual([]);
    await session.send('Debugger.resume');
    await wakes;
    await card(page).waitFor();
    await ends(slept);
    expect(statuses[0]).toMatch(/^stale tab-frozen the browser had frozen this tab for 60\d s/);
    await session.detach();

    // The bridge restarts.
    await isLive(page);
    bridge.target = null;
    await delivery.stop();
    bridge.site.cut();
    await page.locator('pitel-pop .note', { hasText: 'Mất kết nối' }).waitFor();
    await serve();
    await rings({ customer: { raw: '0912', e164: null, national: null } });
    bridge.target = delivery.url;
    await card(page).filter({ hasText: '0912' }).waitFor();
    await page.locator('pitel-pop .note').waitFor({ state: 'hidden' });

    // Without renewal ahead of time, as after a sleep that was longer than the token's life.
    await page.close();
    life = 2;
    const other = await tab();
    const asked = tokens;
    await until(() => Promise.resolve(tokens > asked));
    life = 3_600;
    await until(() => Promise.resolve(tokens > asked + 1));
    await isLive(other);
    await rings({ customer: { raw: '0913', e164: null, national: null } });
    await card(other).filter({ hasText: '0913' }).waitFor();
  });
});

async function until(test: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${String(test)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
