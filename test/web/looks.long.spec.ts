import type { Page } from 'playwright-core';
import { until } from '../support/until.js';
import { Floor, LOOKS } from './floor.js';
import { checkLooks, watchLooks } from './looks/check-looks.js';

const SIZES = {
  mobile: { width: 390, height: 844 },
  desk: { width: 1440, height: 900 },
  wall: { width: 3840, height: 2160 },
} as const;

describe('the pages', () => {
  let floor: Floor;

  beforeAll(async () => {
    floor = await Floor.open({
      world: {
        speed: 12,
        traffic: { callsPerHour: 300, firstCallAfterMs: 100 },
        habits: { impatient: 0.25 },
      },
    });
    await watchLooks(floor.chromium.context);
    // The page has something of each kind to show, and a waiting caller.
    const { world } = floor;
    await until(() => world.truth.filter(({ outcome }) => outcome === 'answered').length > 6, 'some calls');
    for (const n of [1, 2]) {
      world.startCall({
        kind: 'queue',
        customer: `091423738${n}`,
        answerAfterMs: null,
        leavesAfterMs: 900_000,
      });
    }
  });

  afterAll(async () => {
    await floor?.close();
  });

  function dressed(path: string, language: string, theme: string): Promise<Page> {
    return floor.page(path, { kept: { language, theme } });
  }

  it.each(LOOKS)('are accessible in $language, $theme, on every screen', async ({ language, theme }) => {
    const page = await dressed('/', language, theme);
    await floor.isFresh(page);
    await page.locator('.queues tbody tr').first().waitFor();
    await page.locator('.agents li').first().waitFor();
    await page.locator('.hours .bar').first().waitFor();
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      // With the size only the layout differs: colours and words are looked at on the desk, the layout once.
      if (size === 'desk' || (language === 'vi' && theme === 'dark'))
        expect(await checkLooks(page, { language, ...(size === 'mobile' ? { touch: true } : {}) })).toEqual(
          [],
        );
      await floor.photograph(page, `wallboard-${language}-${theme}-${size}`, size === 'mobile');
      // No element makes the page scroll sideways.
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    }
    await page.close();

    const pop = await dressed('/pop', language, theme);
    await pop.locator('main h1, main h2').first().waitFor();
    expect(await checkLooks(pop, { language })).toEqual([]);
    expect(await pop.evaluate('document.documentElement.lang')).toBe(language);
    await floor.photograph(pop, `pop-${language}-${theme}-desk`);
    await pop.close();
    expect(floor.complaints).toEqual([]);
  });

  it.each([
    { language: 'vi', theme: 'light', size: 'mobile', start: 'Cách hoạt động' },
    { language: 'en', theme: 'dark', size: 'desk', start: 'How it works' },
  ] as const)('and so is /docs, in the words of its reader: $language, $theme', async (look) => {
    const { language, theme, size, start } = look;
    // The address names the language, whatever was chosen before.
    const page = await dressed(`/docs?lang=${language}`, language === 'vi' ? 'en' : 'vi', theme);
    await page.setViewportSize(SIZES[size]);
    await page.locator('#start', { hasText: start }).waitFor();
    const reading = { language, technical: true, touch: size === 'mobile' };
    expect(await checkLooks(page, reading)).toEqual([]);
    await floor.photograph(page, `docs-${language}-${theme}-${size}`);
    await page.locator('#language').click();
    expect(await page.locator('#start').innerText()).not.toBe(start);
    await page.reload();
    expect(await page.locator('#start').innerText()).not.toBe(start);
    await page.close();
    expect(floor.complaints).toEqual([]);
  });

  it.each(LOOKS)(
    'and so are the views of the wallboard in $language, $theme',
    async ({ language, theme }) => {
      const page = await dressed('/', language, theme);
      await page.setViewportSize(SIZES.desk);
      await floor.isFresh(page);
      await page.locator('.as-table').click();
      await page.locator('.hours-table tbody tr').first().waitFor();
      expect(await floor.violations(page)).toEqual([]);
      await page.locator('#tab-events').click();
      await page.locator('.feed li').first().waitFor();
      expect(await floor.violations(page)).toEqual([]);
      await page.locator('#tab-calls').click();
      await page.locator('.calls tbody tr[data-phase=waiting]').first().waitFor();
      expect(await floor.violations(page)).toEqual([]);
      await page.locator('.calls tbody tr[data-phase=waiting] button').first().click();
      await page.locator('dialog.call svg').waitFor();
      expect(await floor.violations(page)).toEqual([]);
      await floor.photograph(page, `call-${language}-${theme}-desk`);
      await page.close();
      expect(floor.complaints).toEqual([]);
    },
  );

  it('can be used with the keyboard alone', async () => {
    const page = await dressed('/', 'en', 'light');
    await floor.isFresh(page);
    const focused = () => page.evaluate('document.activeElement.innerText');
    const row = () => page.evaluate("document.activeElement.closest('tr')?.getAttribute('aria-rowindex')");
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('To the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');

    // From the content on: explanations, then one stop for the tabs; the arrow keys go from tab to tab.
    const tab = () => page.evaluate('document.activeElement.id');
    for (let presses = 0; (await tab()) !== 'tab-overview'; presses += 1) {
      expect(presses).toBeLessThan(20);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowRight');
    expect(await tab()).toBe('tab-calls');
    await page.locator('.calls tbody tr button').nth(1).waitFor();
    // Filters, then one stop for the whole list of calls.
    for (let presses = 0; (await row()) === null || (await row()) === undefined; presses += 1) {
      expect(presses).toBeLessThan(20);
      await page.keyboard.press('Tab');
    }
    expect(await row()).toBe('2');
    await page.keyboard.press('ArrowDown');
    await until(async () => (await row()) === '3', 'the next row');
    await page.keyboard.press('ArrowUp');
    await until(async () => (await row()) === '2', 'the row before');
    const customer = await focused();
    await page.keyboard.press('Enter');
    await page.locator('dialog.call', { hasText: String(customer) }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog.call').waitFor({ state: 'detached' });
    expect(await focused()).toBe(customer);
    await page.close();
  });

  it('narrow what they show, and hold the events on request', async () => {
    const page = await dressed('/#calls', 'en', 'dark');
    await floor.isFresh(page);
    await page.locator('.calls-panel input').fill('0914237381');
    await until(async () => (await page.locator('.calls tbody tr[data-call]').count()) === 1);
    await page.locator('.calls-panel input').fill('');
    await page.locator('.calls-panel select').selectOption('waiting');
    await until(async () => {
      const phases = await page.locator('.calls tbody .badge').allInnerTexts();
      return phases.length >= 2 && phases.every((phase) => phase === 'waiting');
    });
    await page.locator('#tab-events').click();
    await page.locator('.feed li').first().waitFor();
    await page.locator('.feed-panel .panel-head button').click();
    const held = await page.locator('.feed').innerText();
    await page.locator('.held', { hasText: /[1-9]\d* newer/ }).waitFor();
    expect(await page.locator('.feed').innerText()).toBe(held);
    await page.locator('.filters .toggle', { hasText: 'ringing' }).click();
    const types = await page.locator('.feed .what').allInnerTexts();
    expect(types.every((type) => ['extension rings', 'ringing stopped'].includes(type))).toBe(true);
    await page.close();
  });
});
