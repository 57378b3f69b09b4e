import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../support/until.js';
import { Floor, tokenFor } from './floor.js';

/** A page without a token is refused, and one test refuses numbers. */
const EXPECTED = /401 \(Unauthorized\)|503 \(/;
const LASTS = { answerAfterMs: null, leavesAfterMs: 3_600_000 } as const;
const DESK = { width: 1440, height: 900 };

/** Counts what a page plays, without changing what it does. */
const LISTEN = `
  globalThis.notes = 0;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) { globalThis.notes += 1; return start.apply(this, given); };
`;

describe('a board', () => {
  let floor: Floor;
  let folder: string;
  let queues: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pitel-board-'));
    const deskFile = join(folder, 'desk.yaml');
    await writeFile(deskFile, 'thresholds:\n  - { waiting: 2 }\n');
    floor = await Floor.open({ auth: 'jwt', env: { DESK_FILE: deskFile }, world: { speed: 4 } });
    queues = floor.world.directory.queues.map(({ name }) => name);
  });

  afterAll(async () => {
    await floor?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(path: string, claims: object = {}, before?: (page: Page) => Promise<unknown>) {
    const token = await tokenFor(3_600, claims as Record<string, unknown>);
    const shown = await floor.page('/pop', { expected: EXPECTED, kept: { language: 'en' } });
    await shown.setViewportSize(DESK);
    await before?.(shown);
    await shown.evaluate(`sessionStorage.setItem('pitel-token', '${token}')`);
    await shown.goto(floor.url + path);
    return shown;
  }

  function wait(queue: string, customer: string): string {
    return floor.world.startCall({ kind: 'queue', queue, customer, ...LASTS }).callKey;
  }

  function tone(page: Page, tile: string): Promise<string | null> {
    return page.locator(`.tile[data-name=${tile}]`).getAttribute('data-tone');
  }

  it('is red from when a queue passes its limit, is heard, and is amber once a person has seen it', async () => {
    const page = await open('/', {}, (page) => page.addInitScript(LISTEN));
    await floor.isFresh(page);
    await floor.shows(page, { waiting: 0 });
    expect(await tone(page, 'waiting')).toBe('calm');
    await page.locator('button.sound').click();
    await page.locator('button.sound[data-sound=on]').waitFor();

    const [, trouble] = queues;
    const callers = [wait(trouble!, '0914237381'), wait(trouble!, '0914237382')];
    const tile = page.locator('.tile[data-name=waiting]');
    await page.locator('.tile[data-name=waiting][data-tone=alarm]').waitFor();
    // Without the hotline that the PBX has added to the queue's name.
    const name = trouble!.replace(/_\d+$/, '');
    expect(await tile.innerText()).toMatch(new RegExp(`${name}\\s+limit 2 · since \\d\\d:\\d\\d`));
    const first = page.locator('.queues tbody tr').first();
    expect(await first.innerText()).toContain(name);
    expect(await first.locator('[data-column=waiting]').getAttribute('data-tone')).toBe('alarm');
    expect(await page.evaluate('notes')).toBe(2);
    expect(await floor.violations(page)).toEqual([]);

    await tile.locator('button', { hasText: 'Noted' }).click();
    await page.locator('.tile[data-name=waiting][data-tone=acknowledged]').waitFor();
    expect(await tile.locator('.mark').innerText()).toContain('seen');
    expect(await floor.violations(page)).toEqual([]);
    // Another page of this browser, and a reload, know it too; what was crossed before is not heard again.
    await page.reload();
    await page.locator('.tile[data-name=waiting][data-tone=acknowledged]').waitFor();
    expect(await page.evaluate('notes')).toBe(0);
    for (const caller of callers) floor.world.hangUp(caller);
    await page.locator('.tile[data-name=waiting][data-tone=calm]').waitFor();
    expect(await page.evaluate("localStorage.getItem('pitel-acknowledged')")).toBeNull();
    await page.close();
  });

  it('says that the queues are not current while only their list is away, and stops only what it says', async () => {
    const [, trouble] = queues;
    const talk = floor.world.startCall({
      kind: 'direct',
      extension: '101',
      customer: '0914237390',
      answerAfterMs: 300,
      talkMs: 3_600_000,
    });
    const callers = [wait(trouble!, '0914237391'), wait(trouble!, '0914237392')];
    const page = await open('/');
    const tile = page.locator('.tile[data-name=waiting]');
    await page.locator('.tile[data-name=waiting][data-tone=alarm]').waitFor();
    await page.locator('.agents li[data-agent="101"][data-state=talking]').waitFor();
    const faults = floor.pbx.tenants[0]!.faults;
    faults.add('queue', { kind: 'status', status: 500, forMs: 3_600_000 });
    await page.locator('.board[data-standing=queues-stale]').waitFor();
    expect(await page.locator('.banner.stale strong').innerText()).toMatch(
      /^Queues are not current since \d\d:\d\d:\d\d/,
    );
    expect(await page.locator('.pill').innerText()).toBe('partly not current');

    const frame = (selector: string) =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).borderTopStyle`);
    for (const tile of ['waiting', 'longest', 'level', 'level-recent', 'abandoned'])
      expect(await frame(`.tile[data-name=${tile}]`)).toBe('dashed');
    for (const panel of ['queues', 'chart']) expect(await frame(`.${panel}-panel`)).toBe('dashed');
    for (const part of ['.tile[data-name=callbacks]', '.agents-panel', '.callbacks-panel'])
      expect(await frame(part)).toBe('solid');

    const talks = page.locator('.agents li[data-agent="101"] .in-state');
    const goesOn = async () => {
      const before = await talks.innerText();
      await until(async () => (await talks.innerText()) !== before, 'the next second');
    };
    const waits = async () => [
      await floor.shown(page, 'longest'),
      await page.locator('.queues tr[data-crossed=true] [data-column=longest]').innerText(),
    ];
    await goesOn();
    const stopped = await waits();
    await goesOn();
    await goesOn();
    expect(await waits()).toEqual(stopped);
    expect(await floor.violations(page)).toEqual([]);
    await tile.locator('button.seen').click();
    await page.locator('.tile[data-name=waiting][data-tone=acknowledged]').waitFor();
    expect(await floor.violations(page)).toEqual([]);
    const colour = (selector: string, property: 'color' | 'borderTopColor') =>
      page.evaluate(`getComputedStyle(document.querySelector('${selector}')).${property}`);
    expect(await colour('.tile[data-name=waiting]', 'borderTopColor')).toBe(
      await colour('.tile[data-name=waiting] .mark', 'color'),
    );
    expect(await colour('.tile[data-name=waiting]', 'borderTopColor')).not.toBe(
      await colour('.tile[data-name=longest]', 'borderTopColor'),
    );
    await page.locator('#tab-calls').click();
    const waiting = page.locator('.calls tbody tr', { hasText: '0914237391' }).locator('.duration');
    const talking = page.locator('.calls tbody tr', { hasText: '0914237390' }).locator('.duration');
    const still = await waiting.innerText();
    for (let second = 0; second < 2; second += 1) {
      const before = await talking.innerText();
      await until(async () => (await talking.innerText()) !== before, 'the next second');
    }
    expect(await waiting.innerText()).toBe(still);

    faults.clear();
    await floor.isFresh(page);
    for (const callKey of [talk.callKey, ...callers]) floor.world.hangUp(callKey);
    await page.close();
  });

  it('says whether the browser lets the chime be heard, and hears of it when the page is used', async () => {
    const page = await open('/', {}, async (page) => {
      await page.evaluate("localStorage.setItem('pitel-sound', 'on')");
      // As a browser that lets no page make a sound before somebody has used it.
      await page.addInitScript(`
        let used = false;
        addEventListener('pointerdown', () => (used = true), true);
        const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state');
        Object.defineProperty(BaseAudioContext.prototype, 'state', { get() { return used ? state.get.call(this) : 'suspended'; } });
      `);
    });
    await page.locator('button.sound[data-sound=blocked]', { hasText: 'Sound blocked' }).waitFor();
    await page.locator('button.sound').click();
    await page.locator('button.sound[data-sound=on]').waitFor();
    await page.locator('button.sound').click();
    await page.locator('button.sound[data-sound=off]').waitFor();
    await page.close();
  });

  it('shows who is owed a call as soon as that is so, and that somebody is on it', async () => {
    const page = await open('/');
    await floor.isFresh(page);
    const customer = '0914237387';
    const caller = wait(queues[0]!, customer);
    await until(async () => Number(await floor.shown(page, 'waiting')) > 0, 'the caller');
    const began = Date.now();
    // A caller who leaves within seconds is owed none.
    await until(() => Date.now() - began > 6_000, 'a wait that is not short');
    floor.world.hangUp(caller);
    const item = page.locator('.callbacks li', { hasText: customer });
    await item.waitFor();
    const { callbacks } = await ask<{ callbacks: { id: string }[] }>('/v1/callbacks');
    await until(async () => (await floor.shown(page, 'callbacks')) === String(callbacks.length));
    const id = await item.getAttribute('data-callback');
    const claim = await fetch(`${floor.service.url}/v1/callbacks/${id}/claim`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await tokenFor(60, { sub: 'lan', callbacks: true })}` },
    });
    expect(claim.status).toBe(200);
    await item.locator('.claimed', { hasText: 'lan is on it' }).waitFor();
    await page.close();
  });

  async function ask<T>(path: string): Promise<T> {
    const headers = { authorization: `Bearer ${await tokenFor(60)}` };
    return (await (await fetch(floor.service.url + path, { headers })).json()) as T;
  }

  it('of some queues has their numbers and their callers, its title, and names a queue that there is none of', async () => {
    const [sales, support] = queues;
    const calls = [wait(sales!, '0914237384'), wait(support!, '0914237385')];
    const page = await open(`/?queues=${encodeURIComponent(sales!)},Nowhere&title=Team%20A`);
    await floor.isFresh(page);
    await floor.shows(page, { waiting: 1, live: 1 });
    expect(await page.locator('.brand').innerText()).toBe('Team A');
    expect(await page.locator('.remark').innerText()).toContain('Nowhere');
    expect(await page.locator('.queues tbody tr').count()).toBe(1);
    await page.locator('#tab-calls').click();
    await page.locator('.calls tbody tr', { hasText: '0914237384' }).waitFor();
    expect(await page.locator('.calls').innerText()).not.toContain('0914237385');
    for (const callKey of calls) floor.world.hangUp(callKey);
    await page.close();
  });

  it('of some extensions has these among the agents, and their calls', async () => {
    const talks = ['101', '105'].map((extension) =>
      floor.world.startCall({
        kind: 'direct',
        extension,
        customer: `0914237${extension}`,
        answerAfterMs: 300,
        talkMs: 3_600_000,
      }),
    );
    const page = await open('/?extensions=101-103');
    await floor.isFresh(page);
    await page.locator('.agents li[data-agent="101"][data-state=talking]').waitFor();
    expect(await page.locator('.agents li[data-agent="105"]').count()).toBe(0);
    await page.locator('#tab-calls').click();
    await page.locator('.calls tbody tr', { hasText: '0914237101' }).waitFor();
    expect(await page.locator('.calls').innerText()).not.toContain('0914237105');
    for (const { callKey } of talks) floor.world.hangUp(callKey);
    await page.close();
  });

  it('says which numbers a narrow token does not show, instead of zeros', async () => {
    const ofExtensions = await open('/', { extensions: ['101'] });
    await floor.isFresh(ofExtensions);
    for (const tile of ['waiting', 'longest', 'level', 'level-recent', 'abandoned', 'callbacks']) {
      await ofExtensions.locator(`.tile[data-name=${tile}][data-known=false]`).waitFor();
      expect(await floor.shown(ofExtensions, tile)).toBe('—');
    }
    expect(await ofExtensions.locator('.tile .reason').first().innerText()).toContain('no numbers of queues');
    expect(await ofExtensions.locator('.queues-panel').innerText()).toContain('no numbers of queues');
    await ofExtensions.locator('.agents li[data-agent="101"]').waitFor();
    expect(await ofExtensions.locator('.agents li').count()).toBe(1);
    await ofExtensions.close();

    const [sales] = queues;
    const ofQueues = await open('/', { queues: [sales] });
    await floor.isFresh(ofQueues);
    await floor.shows(ofQueues, { waiting: 0 });
    expect(await ofQueues.locator('.agents-panel').innerText()).toContain('no numbers of agents');
    expect(await floor.violations(ofQueues)).toEqual([]);
    await ofQueues.close();
  });

  it('has neither links nor controls as a kiosk, and turns its pages by itself', async () => {
    const page = await open('/?kiosk&title=Wall');
    await page.setViewportSize({ width: 1440, height: 620 });
    await floor.isFresh(page);
    await page.locator('.agents li').nth(5).waitFor();
    expect(await page.locator('button, a, select, input').count()).toBe(0);
    const agents = () => page.locator('.agents li').first().getAttribute('data-agent');
    const before = await agents();
    await page.locator('.agents-panel .pager').waitFor();
    await until(async () => (await agents()) !== before, 'the next page');
    expect(await floor.violations(page)).toEqual([]);
    await page.close();
  });

  it('shows numbers that could not be read as unknown, and why', async () => {
    const page = await open('/', {}, async (page) => {
      await page.route('**/v1/stats/**', (route) =>
        route.fulfill({ status: 503, json: { code: 'store-away' } }),
      );
    });
    await page
      .locator('.tile[data-name=level][data-known=false]', { hasText: 'could not be read' })
      .waitFor();
    expect(await floor.shown(page, 'level')).toBe('—');
    await page.close();
  });
});
