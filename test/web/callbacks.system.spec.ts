import { readFile } from 'node:fs/promises';
import type { Locator, Page, Route } from 'playwright-core';
import type { CallbackEntry } from '../../src/deliver/http/callback-entry.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { shortQueueName } from '../../web/src/data/queue-name.js';
import { Floor, LOOKS, tokenFor } from './floor.js';

const CUSTOMERS = ['0905111222', '01681234567', '0914237383', '0914237384'] as const;
/** The browser logs each answer that is an error, which some tests are about. */
const REFUSALS = /status of (403|404|409|503)/;

/** The page at a bridge with Redis, of which callers of two queues have hung up. */
describe('the page of call-backs', () => {
  let redis: TestRedis;
  let floor: Floor;
  let queues: readonly string[];

  beforeAll(async () => {
    redis = await startRedis();
    floor = await Floor.open({
      auth: 'jwt',
      env: { STORE: 'redis', REDIS_URL: redis.url, SHORT_ABANDON_MS: '0' },
    });
    queues = floor.world.directory.queues.map(({ name }) => name);
    for (const [nth, customer] of CUSTOMERS.entries()) await miss(customer, queues[nth === 3 ? 1 : 0]!);
  });
  afterAll(async () => {
    await floor?.close();
    await redis?.stop();
  });

  async function miss(customer: string, queue: string): Promise<void> {
    const before = (await entries()).length;
    floor.world.startCall({ kind: 'queue', queue, customer, answerAfterMs: null, leavesAfterMs: 2_000 });
    await until(async () => (await entries()).length === before + 1, `the call-back of ${customer}`);
  }
  const everything = () => tokenFor(3600, { sub: 'lan', callbacks: true });
  async function entries(state = 'open', order = 'waiting'): Promise<readonly CallbackEntry[]> {
    const response = await fetch(`${floor.url}/v1/callbacks?state=${state}&order=${order}`, {
      headers: { authorization: `Bearer ${await everything()}` },
    });
    return ((await response.json()) as { callbacks: CallbackEntry[] }).callbacks;
  }
  async function open(claims: Record<string, unknown>, { language = 'en', theme = 'light' } = {}) {
    const page = await floor.page('/callbacks', {
      kept: { language, theme },
      token: await tokenFor(3600, claims),
      expected: REFUSALS,
    });
    await page.locator('main h1').waitFor();
    return page;
  }
  const as = (sub: string) => open({ sub, callbacks: true });
  const row = (page: Page, customer: string) => page.locator('tr[data-callback]', { hasText: customer });
  const below = (of: Locator) => of.locator('xpath=following-sibling::tr[1]');
  /** Requests to an address wait until each of the pages has sent one and all are let go, so that none hears of the other before. */
  async function held(pages: readonly Page[], address: string) {
    const waiting: Route[] = [];
    for (const page of pages) await page.route(address, (route) => void waiting.push(route));
    return async () => {
      await until(() => waiting.length === pages.length, `a request to ${address} of each page`);
      await Promise.all(waiting.map((route) => route.continue()));
      for (const page of pages) await page.unroute(address);
    };
  }
  const press = (of: Locator, text: string) => of.locator('button', { hasText: text }).first().click();

  it('lists who has waited longest first, calls the number of today, and narrows to a queue', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    const shown = () =>
      page
        .locator('tr[data-callback]')
        .evaluateAll((all) => all.map((one) => one.getAttribute('data-callback')));
    const waiting = (await entries()).map(({ id }) => id);
    expect(waiting).toHaveLength(CUSTOMERS.length);
    expect(await shown()).toEqual(waiting);
    const dial = page.locator('a.dial');
    expect((await dial.evaluateAll((all) => all.map((one) => one.getAttribute('href')))).sort()).toEqual([
      'tel:+84381234567',
      'tel:+84905111222',
      'tel:+84914237383',
      'tel:+84914237384',
    ]);
    await page.locator('select[name=order]').selectOption('newest');
    const newest = (await entries('open', 'newest')).map(({ id }) => id);
    await until(async () => (await shown()).join() === newest.join(), 'the newest first');
    await page.locator('select[name=queue]').selectOption({ label: shortQueueName(queues[1]!, queues) });
    await until(async () => (await shown()).length === 1, 'one queue');
    expect(await row(page, CUSTOMERS[3]).count()).toBe(1);
    expect(floor.complaints).toEqual([]);
    await page.close();
  });

  it('is claimed by one, which others see at once, and are refused with who was faster', async () => {
    const [lan, minh] = [await as('lan'), await as('minh')];
    // The other’s page has not heard of the claim when the button is pressed.
    await row(minh, CUSTOMERS[0]).waitFor();
    await press(row(lan, CUSTOMERS[0]), 'I am on it');
    await row(lan, CUSTOMERS[0]).locator('button', { hasText: 'Release' }).waitFor();
    const badge = row(minh, CUSTOMERS[0]).locator('.badge', { hasText: 'lan, until' });
    await badge.waitFor();
    await press(row(minh, CUSTOMERS[0]), 'I am on it');
    await below(row(minh, CUSTOMERS[0]))
      .locator('.said', { hasText: 'lan is on it already, until' })
      .waitFor();
    await press(row(lan, CUSTOMERS[0]), 'Release');
    await badge.waitFor({ state: 'detached' });
    expect((await entries()).find(({ customer }) => customer.raw === CUSTOMERS[0])).toMatchObject({
      claimedBy: null,
      deeds: [{ what: 'missed' }, { what: 'claimed', by: 'lan' }, { what: 'released', by: 'lan' }],
    });
    await press(row(minh, CUSTOMERS[0]), 'History');
    const deeds = below(row(minh, CUSTOMERS[0])).locator('.deeds li');
    expect(await deeds.allInnerTexts()).toEqual([
      expect.stringContaining('missed'),
      expect.stringMatching(/is on it\s+· lan/),
      expect.stringMatching(/is not on it any more\s+· lan/),
    ]);
    await Promise.all([lan.close(), minh.close()]);
  });

  it('says who was faster where two dismiss at once, and is undone', async () => {
    const [lan, minh] = [await as('lan'), await as('minh')];
    const customer = CUSTOMERS[1];
    for (const page of [lan, minh]) {
      await press(row(page, customer), 'No call needed');
      await below(row(page, customer)).locator('.why').waitFor();
    }
    const release = await held([lan, minh], '**/v1/callbacks/*/dismiss');
    await press(below(row(lan, customer)), 'Not needed');
    await press(below(row(minh, customer)), 'Wrong number');
    await release();
    const pages = { lan, minh };
    const loser = async () => {
      for (const page of [lan, minh])
        if ((await below(row(page, customer)).locator('.said[data-said=refused]').count()) === 1) return page;
      return null;
    };
    await until(async () => (await loser()) !== null, 'the refusal of one of the two');
    const refused = (await loser())!;
    const winner = refused === lan ? 'minh' : 'lan';
    const why = winner === 'lan' ? 'Not needed' : 'Wrong number';
    expect(await below(row(refused, customer)).locator('.said').innerText()).toMatch(
      new RegExp(String.raw`It was closed already: no call needed \(${why}\), by ${winner} at \d\d:\d\d\.`),
    );
    await row(refused, customer)
      .locator('.badge', { hasText: `by ${winner}` })
      .waitFor();
    await press(row(pages[winner], customer), 'Undo');
    await row(pages[winner], customer).locator('button', { hasText: 'I am on it' }).waitFor();
    await row(refused, customer).locator('button', { hasText: 'I am on it' }).waitFor();
    const again = (await entries()).find(({ customer: one }) => one.raw === customer)!;
    expect(again.deeds.slice(-2)).toMatchObject([
      { what: 'dismissed', by: winner },
      { what: 'reopened', by: winner },
    ]);
    await Promise.all([lan.close(), minh.close()]);
  });

  it('shows what was closed, how and by whom, and undoes it there', async () => {
    const page = await as('lan');
    await press(row(page, CUSTOMERS[2]), 'No call needed');
    await press(below(row(page, CUSTOMERS[2])), 'Called from another line');
    await row(page, CUSTOMERS[2]).locator('.badge', { hasText: 'by lan' }).waitFor();
    await page.locator('.filters .toggle', { hasText: 'Done' }).click();
    const closed = page.locator('table.closed tr[data-reason=dismissed]', { hasText: CUSTOMERS[2] });
    expect(await closed.innerText()).toMatch(/no call needed\s+Called from another line[\s\S]*lan/);
    await press(closed, 'Undo');
    await closed.waitFor({ state: 'detached' });
    await page.locator('.filters .toggle', { hasText: 'To call back' }).click();
    await row(page, CUSTOMERS[2]).locator('button', { hasText: 'I am on it' }).waitFor();
    await page.close();
  });

  it('grows while it is open, and opens the call that was missed', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    await miss('0914237999', queues[0]!);
    await row(page, '0914237999').waitFor();
    await page
      .locator('p.unseen[role=status]', { hasText: 'New: 0914237999' })
      .waitFor({ state: 'attached' });
    await press(row(page, '0914237999'), 'History');
    await press(below(row(page, '0914237999')), 'Open the call');
    const dialog = page.locator('dialog.call');
    await dialog.locator('.happened', { hasText: 'Hung up unheard' }).waitFor();
    expect(await dialog.locator('h2').innerText()).toBe('0914237999');
    await page.close();
  });

  it('says that it was not answered, and may have happened, while no owner answers', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    floor.service.signal('SIGSTOP');
    try {
      await press(row(page, CUSTOMERS[0]), 'I am on it');
      await below(row(page, CUSTOMERS[0])).locator('.said[data-said=unanswered]').waitFor();
    } finally {
      floor.service.signal('SIGCONT');
    }
    expect(await below(row(page, CUSTOMERS[0])).locator('.said').innerText()).toContain('may still be saved');
    await press(below(row(page, CUSTOMERS[0])), 'Try again');
    await row(page, CUSTOMERS[0]).locator('button', { hasText: 'Release' }).waitFor();
    await press(row(page, CUSTOMERS[0]), 'Release');
    await page.close();
  });

  it('says that it could not be saved, where the store is away', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    redis.signal('SIGSTOP');
    try {
      await press(row(page, CUSTOMERS[0]), 'I am on it');
      await below(row(page, CUSTOMERS[0]))
        .locator('.said', { hasText: /could not be saved|No answer yet/ })
        .waitFor();
    } finally {
      redis.signal('SIGCONT');
    }
    await page.close();
  });

  it('has nothing to press for a token that only reads, and says why', async () => {
    for (const [claims, why] of [
      [{ sub: 'lan' }, 'not made for call-backs'],
      [{ sub: null, callbacks: true }, 'does not say whose it is'],
      [{ sub: 'wall', callbacks: true, display: true }, 'a display’s token'],
    ] as const) {
      const page = await open(claims);
      await row(page, '0914 *** 384').or(row(page, CUSTOMERS[3])).waitFor();
      expect(await page.locator('.notice').innerText()).toContain(why);
      expect(await page.locator('.buttons, .dismisses').count()).toBe(0);
      expect(await floor.violations(page)).toEqual([]);
      await page.close();
    }
  });

  it('has nothing to click where numbers are masked, and says why', async () => {
    const page = await open({ sub: 'lan', callbacks: true, numbers: 'masked' });
    const masked = row(page, '0914 *** 384');
    await masked.waitFor();
    expect(await page.locator('a.dial').count()).toBe(0);
    expect(await masked.innerText()).toContain('number hidden for this token');
    expect(await page.locator('main').innerText()).not.toContain(CUSTOMERS[3]);
    await page.close();
  });

  it('shows a token of one queue what that queue missed, and one of extensions that it shows none', async () => {
    const page = await open({ sub: 'lan', callbacks: true, queues: [queues[1]!] });
    await row(page, CUSTOMERS[3]).waitFor();
    expect(await page.locator('tr[data-callback]').count()).toBe(1);
    await page.close();
    const none = await open({ sub: 'lan', extensions: ['101'] });
    await none.locator('.notice', { hasText: 'single extensions' }).waitFor();
    expect(await none.locator('nav a').allInnerTexts()).not.toContain('Call-backs');
    await none.close();
  });

  it('names the source that is away, and since when', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    const notice = page.locator('.notice.warns');
    expect(await notice.count()).toBe(0);
    const { faults } = floor.pbx.tenants[0]!;
    faults.add('queue', { kind: 'status', status: 500, forMs: 600_000 });
    await page.locator('.notice.warns[data-away=queue-away]').waitFor();
    expect(await notice.innerText()).toMatch(
      /queues of the PBX.* Calls and agents are\. Calls missed since \d\d:\d\d:\d\d may not be here yet\./,
    );
    faults.clear();
    await notice.waitFor({ state: 'detached' });
    await page.close();
  });

  it('saves the table that it shows', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    await page.locator('select[name=queue]').selectOption({ label: shortQueueName(queues[1]!, queues) });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.save-table button').click(),
    ]);
    expect(download.suggestedFilename()).toBe('callbacks-open.csv');
    const text = await readFile(await download.path(), 'utf8');
    expect(text.trim().split('\r\n')).toHaveLength(2);
    expect(text).toContain(CUSTOMERS[3]);
    await page.close();
  });

  it('can be used with the keyboard alone, which keeps its place', async () => {
    const page = await as('lan');
    await row(page, CUSTOMERS[0]).waitFor();
    const focused = () => page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''");
    // Until the bridge has answered, a button takes no second wish; the event that it leads to may come before the answer.
    const isAnswered = () =>
      until(
        async () => (await page.evaluate("document.activeElement.getAttribute('aria-disabled')")) === 'false',
        'the answer',
      );
    const tabTo = async (label: string) => {
      for (let presses = 0; (await focused()) !== label; presses += 1) {
        expect(presses).toBeLessThan(60);
        await page.keyboard.press('Tab');
      }
    };
    const customer = CUSTOMERS[0];
    await tabTo(`Call: ${customer}`);
    await tabTo(`I am on it: ${customer}`);
    await page.keyboard.press('Enter');
    await until(async () => (await focused()) === `Release: ${customer}`, 'the focus on what took its place');
    await isAnswered();
    await page.keyboard.press('Enter');
    await until(async () => (await focused()) === `I am on it: ${customer}`, 'the focus back');
    await tabTo(`No call needed: ${customer}`);
    await isAnswered();
    await page.keyboard.press('Enter');
    await until(async () => String(await focused()).startsWith('Called from another line'), 'the reasons');
    await page.keyboard.press('Escape');
    await until(async () => (await focused()) === `No call needed: ${customer}`, 'the button again');
    await page.close();
  });

  it.each(LOOKS)('is accessible in $language, $theme, on every screen', async (look) => {
    const page = await open({ sub: 'lan', callbacks: true }, look);
    await row(page, CUSTOMERS[0]).waitFor();
    await row(page, CUSTOMERS[1]).locator('.actions > button').click();
    await row(page, CUSTOMERS[2]).locator('.dismisses').click();
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1366, height: 768 },
    ]) {
      await page.setViewportSize(viewport);
      expect(await floor.violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    expect(await page.evaluate('document.documentElement.lang')).toBe(look.language);
    await floor.photograph(page, `callbacks-${look.language}-${look.theme}`, true);
    expect(floor.complaints).toEqual([]);
    await page.close();
  });
});
