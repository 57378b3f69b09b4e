import type { Page } from 'playwright-core';
import type { Transition } from '../../src/core/model/event.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { DeliveryUnderTest, LogWriter, token, transition, view } from '../../test/support/delivery.js';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import type { OfferOutcome } from '../src/contract.js';
import { type Chromium, startChromium } from './chromium.js';
import { type Desk, startDesk } from './desk.js';

/** Past it something is stuck. */
const PATIENCE_MS = 120_000;
/** Not a loopback name: on plain http a browser gives its pages no Web Locks. */
const PLAIN_HTTP_HOST = 'desk.test';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
});

afterAll(async () => {
  await desk.stop();
});

describe.each([
  { browser: 'a browser', host: '127.0.0.1', locks: true, database: true },
  {
    browser: 'a browser on plain http, without Web Locks',
    host: PLAIN_HTTP_HOST,
    locks: false,
    database: true,
  },
  { browser: 'a browser that lets the page store nothing', host: '127.0.0.1', locks: true, database: false },
])("an agent's tabs in $browser", ({ host, locks, database }) => {
  let chromium: Chromium;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let proxy: TcpProxy;
  let names: Map<Page, string>;
  let said: string[];
  let calls = 0;
  let c1: string;
  let c2: string;

  beforeAll(async () => {
    chromium = await startChromium([PLAIN_HTTP_HOST]);
    const { context } = chromium;
    await context.exposeBinding('say', ({ page }, line: string) => said.push(`${names.get(page)}: ${line}`));
    if (!database) {
      await context.addInitScript("Object.defineProperty(window, 'indexedDB', { value: undefined })");
    }
  });

  afterAll(async () => {
    await chromium?.close();
  });

  beforeEach(async () => {
    names = new Map();
    said = [];
    // Calls that no test before had: what has popped stays known in the browser's profile.
    c1 = `c${(calls += 1)}`;
    c2 = `c${(calls += 1)}`;
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { corsOrigins: [`http://${host}:${desk.port}`] });
    // A consumer is connected from the first event on: these logs are written without the state that a cold start reads.
    await delivery.connect({ token: await token() }).first('snapshot');
    proxy = await startTcpProxy(Number(new URL(delivery.url).port));
  });

  afterEach(async () => {
    await Promise.all([...names.keys()].map((page) => page.close()));
    await proxy.close();
    await delivery.stop();
    await store.close();
  });

  async function until(test: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!test()) {
      if (performance.now() > deadline)
        throw new Error(`waited in vain for ${String(test)}; heard ${said.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function tab(name: string, params: Readonly<Record<string, string>> = {}): Promise<Page> {
    const page = await chromium.context.newPage();
    names.set(page, name);
    const given = { bridge: `http://127.0.0.1:${proxy.port}`, token: await token(), ...params };
    await page.goto(`http://${host}:${desk.port}/desk?${new URLSearchParams(given)}`);
    await until(() => said.includes(`${name}: live`));
    return page;
  }

  /** The tabs that reported it, in their order. */
  const who = (line: string) =>
    said.filter((each) => each.endsWith(`: ${line}`)).map((each) => each.split(': ')[0]!);
  const pageOf = (name: string) => [...names].find(([, each]) => each === name)![0];

  function offer(
    type: 'call-offered' | 'call-offer-ended',
    callId: string,
    outcome: OfferOutcome | null,
    round = 1,
  ): Transition {
    const state = outcome === null ? 'ringing' : outcome === 'answered' ? 'answered' : 'ended';
    const extensions = [{ extension: '107', extensionId: null, agentName: null, state } as const];
    const data = view(callId, {
      extensions,
      outcome,
      offer: { extension: '107', extensionId: null, outcome },
    });
    return { type, subject: callId, time: 0, discriminator: `107/${round}`, data };
  }

  const rings = (id: string) => log.commit(transition('call-started', id), offer('call-offered', id, null));
  const ringsAgain = (id: string) => log.commit(offer('call-offered', id, null, 2));
  const stops = (id: string, outcome: OfferOutcome) => log.commit(offer('call-offer-ended', id, outcome));
  const ends = (id: string) => log.commit(transition('call-ended', id, { state: 'ended', extensions: [] }));

  /** Waits until each of these tabs has decided: one has popped, the others know that another did. */
  async function decided(id: string, tabs: number): Promise<string> {
    await until(() => who(`open ${id}`).length + who(`elsewhere ${id}`).length >= tabs);
    expect(who(`open ${id}`)).toHaveLength(1);
    return who(`open ${id}`)[0]!;
  }

  it('pop a call once, and the next call again', async () => {
    const page = await tab('a');
    await tab('b');
    await tab('c');
    expect(await page.evaluate(() => 'locks' in navigator)).toBe(locks);
    await rings(c1);
    await decided(c1, 3);
    await rings(c2);
    await decided(c2, 3);
    expect(who(`open ${c1}`)).toHaveLength(1);
  });

  it('do not pop it again when the tab that popped is closed while it rings', async () => {
    await tab('a');
    await tab('b');
    await rings(c1);
    const popped = await decided(c1, 2);
    const page = pageOf(popped);
    await page.close();
    names.delete(page);
    if (database) {
      // Opened later, while the extension still rings.
      await tab('late');
      await until(() => who(`elsewhere ${c1}`).includes('late'));
    }
    await rings(c2);
    await decided(c2, database ? 2 : 1);
    expect(who(`open ${c1}`)).toEqual([popped]);
  });

  it('are closed, by the tab that popped alone, when another extension has answered', async () => {
    await tab('a');
    await tab('b');
    await rings(c1);
    const popped = await decided(c1, 2);
    await stops(c1, 'answered-elsewhere');
    await until(() => who(`close ${c1} answered-elsewhere`).length > 0);
    await ends(c1);
    await rings(c2);
    await decided(c2, 2);
    expect(said.filter((line) => line.includes(`close ${c1}`))).toEqual([
      `${popped}: close ${c1} answered-elsewhere`,
    ]);
  });

  it('keep the pop of a call that is answered here until it ends', async () => {
    await tab('a');
    await rings(c1);
    await decided(c1, 1);
    await stops(c1, 'answered');
    await ends(c1);
    await until(() => who(`close ${c1} ended`).length > 0);
    expect(said.filter((line) => line.includes(c1))).toEqual([
      `a: open ${c1}`,
      `a: answered ${c1}`,
      `a: close ${c1} ended`,
    ]);
  });

  it.each([{}, { remember: 'yes' }])('do not pop it again after a reload (%j)', async (params) => {
    await tab('a', params);
    await tab('b', params);
    await rings(c1);
    const popped = await decided(c1, 2);
    await pageOf(popped).reload();
    await until(() => who(`restore ${c1}`).length === 1);
    for (const [page, name] of names) {
      if (name !== popped) await page.reload();
    }
    await until(() => who(`elsewhere ${c1}`).length === 2);
    await rings(c2);
    await decided(c2, 2);
    await stops(c1, 'caller-left');
    await until(() => who(`close ${c1} caller-left`).length > 0);
    expect(who(`open ${c1}`)).toEqual([popped]);
    expect(who(`restore ${c1}`)).toEqual([popped]);
    expect(who(`close ${c1} caller-left`)).toEqual([popped]);
  });

  it('do not pop it again after the connection was lost, and miss no close', async () => {
    await tab('a');
    await tab('b');
    await rings(c1);
    const popped = await decided(c1, 2);
    proxy.cut();
    await until(() => who('stale').length === 2);
    await stops(c1, 'not-answered');
    await until(() => who('live').length === 4);
    await until(() => who(`close ${c1} not-answered`).length > 0);
    await rings(c2);
    await decided(c2, 2);
    expect(who(`open ${c1}`)).toEqual([popped]);
    expect(who(`close ${c1} not-answered`)).toEqual([popped]);
  });

  it('say once that another has it, when one of them was away and gets snapshot and missed events', async () => {
    await tab('a', { remember: 'yes' });
    const away = await tab('b', { remember: 'yes' });
    await away.waitForFunction("sessionStorage.getItem('place') !== null");
    const address = away.url();
    await away.goto('about:blank');
    await rings(c1);
    expect(await decided(c1, 1)).toBe('a');
    await away.goto(address);
    await until(() => who(`elsewhere ${c1}`).includes('b'));
    await rings(c2);
    await decided(c2, 2);
    expect(who(`elsewhere ${c1}`).filter((name) => name === 'b')).toEqual(['b']);
  });

  it('pop a call that rings already when the first of them is opened', async () => {
    await rings(c1);
    await tab('a');
    await decided(c1, 1);
  });

  it('do not pop what stopped ringing before they could', async () => {
    await tab('a');
    await log.commit(
      transition('call-started', c1),
      offer('call-offered', c1, null),
      offer('call-offer-ended', c1, 'caller-left'),
    );
    await rings(c2);
    await decided(c2, 1);
    expect(said.filter((line) => line.includes(c1))).toEqual([]);
  });

  it.each([
    ['once for all its ringing', {}, 1],
    ['for each ringing, when asked to', { again: 'yes' }, 2],
  ])('pop a call that rings here a second time %s', async (_, params, pops) => {
    await tab('a', params);
    await tab('b', params);
    await rings(c1);
    await decided(c1, 2);
    await stops(c1, 'not-answered');
    await ringsAgain(c1);
    await rings(c2);
    await decided(c2, 2);
    expect(who(`open ${c1}`)).toHaveLength(pops);
  });

  it('keep the pop of a call that rings again when the missed end of its first ringing comes', async () => {
    const page = await tab('a', { remember: 'yes' });
    await page.waitForFunction("sessionStorage.getItem('place') !== null");
    const address = page.url();
    await page.goto('about:blank');
    await rings(c1);
    await stops(c1, 'not-answered');
    await ringsAgain(c1);
    await page.goto(address);
    await until(() => who(`open ${c1}`).length === 1);
    await rings(c2);
    await decided(c2, 1);
    expect(said.filter((line) => line.includes(c1))).toEqual([`a: open ${c1}`]);
    await ends(c1);
    await until(() => who(`close ${c1} ended`).length === 1);
  });

  it('open the address of a template, which gets no hold on the page that opened it', async () => {
    await tab('a', { template: '/crm?phone={customer.e164}' });
    const windows = chromium.context.waitForEvent('page');
    await rings(c1);
    const crm = await windows;
    names.set(crm, 'crm');
    await crm.waitForURL(`http://${host}:${desk.port}/crm?phone=%2B84914237383`);
    expect(await crm.evaluate(() => window.opener === null)).toBe(true);
  });
});
