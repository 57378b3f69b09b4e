import type { BridgeEvent } from './contract.js';
import { memoryCursor } from './cursor-store.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  sourceDegraded,
  sourceDown,
  token,
  transition,
} from '../../test/support/delivery.js';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import { Watched } from '../test/watched.js';
import type { BridgeOptions } from './bridge.js';

describe('the client, against the real bridge', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let serverClock: ManualClock;
  let delivery: DeliveryUnderTest;
  let proxy: TcpProxy;
  let watched: Watched[];

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 20_000 });
    log = await new LogWriter(store).claim('e1');
    serverClock = new ManualClock();
    delivery = await DeliveryUnderTest.start(store, { clock: serverClock });
    // A consumer is connected from the first event on: these logs are written without the state that a cold start reads.
    await delivery.connect({ token: await token() }).first('snapshot');
    proxy = await startTcpProxy(Number(new URL(delivery.url).port));
    watched = [];
  });

  afterEach(async () => {
    await Promise.all(watched.map(({ bridge }) => bridge.close()));
    await proxy.close();
    await delivery.stop();
    await store.close();
  });

  function watch(options: Partial<BridgeOptions> = {}): Watched {
    const url = `http://127.0.0.1:${proxy.port}`;
    const client = new Watched({ url, token: () => token(), ...options }, new ManualClock(serverClock.now()));
    watched.push(client);
    return client;
  }

  /** Breaks the connection and lets the client come back after `ms` of its own time. */
  async function drop(client: Watched, ms = 1_000): Promise<void> {
    const before = client.said.length;
    const since = (line: string) => client.said.slice(before).includes(line);
    proxy.cut();
    await client.until(() => since('stale disconnected'));
    client.clock.advance(ms);
    await client.until(() => since('live'));
  }

  const started = (...ids: string[]) => ids.map((id) => transition('call-started', id));
  const answered = (id: string) => transition('call-answered', id, { state: 'answered' });
  const ended = (id: string) => transition('call-ended', id, { state: 'ended', outcome: 'answered' });

  it('gives each event to the listeners of its type and to those of all, in order, and keeps the map', async () => {
    await log.commit(...started('c0'));
    const client = watch();
    const heard: string[] = [];
    client.on('call-started', ({ data }) => heard.push(`${data.callId} ${data.customer?.e164}`));
    client.on('call-answered', (event) =>
      heard.push(`${event.subject} is ${client.bridge.calls.get('c1')?.state}`),
    );
    await client.hears('snapshot');
    expect(client.callIds).toEqual(['c0']);

    const events = await log.commit(...started('c1'), answered('c1'), ended('c0'), ended('c1'));
    await client.count(4);
    expect(client.events).toEqual(events);
    expect(heard).toEqual(['c1 +84914237383', 'c1 is answered']);
    expect(client.callIds).toEqual([]);
    expect(client.bridge.cursor).toBe('e1:0000000000000005');
    expect(client.said.slice(0, 2)).toEqual(['live', 'snapshot']);
  });

  it('misses nothing and repeats nothing over fifty drops', async () => {
    const client = watch();
    await client.hears('snapshot');
    for (let round = 0; round < 50; round += 1) {
      await log.commit(...started(`a${round}`));
      const dropped = drop(client);
      await log.commit(...started(`b${round}`), ended(`a${round}`));
      await dropped;
    }
    await client.count(150);
    expect(client.sequences).toEqual(Array.from({ length: 150 }, (_, n) => n + 1));
    expect(client.callIds).toHaveLength(50);
    expect(client.said.filter((line) => line === 'snapshot')).toHaveLength(1);
  });

  it('after a long absence has the state of now at once, and still every event that it missed', async () => {
    let offline = false;
    const client = watch({ token: () => (offline ? Promise.reject(new Error('offline')) : token()) });
    await client.hears('snapshot');
    await log.commit(...started('c1', 'c2'));
    await client.count(2);
    offline = true;
    proxy.cut();
    await client.hears('stale disconnected');
    const lostAt = client.clock.now();
    await client.until(() => client.clock.now() > lostAt + 11_000, 1_000);
    await log.commit(ended('c1'), answered('c2'), ...started('c3'));
    const maps: string[][] = [];
    client.on('event', () => maps.push(client.callIds));
    offline = false;
    await client.until(() => client.events.length === 5, 10);
    expect(client.sequences).toEqual([1, 2, 3, 4, 5]);
    expect(maps).toEqual([
      ['c2', 'c3'],
      ['c2', 'c3'],
      ['c2', 'c3'],
    ]);
    expect(client.said.filter((line) => line === 'snapshot')).toHaveLength(2);
    await log.commit(ended('c2'));
    await client.count(6);
    expect(client.callIds).toEqual(['c3']);
  });

  it('a page that loads with a cursor gets the events after it, once, and a map that is complete', async () => {
    await log.commit(...started('old', 'gone', 'silent'));
    const cursorStore = memoryCursor('e1:2');
    await log.commit(ended('gone'), answered('old'));
    const client = watch({ cursorStore });
    await client.count(3);
    expect(client.sequences).toEqual([3, 4, 5]);
    expect(client.callIds).toEqual(['old', 'silent']);
    await log.commit(...started('new'));
    await client.count(4);
    expect(client.sequences).toEqual([3, 4, 5, 6]);
    expect(client.callIds).toEqual(['new', 'old', 'silent']);
  });

  it('a page that loads with the cursor of the last event needs one connection and gets no event again', async () => {
    await log.commit(...started('c1'));
    const client = watch({ cursorStore: memoryCursor('e1:1') });
    await client.hears('live');
    await log.commit(...started('c2'));
    await client.count(1);
    expect(client.sequences).toEqual([2]);
    expect(client.callIds).toEqual(['c1', 'c2']);
    expect(delivery.stats.snapshots).toBe(2);
  });

  it('a cursor of another log is answered with reset and the state, for a page that loads', async () => {
    await log.commit(...started('c1'));
    const client = watch({ cursorStore: memoryCursor('e0:7') });
    await client.hears('reset epoch-changed');
    await client.hears('live');
    await log.commit(...started('c2'));
    await client.count(1);
    expect(client.callIds).toEqual(['c1', 'c2']);
    expect(client.sequences).toEqual([2]);
  });

  it('starts over when the log has lost its past, and does not repeat what it has delivered already', async () => {
    const client = watch();
    await client.hears('snapshot');
    await log.commit(...started('c1', 'c2'));
    await client.count(2);
    await log.claim('e2', true);
    // The rebuilt log announces what is alive again, with the same ids.
    await log.commit(...started('c2'));
    await client.hears('reset epoch-changed');
    await client.hears('snapshot', 2);
    await log.commit(...started('c1', 'c3'));
    await client.count(3);
    expect(client.events.map(({ subject }) => subject)).toEqual(['c1', 'c2', 'c3']);
    expect(client.bridge.cursor).toBe('e2:0000000000000005');
  });

  it('drops what is announced twice, as far back as it is configured to remember', async () => {
    const client = watch({ dedupe: 2 });
    await client.hears('snapshot');
    await log.commit(...started('c1', 'c1', 'c2', 'c2', 'c3', 'c1'));
    await client.count(4);
    expect(client.events.map(({ subject }) => subject)).toEqual(['c1', 'c2', 'c3', 'c1']);
  });

  it('saves the cursor only when the listeners are done, and gives them one event at a time', async () => {
    const cursorStore = memoryCursor();
    const client = watch({ cursorStore });
    await client.hears('snapshot');
    const saved: (string | null)[] = [];
    let finish: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (finish = resolve));
    let began: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => (began = resolve));
    client.on('call-started', async ({ subject }) => {
      saved.push(cursorStore.load() as string);
      began();
      if (subject === 'c1') await first;
    });
    await log.commit(...started('c1', 'c2'));
    await beginning;
    expect(client.events).toEqual([]);
    expect(saved).toEqual(['e1:0000000000000000']);
    finish();
    await client.count(2);
    expect(saved).toEqual(['e1:0000000000000000', 'e1:0000000000000001']);
  });

  it('a listener that fails takes nothing from the others; the error is reported with its event', async () => {
    const client = watch();
    const failures: [unknown, BridgeEvent | null][] = [];
    client.on('error', (error, event) => failures.push([error, event]));
    client.on('call-started', () => {
      throw new Error('at once');
    });
    client.on('call-started', () => Promise.reject(new Error('later')));
    await client.hears('snapshot');
    const [event] = await log.commit(...started('c1', 'c2'));
    await client.count(2);
    expect(failures.slice(0, 2)).toEqual([
      [new Error('at once'), event],
      [new Error('later'), event],
    ]);
  });

  it('says that what is shown is stale while the connection or a source is down', async () => {
    const client = watch();
    await client.hears('snapshot');
    await log.commit(sourceDown);
    await client.hears('stale source-down');
    expect(client.bridge.status).toEqual({ state: 'stale', reason: 'source-down', sources: ['monitor'] });
    expect(client.bridge.sources.get('monitor')).toMatchObject({ state: 'down', lastError: 'timed out' });
    proxy.cut();
    await client.hears('stale disconnected');
    client.clock.advance(1_000);
    await client.hears('stale source-down', 2);
  });

  it('knows that a source is degraded, which does not make what is shown stale', async () => {
    const client = watch();
    await client.hears('snapshot');
    await log.commit(sourceDegraded, ...started('c1'));
    await client.hears('call-started');
    expect(client.bridge.sources.get('queue')).toMatchObject({
      state: 'degraded',
      lastError: '10 of 25 rows came',
    });
    expect(client.bridge.status).toEqual({ state: 'live' });
  });

  it('comes back after the bridge itself sent it away, which socket.io alone would not', async () => {
    let asked = 0;
    const exp = serverClock.now() / 1000 + 60;
    // A token that expires before this client's clock would renew it.
    const client = watch({ token: () => token({}, { exp: exp + 60 * asked++ }) });
    await client.hears('snapshot');
    serverClock.advance(61_000);
    await client.hears('stale disconnected');
    await log.commit(...started('c1'));
    client.clock.advance(1_000);
    await client.count(1);
    expect(client.sequences).toEqual([1]);
    expect(asked).toBe(2);
  });

  it('sends a fresh token ahead of expiry and stays connected past the old one', async () => {
    const begin = serverClock.now();
    let asked = 0;
    const client = watch({ token: () => token({}, { exp: begin / 1000 + 30 * (asked += 1) }) });
    await client.hears('snapshot');
    client.clock.advance(25_000);
    // Not unheard for longer than a ping's interval: otherwise the client concludes that its machine slept.
    await log.commit(...started('c0'));
    await client.count(1);
    // What is not accepted is tried again after seconds; what is accepted is renewed by its own expiry.
    await client.until(() => asked === 3, 100);
    expect(client.clock.now()).toBeGreaterThan(begin + 50_000);
    serverClock.advance(45_000);
    await log.commit(...started('c1'));
    await client.count(2);
    expect(client.said).toEqual(['live', 'snapshot', 'call-started', 'call-started']);
  });

  it('asks for a token again when it has expired, and only then is refused, and seldom tries again', async () => {
    const tokens = [{ exp: 1 }, { exp: 2 }, { exp: 3 }, {}];
    let asked = 0;
    const client = watch({ token: () => token({}, tokens[asked++]) });
    await client.until(() => asked === 2, 1);
    await client.hears('refused token-expired');
    expect(asked).toBe(2);
    client.clock.advance(5_000);
    expect(asked).toBe(2);
    client.clock.advance(10_000);
    await client.until(() => asked === 3);
  });

  it('asks for a token again when its key was changed: the back end signs with the new one already', async () => {
    const tokens = [{ secret: 'the secret before the rotation, 32 bytes' }, {}];
    let asked = 0;
    const client = watch({ token: () => token({}, tokens[asked++]) });
    await client.until(() => asked === 2, 1);
    await client.hears('live');
    expect(client.said).not.toContain('refused bad-signature');
  });

  it('has a code each for an expired token, a wrong tenant and a wrong signature', async () => {
    for (const [wrong, code] of [
      [await token({}, { exp: 1 }), 'token-expired'],
      [await token({ tenant: 'initech' }), 'tenant-mismatch'],
      [await token({}, { secret: 'a secret that the bridge does not know' }), 'bad-signature'],
    ] as const) {
      const client = watch({ token: wrong });
      await client.hears(`refused ${code}`);
      expect(client.bridge.status).toEqual({ state: 'refused', code });
    }
  });

  it('says why a wrong token is refused', async () => {
    const client = watch({ token: 'nonsense' });
    await client.hears('refused unauthorized');
    expect(client.bridge.status).toEqual({ state: 'refused', code: 'unauthorized' });
  });

  it('asks again when the token callback fails', async () => {
    let asked = 0;
    const client = watch({
      token: () => {
        asked += 1;
        if (asked === 1) throw new Error('no network');
        return token();
      },
    });
    await client.hears('stale no-token');
    client.clock.advance(1_000);
    await client.hears('live');
    expect(asked).toBe(2);
  });

  it('gets only what it subscribes to, and has no map when that leaves call events out', async () => {
    const client = watch({ subscribe: { types: ['call-ended'] } });
    await client.hears('snapshot');
    await log.commit(...started('c1'), sourceDown, ended('c1'));
    await client.count(1);
    expect(client.said.filter((line) => line.includes('-'))).toEqual(['stale source-down', 'call-ended']);
    expect(() => client.bridge.calls).toThrow('there is no map of calls');
  });

  it('is silent after close, and has saved what it had delivered', async () => {
    const cursorStore = memoryCursor();
    const client = watch({ cursorStore });
    await client.hears('snapshot');
    client.on('call-started', () => void client.bridge.close());
    await log.commit(...started('c1', 'c2'));
    await client.hears('closed');
    await client.bridge.close();
    expect(client.sequences).toEqual([1]);
    expect(cursorStore.load()).toBe('e1:0000000000000001');
    expect(client.bridge.status).toEqual({ state: 'closed' });
  });

  it('listeners too slow for what comes cost bounded memory and no event', async () => {
    const client = watch();
    await client.hears('snapshot');
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    client.on('event', () => slow);
    await log.commit(...started('c0'));
    const ids = Array.from({ length: 6_000 }, (_, n) => `c${n + 1}`);
    await log.commit(...started(...ids));
    await log.commit(...ids.map(answered));
    await client.hears('stale disconnected');
    finish();
    await client.until(() => client.events.length === 12_001, 1);
    expect(client.sequences).toEqual(Array.from({ length: 12_001 }, (_, n) => n + 1));
  });
});
