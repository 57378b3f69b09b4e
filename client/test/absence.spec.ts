import { once } from 'node:events';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { DeliveryUnderTest, LogWriter, ManualClock, token, transition } from '../../test/support/delivery.js';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js';
import { type ScreenPop, screenPop } from '../src/screen-pop.js';
import { Watched } from './watched.js';

/** Longer than the bridge waits for the answer to a ping. */
const SLEEP_MS = 50_000;

describe('a client that slept', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let proxy: TcpProxy;
  let client: Watched;
  let maps: string[][];
  let pops: string[];
  let elsewhere: string[];
  let popping: ScreenPop;
  let closings: (() => unknown)[];

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    const clock = new ManualClock();
    delivery = await DeliveryUnderTest.start(store, { clock });
    // A consumer is connected from the first event on: these logs are written without the state that a cold start reads.
    await delivery.connect({ token: await token() }).first('snapshot');
    proxy = await startTcpProxy(Number(new URL(delivery.url).port));
    client = new Watched(
      { url: `http://127.0.0.1:${proxy.port}`, token: () => token() },
      new ManualClock(clock.now()),
    );
    maps = [];
    pops = [];
    elsewhere = [];
    closings = [];
    await client.hears('snapshot');
    client.on('event', () => maps.push(client.callIds));
    popping = screenPop(client.bridge, {
      extension: '107',
      open: ({ callId }) => pops.push(callId),
      elsewhere: ({ callId }) => elsewhere.push(callId),
    });
  });

  afterEach(async () => {
    for (const close of closings) await close();
    popping.stop();
    await client.bridge.close();
    await proxy.close();
    await delivery.stop();
    await store.close();
  });

  const snapshots = () => client.said.filter((line) => line === 'snapshot').length;
  const offered = (id: string) =>
    transition('call-offered', id, { offer: { extension: '107', extensionId: null, outcome: null } });
  /** A call that no agent can take any more, and one that rings now. */
  const meanwhile = () =>
    log.commit(
      transition('call-started', 'missed'),
      offered('missed'),
      transition('call-ended', 'missed', { state: 'ended', outcome: 'abandoned', extensions: [] }),
      transition('call-started', 'alive'),
      offered('alive'),
    );

  async function hasTheStateOfNowAndThenEveryEvent(): Promise<void> {
    await client.hears('stale disconnected');
    client.clock.advance(1_000);
    await client.count(5);
    await client.until(() => pops.length > 0);
    expect(client.sequences).toEqual([1, 2, 3, 4, 5]);
    expect(maps).toEqual(Array.from({ length: 5 }, () => ['alive']));
    expect(snapshots()).toBe(2);
    expect(pops).toEqual(['alive']);
  }

  it('and finds its connection gone has the state of now at once, and pops nothing old', async () => {
    proxy.swallowReplies();
    client.clock.advance(SLEEP_MS);
    await meanwhile();
    proxy.cut();
    proxy.passReplies();
    await hasTheStateOfNowAndThenEveryEvent();
  });

  it('and finds what was kept for it does not live through it again', async () => {
    client.clock.advance(SLEEP_MS);
    await meanwhile();
    await hasTheStateOfNowAndThenEveryEvent();
  });

  it('while another tab popped says so once, though snapshot and missed events both show the call', async () => {
    client.clock.advance(SLEEP_MS);
    const popped = new BroadcastChannel('pitel-pop 107');
    closings.push(() => popped.close());
    const announced = once(popped, 'message');
    const other = new Watched({ url: delivery.url, token: () => token() });
    closings.push(() => other.bridge.close());
    await other.hears('snapshot');
    const otherPops = screenPop(other.bridge, { extension: '107', open: () => undefined });
    closings.push(() => otherPops.stop());
    await meanwhile();
    await announced;
    await client.hears('stale disconnected');
    client.clock.advance(1_000);
    await client.count(5);
    await client.until(() => elsewhere.length > 0);
    await log.commit(transition('call-started', 'next'), offered('next'));
    await client.until(() => pops.includes('next') || elsewhere.includes('next'));
    expect(pops).not.toContain('alive');
    expect(elsewhere.filter((id) => id === 'alive')).toEqual(['alive']);
  });

  it('for a moment only, and was dropped, goes on without a snapshot', async () => {
    client.clock.advance(8_000);
    proxy.cut();
    await client.hears('stale disconnected');
    client.clock.advance(1_000);
    await client.hears('live', 2);
    await meanwhile();
    await client.count(5);
    expect(snapshots()).toBe(1);
  });
});
