import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { shortQueueName } from '../../web/src/data/queue-name.js';
import { shareText } from '../../web/src/data/report-rows.js';
import type { CallView } from '../../src/core/model/event.js';
import type { AgentStatsView, QueueStatsView } from '../../src/deliver/http/stats-views.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { Floor, LOOKS, tokenFor } from './floor.js';

const CUSTOMERS = ['0905111222', '0905111223', '0905111224', '0905111225'] as const;
/** The browser logs each answer that is an error, which some tests are about. */
const REFUSALS = /status of (400|403|503)/;

/** The page at a bridge with Redis, after some calls. */
describe('the page of reports', () => {
  let redis: TestRedis;
  let floor: Floor;
  let queues: readonly string[];

  beforeAll(async () => {
    redis = await startRedis();
    floor = await Floor.open({
      auth: 'jwt',
      env: { STORE: 'redis', REDIS_URL: redis.url, SHORT_ABANDON_MS: '0' },
      world: { quirks: { lingerMs: 1_000 } },
    });
    queues = floor.world.directory.queues.map(({ name }) => name);
    const calls = [
      { queue: queues[0]!, answerAfterMs: 1_500, talkMs: 2_000 },
      { queue: queues[0]!, answerAfterMs: null, leavesAfterMs: 1_500 },
      { queue: queues[1]!, answerAfterMs: 1_000, talkMs: 3_000 },
      { queue: queues[1]!, answerAfterMs: 1_000, talkMs: 1_500 },
    ];
    calls.forEach((call, nth) =>
      floor.world.startCall({ kind: 'queue', customer: CUSTOMERS[nth]!, ...call }),
    );
    await until(async () => (await ended()).length === calls.length, 'the end of the calls');
  });
  afterAll(async () => {
    await floor?.close();
    await redis?.stop();
  });

  async function get<T>(path: string): Promise<T> {
    const response = await fetch(floor.url + path, {
      headers: { authorization: `Bearer ${await tokenFor(3600)}` },
    });
    return (await response.json()) as T;
  }
  const ended = async () => (await get<{ calls: CallView[] }>('/v1/calls?state=ended')).calls;
  const queueDay = async () =>
    (await get<{ intervals: { queues: QueueStatsView[] }[] }>('/v1/stats/queues?by=day')).intervals[0]!
      .queues;

  async function open(claims: Record<string, unknown> = {}, { language = 'en', theme = 'light' } = {}) {
    const page = await floor.page('/reports', {
      kept: { language, theme },
      token: await tokenFor(3600, claims),
      expected: REFUSALS,
    });
    await page.locator('.reports-page[data-standing=shown]').waitFor();
    return page;
  }
  const choose = (page: Page, text: string) =>
    page.locator('.filters .toggle', { hasText: text }).first().click();
  /** Without the hotline, as people say it. */
  const short = (name: string) => shortQueueName(name, queues);
  const cell = (page: Page, row: string, name: string) =>
    page.locator(`table.report tr[data-row="${row}"] [data-name=${name}]`).innerText();

  it('shows the service’s own numbers of each queue, and their sum by day and by hour', async () => {
    const page = await open();
    const day = await queueDay();
    expect(day).toHaveLength(2);
    await choose(page, 'by queue');
    for (const { queue, offered, answered, abandoned, serviceLevel, speedOfAnswer, talk } of day) {
      await page.locator(`tr[data-row="${queue.id}"]`, { hasText: short(queue.name!) }).waitFor();
      expect(await cell(page, queue.id, 'offered')).toBe(String(offered));
      expect(await cell(page, queue.id, 'answered')).toBe(String(answered));
      expect(await cell(page, queue.id, 'abandoned')).toBe(String(abandoned));
      expect(await cell(page, queue.id, 'serviceLevel')).toContain(shareText(serviceLevel.share!));
      expect(await cell(page, queue.id, 'speedOfAnswer')).toContain(wordsOf(speedOfAnswer.ms!));
      expect(await cell(page, queue.id, 'talk')).toContain(wordsOf(talk.ms!));
    }
    for (const by of ['by queue', 'by day', 'by hour']) {
      await choose(page, by);
      expect([await cell(page, 'total', 'offered'), await cell(page, 'total', 'answered')]).toEqual([
        '4',
        '3',
      ]);
    }
    // Before the bridge ran nothing was watched: that is said, and is not zero.
    const total = page.locator('tr[data-row=total]');
    expect(await total.locator('[data-name=unwatched]').innerText()).toMatch(/\d+\s(h|min|s)/);
    expect(await page.locator('.hours rect[data-series=answered]').count()).toBeGreaterThan(0);
    expect(await page.locator('.hours svg').getAttribute('aria-label')).toContain(
      '4 callers, 3 answered, 1 abandoned',
    );
    // Few are drawn as few.
    expect(await page.locator('.hours .scale').allTextContents()).toContain('10');
    expect(await page.locator('.hours h2').innerText()).toBe('Callers by hour, all queues');
    const swatch = await page.evaluate(
      "getComputedStyle(document.querySelector('.legend [data-series=abandoned]'), '::before').backgroundColor",
    );
    expect(swatch).toBe(
      await page.evaluate(
        "getComputedStyle(document.querySelector('.hours rect[data-series=abandoned]')).fill",
      ),
    );
    expect(floor.complaints).toEqual([]);
    await page.close();
  });

  it('narrows to a queue, and saves what it shows as a table', async () => {
    const page = await open();
    await choose(page, 'by queue');
    await page.locator('select[name=queue]').selectOption({ label: short(queues[0]!) });
    await until(async () => (await cell(page, 'total', 'offered')) === '2', 'one queue');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.save-table button').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^queues-by-day-from-\d{4}-\d\d-\d\d\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text).toContain(queues[0]!);
    expect(text).not.toContain(queues[1]!);
    await page.close();
  });

  it('shows what each agent did, as the service counted it', async () => {
    const page = await open();
    await choose(page, 'Agents');
    await page.locator('table.agents-report').waitFor();
    const { intervals } = await get<{ intervals: { agents: AgentStatsView[] }[] }>('/v1/stats/agents?by=day');
    const busy = intervals[0]!.agents.filter(({ answered }) => answered > 0);
    expect(busy.length).toBeGreaterThan(0);
    for (const { agent, answered, notAnswered, talk } of busy) {
      expect(await cell(page, agent.extension, 'answered')).toBe(String(answered));
      expect(await cell(page, agent.extension, 'notAnswered')).toBe(String(notAnswered));
      if (talk.ms !== null) expect(await cell(page, agent.extension, 'talk')).toContain(wordsOf(talk.ms));
    }
    await page.close();
  });

  it('takes other days, and says where nothing is known of them', async () => {
    const page = await open();
    await choose(page, 'Yesterday');
    await page.locator('.empty', { hasText: 'No caller came' }).waitFor();
    // The whole day was not watched: one line, and no zero.
    await page.locator('tr[data-unwatched=true] td', { hasText: 'Not watched' }).waitFor();
    expect(await cell(page, 'total', 'offered')).toBe('—');
    const [from, to] = [page.locator('input[name=from]'), page.locator('input[name=to]')];
    await from.fill('2026-03-09');
    await to.fill('2026-03-02');
    await page.locator('.period button[type=submit]').click();
    await page.locator('.wrong', { hasText: 'must not be after' }).waitFor();
    await from.fill('2026-03-01');
    await page.locator('.period button[type=submit]').click();
    await until(
      async () => (await page.locator('.toggle[aria-pressed=true]', { hasText: 'Yesterday' }).count()) === 0,
      'the range',
    );
    await choose(page, 'Today');
    await until(async () => (await cell(page, 'total', 'offered')) === '4', 'today again');
    await page.close();
  });

  it('finds ended calls by customer, agent, queue and outcome, and a row opens the call', async () => {
    const page = await open();
    await choose(page, 'Ended calls');
    const rows = page.locator('table.ended-calls tbody tr');
    const shows = (count: number) => until(async () => (await rows.count()) === count, `${count} calls`);
    await shows(4);
    const calls = await ended();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-call')))).toEqual(
      calls.map(({ callId }) => callId),
    );
    await page.locator('select[name=outcome]').selectOption('abandoned');
    await shows(1);
    expect(await rows.innerText()).toContain(CUSTOMERS[1]);
    await page.locator('select[name=outcome]').selectOption('');
    await page.locator('select[name=queue]').selectOption({ label: short(queues[1]!) });
    await shows(2);
    await page.locator('input[name=customer]').fill('+84905111224');
    await page.keyboard.press('Enter');
    await shows(1);
    const agent = calls.find(({ customer }) => customer?.raw === CUSTOMERS[2])!.agent!.extension!;
    await page.locator('input[name=customer]').fill('');
    await page.locator('input[name=extension]').fill(agent);
    await page.locator('form.search button[type=submit]').click();
    const ofAgent = await get<{ calls: CallView[] }>(`/v1/calls?state=ended&extension=${agent}`);
    await until(
      async () =>
        (await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-call')))).join() ===
        ofAgent.calls.map(({ callId }) => callId).join(),
      `the calls of ${agent}`,
    );
    // Anywhere in the row, and not on its button.
    await rows.filter({ hasText: CUSTOMERS[2] }).locator('td').nth(3).click();
    const dialog = page.locator('dialog.call');
    await dialog.locator('.happened', { hasText: `Answered by ${agent}` }).waitFor();
    await dialog.locator('.marks tr[data-type=call-ended]').waitFor();
    expect(await dialog.locator('h2').innerText()).toBe(CUSTOMERS[2]);
    expect(await floor.violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.save-table button').click(),
    ]);
    expect(await readFile(await download.path(), 'utf8')).toContain(CUSTOMERS[2]);
    await page.close();
  });

  it('says what a narrowed or masked token does not show', async () => {
    const ofQueue = await open({ queues: [queues[0]!], numbers: 'masked' });
    expect(await cell(ofQueue, 'total', 'offered')).toBe('2');
    await choose(ofQueue, 'Agents');
    await ofQueue.locator('.notice', { hasText: 'no agents' }).waitFor();
    await choose(ofQueue, 'Ended calls');
    await ofQueue.locator('table.ended-calls tbody tr').nth(1).waitFor();
    expect(await ofQueue.locator('main').innerText()).not.toContain(CUSTOMERS[0]);
    expect(await ofQueue.locator('input[name=customer]').isDisabled()).toBe(true);
    await ofQueue.close();
    const ofExtension = await open({ extensions: ['101'] });
    await ofExtension.locator('.notice', { hasText: 'no queues' }).waitFor();
    await ofExtension.close();
  });

  it('says that it could not read the numbers, and reads them again', async () => {
    const page = await open();
    await page.route('**/v1/stats/queues**', (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"store-away"}' }),
    );
    await choose(page, 'Yesterday');
    await page.locator('.notice.warns', { hasText: 'could not be read' }).waitFor();
    await page.unroute('**/v1/stats/queues**');
    await page.locator('.notice.warns button').click();
    await page.locator('.reports-page[data-standing=shown]').waitFor();
    await page.close();
  });

  it.each(LOOKS)('is accessible in $language, $theme, on every screen', async (look) => {
    const page = await open({}, look);
    for (const nth of [0, 1, 2]) {
      await page.locator('.views button').nth(nth).click();
      await page.locator('main table tbody tr').first().waitFor();
      for (const viewport of [
        { width: 390, height: 844 },
        { width: 1366, height: 768 },
      ]) {
        await page.setViewportSize(viewport);
        expect(await floor.violations(page)).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      }
      await floor.photograph(page, `reports-${nth}-${look.language}-${look.theme}`, true);
    }
    expect(await page.evaluate('document.documentElement.lang')).toBe(look.language);
    expect(floor.complaints).toEqual([]);
    await page.close();
  });
});

function wordsOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const shown = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}\u00a0${unit}`);
  return shown.join(' ') || '0\u00a0s';
}
