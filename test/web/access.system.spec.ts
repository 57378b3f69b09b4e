import type { Page } from 'playwright-core';
import { clientTag } from '../../src/docs/client-tag.js';
import { until } from '../support/until.js';
import { Floor, tokenFor } from './floor.js';

/** A page that asks without a token gets a 401, and the browser logs that as an error. */
const UNAUTHORIZED = /401 \(Unauthorized\)/;
/** A token that ends while the test runs, and not before a slow machine has signed in with it. */
const SHORT_S = 30;

describe('signing in', () => {
  let floor: Floor;

  beforeAll(async () => {
    floor = await Floor.open({ auth: 'jwt' });
  });

  afterAll(async () => {
    await floor?.close();
  });

  async function signIn(page: Page, token: string): Promise<void> {
    await page.locator('#token').fill(token);
    await page.locator('.sign-in .primary').click();
  }

  it('takes a token, announces its end, and says why it is asked for again', async () => {
    const page = await floor.page('/', { expected: UNAUTHORIZED });
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.locator('header button', { hasText: 'Tiếng Việt' }).click();
    await signIn(page, 'not a token');
    await page.locator('.refusal', { hasText: 'không chấp nhận mã này' }).waitFor();

    const short = await tokenFor(SHORT_S);
    await signIn(page, short);
    await floor.isFresh(page);
    await page.locator('.banner', { hasText: 'sẽ hết hạn sau 0:0' }).waitFor();
    await page.locator('.refusal', { hasText: 'đã hết hạn' }).waitFor();
    expect(await page.locator('.tiles').count()).toBe(0);

    const long = await tokenFor(3_600);
    await signIn(page, long);
    await floor.isFresh(page);
    expect(addresses.filter((address) => address.includes(short) || address.includes(long))).toEqual([]);
    expect(page.url()).toBe(`${floor.url}/`);
    await page.reload();
    await floor.isFresh(page);
    await page.locator('header button', { hasText: 'Đăng xuất' }).click();
    await page.locator('#token').waitFor();
    await page.reload();
    await page.locator('#token').waitFor();
    await page.close();
  });

  it('goes on without a break when a new token is entered in time', async () => {
    const page = await floor.page('/', { expected: UNAUTHORIZED, kept: { language: 'en' } });
    const over = Date.now() + SHORT_S * 1_000;
    await signIn(page, await tokenFor(SHORT_S));
    await floor.isFresh(page);
    await page.locator('.banner button', { hasText: 'Enter a new token' }).click();
    await page.locator('dialog #token').fill(await tokenFor(3_600));
    await page.locator('dialog .primary').click();
    await page.locator('.banner', { hasText: 'expires' }).waitFor({ state: 'detached' });
    const { callKey } = floor.world.startCall({
      kind: 'direct',
      extension: '101',
      answerAfterMs: 500,
      talkMs: 60_000,
    });
    await floor.shows(page, { talking: 1, live: 1 });
    // The old token is over; the connection is not.
    await until(() => Date.now() > over, 'the end of the first token');
    expect(floor.world.hangUp(callKey)).toBe(true);
    await floor.shows(page, { talking: 0, live: 0 });
    expect(await page.locator('.sign-in').count()).toBe(0);
    await page.locator('header button', { hasText: 'Sign out' }).click();
    await page.close();
  });

  it('replaces no token with one that the bridge does not take', async () => {
    const page = await floor.page('/', { expected: UNAUTHORIZED, kept: { language: 'en' } });
    const old = await tokenFor(300);
    await signIn(page, old);
    await floor.isFresh(page);
    await page.locator('.banner button', { hasText: 'Enter a new token' }).click();
    await page.locator('dialog #token').fill((await tokenFor(3_600)).slice(0, -5));
    await page.locator('dialog .primary').click();
    await page.locator('dialog .refusal', { hasText: 'does not accept this token' }).waitFor();
    expect(await page.evaluate("sessionStorage.getItem('pitel-token')")).toBe(old);
    await page.locator('dialog #token').fill(await tokenFor(-1));
    await page.locator('dialog .primary').click();
    await page.locator('dialog .refusal', { hasText: 'has expired' }).waitFor();
    await page.reload();
    await floor.isFresh(page);
    await page.locator('header button', { hasText: 'Sign out' }).click();
    await page.close();
  });

  it('begins the page again with a token that shows other calls', async () => {
    const page = await floor.page('/', { expected: UNAUTHORIZED, kept: { language: 'en' } });
    await signIn(page, await tokenFor(300));
    await floor.isFresh(page);
    const calls = ['103', '104'].map((extension) =>
      floor.world.startCall({ kind: 'direct', extension, answerAfterMs: 200, talkMs: 60_000 }),
    );
    await floor.shows(page, { talking: 2, live: 2 });
    await page.locator('.banner button', { hasText: 'Enter a new token' }).click();
    await page.locator('dialog #token').fill(await tokenFor(3_600, { extensions: ['103'] }));
    await page.locator('dialog .primary').click();
    await page.locator('.banner.scope', { hasText: '103' }).waitFor();
    await floor.isFresh(page);
    await floor.shows(page, { talking: 1, live: 1 });
    expect(await page.locator('main').innerText()).not.toContain('104');
    for (const { callKey } of calls) floor.world.hangUp(callKey);
    await page.locator('header button', { hasText: 'Sign out' }).click();
    await page.close();
  });

  it('hides the pops of one user from a user who sees other calls, or signs in after a sign-out', async () => {
    const page = await floor.page('/pop', { expected: UNAUTHORIZED, kept: { language: 'en' } });
    const [customer, another] = ['0914237399', '0914237400'] as const;
    const keys = () => page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('pop'))");
    /** The next user to load the page in this tab. */
    const comeBackWith = async (token: string) => {
      await page.evaluate(`sessionStorage.setItem('pitel-token', '${token}')`);
      await page.reload();
      await page.locator('.pill[data-state=fresh]').waitFor();
    };
    const pops = async (customer: string) => {
      const { callKey } = floor.world.startCall({
        kind: 'direct',
        extension: '101',
        customer,
        answerAfterMs: 500,
        talkMs: 60_000,
      });
      await page.locator('.card', { hasText: 'Talking' }).waitFor();
      expect(await keys()).toEqual(['pitel-pop 101 open']);
      return callKey;
    };
    await signIn(page, await tokenFor(3_600));
    await page.locator('#extension').fill('101');
    await page.locator('.choice-form .primary').click();
    await page.locator('.pill[data-state=fresh]').waitFor();

    const first = await pops(customer);
    await comeBackWith(await tokenFor(7_200));
    await page.locator('.card', { hasText: customer }).waitFor();
    await comeBackWith(await tokenFor(3_600, { extensions: ['102'] }));
    expect(await keys()).toEqual([]);
    expect(await page.locator('.card').count()).toBe(0);
    expect(await page.locator('main').innerText()).not.toContain(customer);
    floor.world.hangUp(first);

    await comeBackWith(await tokenFor(3_600));
    const second = await pops(another);
    await page.locator('header button', { hasText: 'Sign out' }).click();
    await page.locator('#token').waitFor();
    expect(await keys()).toEqual([]);
    floor.world.hangUp(second);
    await signIn(page, await tokenFor(3_600));
    await page.locator('.pill[data-state=fresh]').waitFor();
    expect(await page.locator('.card').count()).toBe(0);
    expect(await page.locator('main').innerText()).not.toContain(another);
    await page.locator('header button', { hasText: 'Sign out' }).click();
    await page.close();
  });

  it('is kept for good on a screen that asks for it, and says what a narrow token shows', async () => {
    const page = await floor.page('/', { expected: UNAUTHORIZED });
    await page.locator('.choice input').check();
    await signIn(page, await tokenFor(3_600, { extensions: ['105'] }));
    await floor.isFresh(page);
    expect(await page.locator('.banner.scope').innerText()).toContain('105');
    floor.world.startCall({ kind: 'direct', extension: '105', answerAfterMs: 200, talkMs: 60_000 });
    floor.world.startCall({ kind: 'direct', extension: '106', answerAfterMs: 200, talkMs: 60_000 });
    await floor.shows(page, { talking: 1, live: 1 });
    const other = await floor.page('/', { expected: UNAUTHORIZED });
    await floor.isFresh(other);
    await other.locator('header button', { hasText: 'Sign out' }).click();
    await page.close();
    await other.close();
    expect(floor.complaints).toEqual([]);
  });
});

describe('the screen-pop page', () => {
  let floor: Floor;

  beforeAll(async () => {
    floor = await Floor.open();
  });

  afterAll(async () => {
    await floor?.close();
  });

  async function tab(extension: string): Promise<Page> {
    const page = await floor.page('/pop');
    await page.locator('.choice-form .primary').waitFor();
    // The extension that this browser watched last is watched again.
    if ((await page.locator('.pill').count()) > 0) {
      // Chromium warns of a socket that is closed while it is opened.
      await page.locator('.pill[data-state=fresh]').waitFor();
      await page.locator('.choice-form .primary').click();
    }
    await page.locator('#extension').fill(extension);
    await page.locator('.choice-form .primary').click();
    await page.locator('.pill[data-state=fresh]').waitFor();
    return page;
  }

  it('pops once in two tabs, stays while the agent talks, and closes with the call', async () => {
    const tabs = [await tab('101'), await tab('101')];
    const counts = () => Promise.all(tabs.map((page) => page.locator('.card').count()));
    const { callKey } = floor.world.startCall({
      kind: 'direct',
      extension: '101',
      customer: '0914237383',
      answerAfterMs: 3_000,
      talkMs: 600_000,
    });
    await until(async () => (await counts()).some(Boolean), 'a card');
    const popped = tabs[(await counts()).indexOf(1)]!;
    expect(await popped.locator('.card .name').innerText()).toBe('0914237383');
    await popped.locator('.card', { hasText: 'Talking' }).waitFor();
    // By now the other tab has had the same events.
    expect((await counts()).sort()).toEqual([0, 1]);
    await floor.photograph(popped, 'pop-en-light-desk');
    floor.world.hangUp(callKey);
    await popped.locator('.card').waitFor({ state: 'detached' });
    expect(await popped.locator('.pop-log').innerText()).toContain('closed: call over');
    for (const page of tabs) await page.close();
  });

  it('closes when another extension has answered, and when the caller has left', async () => {
    const group = floor.world.directory.ringGroups[0]!;
    const [first, second] = group.members.map(({ number }) => number);
    const pages = [await tab(first!), await tab(second!)];
    const logs = async () =>
      (await Promise.all(pages.map((page) => page.locator('.pop-log').allInnerTexts()))).flat().join();
    const ring = (customer: string, answerAfterMs: number | null, leavesAfterMs: number) =>
      floor.world.startCall({
        kind: 'ring-group',
        ringGroup: group.name,
        customer,
        answerAfterMs,
        leavesAfterMs,
        talkMs: 60_000,
      });
    ring('0914237381', null, 1_500);
    for (const page of pages) await page.locator('.pop-log li', { hasText: 'caller left' }).waitFor();
    for (const page of pages) await page.locator('.card').waitFor({ state: 'detached' });
    ring('0914237382', 1_500, 60_000);
    await until(async () => (await logs()).includes('closed: answered elsewhere'));
    for (const page of pages) await page.close();
    expect(floor.complaints).toEqual([]);
  });

  it('shows the tag for the extension with the hash of the client that is served, ready to copy', async () => {
    const page = await floor.page('/pop?extension=109');
    await floor.chromium.context.grantPermissions(['clipboard-read', 'clipboard-write'], {
      origin: floor.url,
    });
    await page.locator('.pill[data-state=fresh]').waitFor();
    await page.locator('.code-panel', { hasText: 'integrity' }).waitFor();
    await page.locator('.code-panel button').click();
    const { module } = (await (await fetch(`${floor.url}/client.json`)).json()) as {
      module: { file: string; integrity: string };
    };
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      clientTag(
        { version: '', module: { ...module, file: module.file.replace('client/', '') }, classic: module },
        floor.url,
        '109',
      ),
    );
    await page.close();
  });
});
