import type { Page } from 'playwright-core';
import type { CallView } from '../../src/core/model/event.js';
import { until } from '../support/until.js';
import { Floor } from './floor.js';

const LASTS = { talkMs: 900_000, leavesAfterMs: 900_000 } as const;

describe('the dialog of a call', () => {
  let floor: Floor;
  let page: Page;

  beforeAll(async () => {
    floor = await Floor.open();
    page = await floor.page('/#calls', { kept: { language: 'en' } });
    await floor.isFresh(page);
  });
  afterAll(async () => {
    await floor?.close();
  });

  async function open(text: string) {
    await page.locator('.calls tbody tr button', { hasText: text }).click();
    const dialog = page.locator('dialog.call');
    await dialog.locator('svg').waitFor();
    return dialog;
  }
  async function shut(): Promise<void> {
    await page.keyboard.press('Escape');
    await page.locator('dialog.call').waitFor({ state: 'detached' });
  }

  it('begins with the customer and what happens, and has the id small, to copy', async () => {
    floor.world.startCall({
      kind: 'direct',
      extension: '101',
      customer: '0914237383',
      answerAfterMs: 700,
      ...LASTS,
    });
    await page.locator('.calls tbody tr[data-phase=talking]').waitFor();
    const dialog = await open('0914237383');
    expect(await dialog.locator('h2').innerText()).toBe('0914237383');
    expect(await dialog.locator('.happened').innerText()).toMatch(/talking\s+Talks to 101 .* · \d+:\d\d/);
    await dialog.locator('.marks tr[data-type=call-answered]').waitFor();
    // What the PBX gives the time of has no window; what two polls saw has one, and says which.
    const windows = await dialog.locator('svg .window').count();
    const between = await dialog.locator('.marks td', { hasText: 'between' }).count();
    expect([windows, between]).toEqual([between, windows]);
    expect(windows).toBeGreaterThan(0);
    expect(await dialog.locator('figcaption').innerText()).toContain('somewhere in here');
    const id = await dialog.locator('.call-id code').innerText();
    await floor.chromium.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await dialog.locator('.call-id button').click();
    await dialog.locator('.call-id [role=status]', { hasText: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(id);
    await shut();
  });

  it('folds the extensions that a call rings at into one line, and shows each on request', async () => {
    const { callKey } = floor.world.startCall({
      kind: 'ring-group',
      customer: '0914237384',
      answerAfterMs: null,
      ...LASTS,
    });
    await page.locator('.calls tbody tr button', { hasText: '0914237384' }).waitFor();
    const ringing = async () => {
      const { calls } = (await (await fetch(`${floor.url}/v1/calls`)).json()) as { calls: CallView[] };
      return calls.find(({ customer }) => customer?.raw === '0914237384')!.extensions.length;
    };
    const members = () =>
      new Set(
        floor.world.truth
          .find((call) => call.callKey === callKey)!
          .sightings.flatMap(({ extension }) => extension ?? []),
      ).size;
    await until(async () => members() > 3 && (await ringing()) === members(), 'every extension of the group');
    const rings = members();
    const dialog = await open('0914237384');
    await dialog.locator('.marks th', { hasText: `rang at ${rings} extensions` }).waitFor();
    await dialog.locator('svg .lane', { hasText: `${rings} extensions` }).waitFor();
    await dialog.locator('.folds').click();
    await until(
      async () => (await dialog.locator('.marks tr[data-type=call-offered]').count()) === rings,
      'a line for each',
    );
    expect(await dialog.locator('svg .lane').count()).toBe(rings + 1);
    await shut();
  });

  it('names both sides of a local call, the caller first', async () => {
    const [caller, callee] = ['120', '121'];
    floor.world.startCall({ kind: 'local', extension: caller, peer: callee, answerAfterMs: 700, ...LASTS });
    const row = page.locator('.calls tbody tr[data-phase=talking]', { hasText: 'internal' });
    await row.waitFor();
    await row.locator('button').click();
    const title = page.locator('dialog.call h2');
    await until(async () => /^120.* → 121/.test(await title.innerText()), 'both sides');
    await shut();
  });

  it('says of a call to a customer who answered it, what is over as over, and is closed beside it', async () => {
    floor.world.startCall({
      kind: 'outbound',
      extension: '110',
      customer: '0914237385',
      answerAfterMs: 700,
      talkMs: 6_000,
      leavesAfterMs: 900_000,
    });
    const dialog = await open('0914237385');
    await dialog.locator('.happened', { hasText: 'The customer answered' }).waitFor();
    expect(await dialog.locator('.happened').innerText()).not.toMatch(/by 110/);
    await dialog
      .locator('svg .bar-text', { hasText: /^talked$/ })
      .first()
      .waitFor();
    // A click in the dialog does not close it.
    await dialog.locator('h2').click();
    await page.mouse.click(3, 300);
    await dialog.waitFor({ state: 'detached' });
  });

  it.each(['vi', 'en'])(
    'fills the screen of a mobile, and can be used by everybody, in %s',
    async (language) => {
      const mobile = await floor.page('/#calls', { kept: { language, theme: 'dark' } });
      await mobile.setViewportSize({ width: 390, height: 844 });
      await mobile.locator('.calls tbody tr button', { hasText: '0914237384' }).click();
      const dialog = mobile.locator('dialog.call');
      await dialog.locator('.marks tbody tr').first().waitFor();
      expect(await dialog.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
      expect(await mobile.evaluate('document.querySelector("dialog.call").scrollWidth')).toBe(390);
      expect(await floor.violations(mobile)).toEqual([]);
      await mobile.close();
      expect(floor.complaints).toEqual([]);
    },
  );
});
