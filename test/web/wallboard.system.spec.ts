import type { Page } from 'playwright-core';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { until } from '../support/until.js';
import { Floor } from './floor.js';

const CALLS = 30;
/** Past it something is stuck: where the bridge polls seldom, the minute is a long one. */
const PATIENCE_MS = 600_000;

describe('the wallboard after a busy minute', () => {
  let floor: Floor;
  let page: Page;

  beforeAll(async () => {
    floor = await Floor.open({
      world: {
        // Fast enough for a test, slow enough that the bridge looks at every state of every call.
        speed: 6,
        traffic: {
          callsPerHour: 2_400,
          totalCalls: CALLS,
          firstCallAfterMs: 2_000,
          mix: { queue: 0.85, outbound: 0.15, 'ring-group': 0, direct: 0, 'click-to-call': 0, local: 0 },
          unregistersPerHour: 0,
        },
        habits: { impatient: 0.3 },
        quirks: { lingerMs: 60_000 },
      },
    });
    page = await floor.page();
    await floor.isFresh(page);
    // A call that rings only at extensions leaves no row behind when it ends: these last long enough to be polled.
    const direct = { kind: 'direct', leavesAfterMs: 4_000, talkMs: 5_000 } as const;
    for (const answerAfterMs of [2_000, 3_000, null]) floor.world.startCall({ ...direct, answerAfterMs });
    floor.world.startCall({ kind: 'ring-group', answerAfterMs: null, leavesAfterMs: 4_000 });
    await until(
      () => {
        const { truth } = floor.world;
        return truth.length >= CALLS && truth.every(({ outcome }) => outcome !== null);
      },
      'the end of the busy minute',
      PATIENCE_MS,
    );
  }, 2 * PATIENCE_MS);

  afterAll(async () => {
    await floor?.close();
  });

  /** The service counts callers of queues. */
  function truthOfTheDay() {
    const queued = floor.world.truth.filter(({ queues }) => queues.length > 0);
    const of = (outcome: string) => queued.filter((call) => call.outcome === outcome).length;
    return { answered: of('answered'), abandoned: of('abandoned') };
  }

  it('shows what really happened, also to a page that is opened later', async () => {
    const truth = truthOfTheDay();
    expect(truth.answered).toBeGreaterThan(10);
    expect(truth.abandoned).toBeGreaterThan(2);
    await floor.shows(page, { ...truth, live: 0, waiting: 0, talking: 0, longest: '0:00' });
    const later = await floor.page();
    await floor.shows(later, truth);
    await later.close();
  });

  it('shows the service level that the service has counted, of today and of the last half hour', async () => {
    const { intervals } = (await (await fetch(`${floor.service.url}/v1/stats/queues`)).json()) as {
      intervals: { queues: Counted[] }[];
    };
    const queues = intervals.flatMap((interval) => interval.queues);
    const sum = (of: (queue: Counted) => number) => queues.reduce((all, queue) => all + of(queue), 0);
    const measured = sum(({ answered, abandoned, shortAbandons }) => answered + abandoned - shortAbandons);
    const least = sum(({ serviceLevel }) => serviceLevel.inTime.least) / measured;
    const most = sum(({ serviceLevel }) => serviceLevel.inTime.most) / measured;
    expect(measured).toBeGreaterThan(10);
    for (const tile of ['level', 'level-recent']) {
      await page.locator(`[data-name=${tile}] .detail`, { hasText: ` of ${measured}` }).waitFor();
      const [low, high = low] = (await floor.shown(page, tile)).replace('%', '').split('–').map(Number);
      expect(Math.abs(low! - 100 * least)).toBeLessThanOrEqual(1);
      expect(Math.abs(high! - 100 * most)).toBeLessThanOrEqual(1);
    }
  });

  it('shows what the queues had, and the same in the chart’s table', async () => {
    for (const queue of new Set(floor.world.truth.flatMap(({ queues }) => queues.map(({ name }) => name)))) {
      const calls = floor.world.truth.filter(({ queues }) => queues.at(-1)?.name === queue);
      const count = (outcome: string) => String(calls.filter((call) => call.outcome === outcome).length);
      // It is shown without the hotline at its end.
      const row = page.locator('table.queues tbody tr', { has: page.locator(`[title="${queue}"]`) });
      const cell = (column: string) => row.locator(`[data-column=${column}]`);
      await until(async () => (await cell('answered').innerText()) === count('answered'));
      expect(await cell('abandoned').innerText()).toBe(count('abandoned'));
      expect(await cell('waiting').innerText()).toBe('0');
    }
    await page.locator('.as-table').click();
    const table = page.locator('.hours-table tbody tr');
    await table.first().waitFor();
    const column = async (index: number) => {
      const texts = await table.locator(`td:nth-child(${index})`).allInnerTexts();
      return texts.reduce((sum, text) => sum + Number(text), 0);
    };
    const { answered, abandoned } = truthOfTheDay();
    expect([await column(2), await column(3)]).toEqual([answered, abandoned]);
    await page.locator('.as-table').click();
    await page.locator('.hours .bar [data-series=answered]').first().waitFor();
  });

  it('opens an agent’s day: the calls that it answered, and each of them', async () => {
    const answers = new Map<string, number>();
    for (const { direction, events } of floor.world.truth) {
      const answer = direction === 'inbound' && events.find(({ type }) => type === 'call-answered');
      const by = (answer || undefined)?.extension ?? null;
      if (by !== null) answers.set(by, (answers.get(by) ?? 0) + 1);
    }
    const [[busiest, count] = ['', 0]] = [...answers].sort(([, a], [, b]) => b - a);
    expect(count).toBeGreaterThan(0);
    const own = await floor.page();
    await floor.isFresh(own);
    const agent = own.locator(`.agents li[data-agent="${busiest}"] button`);
    // Who was in a call lately is far down in the list, which has pages.
    await own.locator('.agents li').first().waitFor();
    while ((await agent.count()) === 0) await own.locator('.agents-panel .pager button').last().click();
    await agent.click();
    const day = own.locator('dialog.agent-day[data-standing=shown]');
    const rows = day.locator('.day-calls tbody tr[data-part=answered]');
    await rows.first().waitFor();
    expect(await day.locator('[data-value=answered]').innerText()).toBe(String(count));
    expect(await rows.count()).toBe(count);
    expect(await floor.violations(own)).toEqual([]);
    await rows.first().click();
    await own.locator('dialog.call[data-standing=shown]').waitFor();
    await own.keyboard.press('Escape');
    await own.locator('dialog.call').waitFor({ state: 'detached' });
    await own.keyboard.press('Escape');
    await day.waitFor({ state: 'detached' });
    await own.close();
  });

  it('shows who talks and who waits, and draws a call with its windows', async () => {
    ['101', '102', '103'].forEach((extension, n) =>
      floor.world.startCall({
        kind: 'direct',
        extension,
        customer: `091423738${n}`,
        answerAfterMs: 800,
        talkMs: 600_000,
      }),
    );
    for (const n of [4, 5]) {
      floor.world.startCall({
        kind: 'queue',
        customer: `091423738${n}`,
        answerAfterMs: null,
        leavesAfterMs: 600_000,
      });
    }
    await floor.shows(page, { live: 5, waiting: 2, talking: 3 });
    await until(async () => (await page.locator('.agents li[data-state=talking]').count()) === 3);
    expect(await page.locator('[data-agents-in=talking]').innerText()).toBe('3');
    const talks = page.locator('.agents li[data-agent="101"] .in-state');
    await until(async () => /^\d+:\d\d$/.test(await talks.innerText()), 'the time in the state');
    await page.locator('#tab-calls').click();
    await until(async () => (await page.locator('.calls tbody tr[data-phase=waiting]').count()) === 2);

    await page.locator('.calls tbody tr button', { hasText: '0914237380' }).click();
    const dialog = page.locator('dialog.call');
    await dialog.locator('tr', { hasText: 'answered' }).first().waitFor();
    // It rang and was answered between two polls: both windows are drawn.
    await until(async () => (await dialog.locator('svg .window').count()) >= 2, 'two windows');
    expect(await dialog.locator('.marks').innerText()).toContain('seen between two polls: between');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    for (const { callKey } of floor.world.truth.filter(({ outcome }) => outcome === null)) {
      floor.world.hangUp(callKey);
    }
    await floor.shows(page, { live: 0 });
    expect(floor.complaints).toEqual([]);
  });
});

interface Counted {
  readonly answered: number;
  readonly abandoned: number;
  readonly shortAbandons: number;
  readonly serviceLevel: { readonly inTime: { readonly least: number; readonly most: number } };
}

describe('a wallboard whose network or source fails', () => {
  let floor: Floor;

  beforeAll(async () => {
    floor = await Floor.open({ world: { speed: 4, quirks: { lingerMs: 60_000 } } });
  });

  afterAll(async () => {
    await floor?.close();
  });

  async function callAndEnd(customer: string): Promise<void> {
    const { callKey } = floor.world.startCall({
      kind: 'queue',
      customer,
      answerAfterMs: 2_000,
      talkMs: 4_000,
    });
    await until(
      () => floor.world.truth.find((call) => call.callKey === callKey)!.outcome !== null,
      `the end of the call of ${customer}`,
    );
  }

  it('says that its numbers are old while the network is silent, and loses nothing', async () => {
    const page = await floor.page('/', { expected: /Failed to load resource|WebSocket|ERR_/ });
    await floor.isFresh(page);
    await callAndEnd('0914237101');
    await floor.shows(page, { answered: 1 });

    floor.cable.swallowReplies();
    await callAndEnd('0914237102');
    await callAndEnd('0914237103');
    await page.locator('.board[data-freshness=stale]').waitFor();
    expect(await page.locator('.banner.stale').innerText()).toMatch(/as of \d\d:\d\d:\d\d/);
    expect(await page.locator('.unseen[role=status]').innerText()).toContain('not current');
    expect(await floor.shown(page, 'answered')).toBe('1');
    await floor.photograph(page, 'stale-en-light-desk');

    floor.cable.cut();
    floor.cable.passReplies();
    await floor.isFresh(page);
    expect(await page.locator('.banner.stale').count()).toBe(0);
    await floor.shows(page, { answered: 3, live: 0 });
    const types = ['call-started', 'call-answered', 'call-transferred', 'call-abandoned', 'call-ended'];
    const log = (await (
      await fetch(`${floor.service.url}/v1/events?limit=1000&types=${types.join(',')}`)
    ).json()) as { events: BridgeEvent[] };
    await page.locator('#tab-events').click();
    // Rings at every extension of a queue are more than the page lists.
    await page.locator('.feed-panel .toggle', { hasText: 'calls' }).first().click();
    const events = page.locator('.feed li');
    await until(async () => (await events.count()) === log.events.length, 'every event on the page');
    const shown = await Promise.all((await events.all()).map((item) => item.getAttribute('data-event')));
    expect(shown).toEqual(log.events.map(({ id }) => id).reverse());
    await page.close();
  });

  it('says that the PBX is out of sight, and which of its sources', async () => {
    const page = await floor.page();
    await floor.isFresh(page);
    const [tenant] = floor.pbx.tenants;
    tenant!.faults.add('monitor', { kind: 'status', status: 500, forMs: 600_000 });
    await page.locator('.banner.stale').waitFor();
    expect(await page.locator('.banner.stale').innerText()).toContain('cannot see the PBX');
    await page.locator('[data-source=monitor][data-state=down]').waitFor();
    await page.locator('[data-source=queue][data-state=up]').waitFor();
    await page.locator('.agents li[data-state=not-watched]').first().waitFor();
    expect(await floor.violations(page)).toEqual([]);
    tenant!.faults.clear();
    await floor.isFresh(page);
    // The sources speak up only while something is wrong.
    await page.locator('.sources').waitFor({ state: 'detached' });
    expect(floor.complaints).toEqual([]);
    await page.close();
  });
});
