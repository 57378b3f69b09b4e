import type { Page } from 'playwright-core';
import { type Chromium, startChromium } from '../../client/test/chromium.js';
import { servePages } from '../../src/app/pages.js';
import { token } from '../support/delivery.js';
import { until } from '../support/until.js';
import { startWebhooksApp, type WebhooksApp } from '../support/webhooks-app.js';
import { DELIVERED, ScriptedWebhooks, webhookView } from '../support/webhooks-control.js';
import { violationsOf } from './violations.js';

const PATIENCE_MS = 120_000;
const PATH = '/pbx/events';
const ERROR = 'status 503: <b>maintenance</b>';
const CURSOR = 'e1:0000000000000007';
const AT = Date.UTC(2026, 2, 2, 3);

/** The page at a bridge below a path, whose webhooks a test moves by hand. */
describe('the page about webhooks', () => {
  let webhooks: ScriptedWebhooks;
  let app: WebhooksApp;
  let chromium: Chromium;
  let base: string;
  let complaints: string[];

  beforeAll(async () => {
    chromium = await startChromium([], { showsPagesOnly: true });
    webhooks = new ScriptedWebhooks();
    app = await startWebhooksApp(webhooks, {
      publicUrl: { origin: 'http://127.0.0.1', path: PATH },
      serve: (served) => servePages(served, PATH),
    });
    base = `${app.url}${PATH}`;
  });
  afterAll(async () => {
    await chromium?.close();
    await app?.close();
  });
  beforeEach(() => {
    complaints = [];
    webhooks.calls.length = 0;
    webhooks.result = DELIVERED;
    webhooks.replayOf = () => Promise.resolve({ delivered: 1, last: DELIVERED, cursor: null });
    webhooks.tenants.set('acme', [
      webhookView('crm'),
      webhookView('chat', { state: 'failing', lagEvents: 12, lagMs: 312_000, lastError: ERROR }),
      webhookView('old', { state: 'disabled', cursor: null, lastDeliveredAt: null }),
    ]);
    webhooks.attemptsOf = [
      {
        at: AT,
        cursor: CURSOR,
        id: 'evt_2',
        kind: 'event',
        outcome: 'event-failed',
        status: 422,
        tookMs: 9,
        error: 'no',
      },
      {
        at: AT - 1_000,
        cursor: null,
        id: 'evt_1',
        kind: 'test',
        outcome: 'delivered',
        status: 200,
        tookMs: 8,
        error: null,
      },
    ];
    webhooks.deadOf = [{ at: AT, cursor: 'e1:0000000000000005', reason: 'refused', tries: 4 }];
  });

  async function open(
    claims: Record<string, unknown> = { webhooks: true },
    { language = 'en', theme = 'light' } = {},
  ): Promise<Page> {
    const page = await chromium.context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      // The browser logs each answer that is an error, which some tests are about.
      if (['error', 'warning'].includes(message.type()) && !/status of (401|404|503)/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:'))
        complaints.push(request.url());
    });
    const kept = { 'pitel-language': language, 'pitel-theme': theme };
    for (const [key, value] of Object.entries(kept))
      await page.addInitScript(`localStorage.setItem('${key}', '${value}')`);
    await page.addInitScript(`sessionStorage.setItem('pitel-token', '${await token(claims)}')`);
    await page.goto(`${base}/webhooks`);
    return page;
  }
  const card = (page: Page, id: string) => page.locator(`[data-webhook=${id}]`);

  it('shows the state of each, what it lacks and its last error, and follows them', async () => {
    const page = await open();
    await card(page, 'chat').waitFor();
    expect(
      await page.locator('.webhook').evaluateAll((all) => all.map((one) => one.getAttribute('data-state'))),
    ).toEqual(['active', 'failing', 'disabled']);
    const failing = await card(page, 'chat').innerText();
    for (const text of ['failing', '12 events, 5:12', ERROR, 'https://crm.example.com/…'])
      expect(failing).toContain(text);
    expect(await card(page, 'crm').innerText()).toContain('up to date');
    expect(await card(page, 'old').innerText()).toContain('never yet');
    webhooks.tenants.set('acme', [webhookView('chat')]);
    await page.locator('[data-webhook=chat][data-state=active]').waitFor();
    expect(await page.locator('.webhook').count()).toBe(1);
    webhooks.tenants.set('acme', []);
    await page.locator('.empty', { hasText: 'No webhook is configured' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('sends a test, and says what came of it', async () => {
    const page = await open();
    await card(page, 'crm').locator('button', { hasText: 'Send test' }).click();
    await card(page, 'crm').locator('.said', { hasText: 'Test: delivered (status 200, 12 ms)' }).waitFor();
    webhooks.result = {
      verdict: { kind: 'endpoint-failed', retryAfterMs: null },
      status: null,
      tookMs: 3,
      error: 'connection refused',
    };
    await card(page, 'crm').locator('button', { hasText: 'Send test' }).click();
    await card(page, 'crm')
      .locator('.said', { hasText: 'receiver failed (status none, 3 ms): connection refused' })
      .waitFor();
    expect(webhooks.calls.filter(([name]) => name === 'test')).toEqual([
      ['test', 'acme', 'crm'],
      ['test', 'acme', 'crm'],
    ]);
    await page.close();
  });

  it('shows the attempts, and delivers one again, one that was given up too', async () => {
    const page = await open();
    await card(page, 'crm').locator('.opens').click();
    const rows = page.locator('.attempts tbody tr');
    await rows.nth(1).waitFor();
    expect(await rows.count()).toBe(2);
    expect(await rows.nth(0).innerText()).toMatch(/event refused\s+422\s+9\s+no\s+Redeliver/);
    // A test has no event to deliver again.
    expect(await rows.nth(1).locator('button').count()).toBe(0);
    await rows.nth(0).locator('button').click();
    await card(page, 'crm').locator('.said', { hasText: 'Redelivered: 1' }).waitFor();
    webhooks.replayOf = () =>
      Promise.resolve({
        delivered: 0,
        cursor: CURSOR,
        last: { verdict: { kind: 'event-failed' }, status: 422, tookMs: 5, error: 'status 422: still no' },
      });
    await page.locator('.dead tbody tr button').click();
    await card(page, 'crm')
      .locator('.said', { hasText: 'Redelivered: 0, then the receiver failed: status 422: still no' })
      .waitFor();
    expect(webhooks.calls.filter(([name]) => name === 'replay')).toEqual([
      ['replay', 'acme', 'crm', { only: CURSOR }],
      ['replay', 'acme', 'crm', { only: 'e1:0000000000000005' }],
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('delivers everything since an instant, over as many requests as that takes, until it is stopped', async () => {
    const page = await open();
    await card(page, 'crm').locator('.opens').click();
    let requests = 0;
    webhooks.replayOf = () =>
      Promise.resolve({ delivered: 10, last: DELIVERED, cursor: ++requests < 3 ? `e1:${requests}` : null });
    await page.locator('#since-crm').fill('2026-03-02T10:00:00');
    await page.locator('.replay button').click();
    await card(page, 'crm').locator('.said', { hasText: 'Redelivered: 30' }).waitFor();
    const asked = webhooks.calls.filter(([name]) => name === 'replay').map(([, , , what]) => what);
    expect(asked).toEqual([{ since: expect.any(Number) }, { after: 'e1:1' }, { after: 'e1:2' }]);

    let release: () => void = () => undefined;
    let isAborted = false;
    requests = 0;
    webhooks.replayOf = (_, signal) => {
      requests += 1;
      if (requests === 1) return Promise.resolve({ delivered: 10, last: DELIVERED, cursor: 'e1:1' });
      signal.addEventListener('abort', () => (isAborted = true));
      return new Promise((resolve) => (release = () => resolve({ delivered: 0, last: null, cursor: null })));
    };
    await page.locator('.replay button').click();
    await card(page, 'crm').locator('.said', { hasText: '10 so far' }).waitFor();
    await card(page, 'crm').locator('.actions button', { hasText: 'Stop' }).click();
    await card(page, 'crm').locator('.said', { hasText: 'Stopped. Redelivered at least 10.' }).waitFor();
    await until(() => isAborted, 'the bridge to hear of it');
    release();
    await page.close();
  });

  it('resumes what is stopped, and offers that of nothing else', async () => {
    const page = await open();
    await card(page, 'old').locator('button', { hasText: 'Resume' }).click();
    await card(page, 'old').locator('.said', { hasText: 'within a few seconds' }).waitFor();
    expect(webhooks.calls).toContainEqual(['resume', 'acme', 'old']);
    for (const id of ['crm', 'chat'])
      expect(await card(page, id).locator('button', { hasText: 'Resume' }).count()).toBe(0);
    await page.close();
  });

  it('says so to a user whose token shows no webhooks, and links to it from no other page then', async () => {
    for (const claims of [{}, { webhooks: true, extensions: ['107'] }]) {
      const page = await open(claims);
      await page.locator('.refusal', { hasText: 'shows no webhooks' }).waitFor();
      expect(await violationsOf(page)).toEqual([]);
      await page.close();
    }
    const links = async (claims: object) => {
      const page = await open({ ...claims });
      await page.goto(`${base}/pop`);
      await page.locator('nav a').first().waitFor();
      const found = await page.locator('nav a').allInnerTexts();
      await page.close();
      return found;
    };
    expect(await links({})).toEqual(['Wallboard', 'Call-backs', 'Reports', 'Screen pop', 'API docs']);
    expect(await links({ webhooks: true })).toContain('Webhooks');
  });

  it('says that what it shows is old while the bridge cannot read it', async () => {
    const page = await open();
    await card(page, 'crm').waitFor();
    webhooks.before = () => Promise.reject(new Error('gone'));
    await page.locator('.standing-line', { hasText: 'does not answer' }).waitFor();
    expect(await card(page, 'crm').count()).toBe(1);
    webhooks.before = () => Promise.resolve();
    await page.locator('[data-standing=shown]').waitFor();
    await page.close();
  });

  it('can be used with the keyboard alone, whose place is kept while the page follows', async () => {
    const page = await open();
    await card(page, 'crm').waitFor();
    const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label')");
    const tabTo = async (label: RegExp) => {
      for (let presses = 0; !label.test(String(await focused())); presses += 1) {
        expect(presses).toBeLessThan(40);
        await page.keyboard.press('Tab');
      }
    };
    await tabTo(/^Send test: crm$/);
    await page.keyboard.press('Enter');
    await card(page, 'crm').locator('.said', { hasText: 'Test: delivered' }).waitFor();
    expect(await focused()).toBe('Send test: crm');
    await tabTo(/^Show attempts: crm$/);
    await page.keyboard.press('Enter');
    await page.locator('.attempts').waitFor();
    await tabTo(/^Redeliver: /);
    const before = await focused();
    webhooks.attemptsOf = [{ ...webhooks.attemptsOf[0]!, at: AT + 1_000 }, ...webhooks.attemptsOf];
    await until(async () => (await page.locator('.attempts tbody tr').count()) === 3, 'the new attempt');
    expect(await focused()).toBe(before);
    await page.keyboard.press('Enter');
    await card(page, 'crm').locator('.said', { hasText: 'Redelivered: 1' }).waitFor();
    expect(webhooks.calls).toContainEqual(['replay', 'acme', 'crm', { only: CURSOR }]);
    await page.close();
  });

  it.each([
    { language: 'vi', theme: 'light' },
    { language: 'vi', theme: 'dark' },
    { language: 'en', theme: 'light' },
    { language: 'en', theme: 'dark' },
  ])('is accessible in $language, $theme, on every screen', async (look) => {
    const page = await open({ webhooks: true }, look);
    await card(page, 'crm').locator('.opens').click();
    await page.locator('.attempts').waitFor();
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1440, height: 900 },
    ]) {
      await page.setViewportSize(viewport);
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    expect(await page.evaluate('document.documentElement.lang')).toBe(look.language);
    expect(complaints).toEqual([]);
    if (process.env.PHOTOGRAPHS !== undefined)
      await page.screenshot({
        path: `test-artifacts/webhooks-${look.language}-${look.theme}.png`,
        fullPage: true,
      });
    await page.close();
  });
});
