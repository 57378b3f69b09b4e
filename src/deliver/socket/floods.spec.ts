import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  DeliveryUnderTest,
  LogWriter,
  ManualClock,
  token,
  transition,
} from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import type { DeliverOptions } from '../access/options.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

describe('what a client can make the sockets do', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  const raw: WebSocket[] = [];

  async function serve(limits: Partial<DeliverOptions> = {}): Promise<void> {
    clock = new ManualClock();
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { clock, ...limits });
  }

  afterEach(async () => {
    for (const client of raw.splice(0)) client.terminate();
    await delivery.stop();
    await store.close();
  });

  /** A WebSocket without a token, with the first message of engine.io. */
  async function open(): Promise<WebSocket> {
    const client = new WebSocket(
      `${delivery.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`,
    );
    client.on('error', () => undefined);
    raw.push(client);
    await once(client, 'message');
    return client;
  }

  const isOpen = ({ readyState }: WebSocket) => readyState === WebSocket.OPEN;
  const polling = async (query: string, body?: string) => {
    const init = body === undefined ? {} : { method: 'POST', body };
    const answer = await fetch(`${delivery.url}/socket.io/?EIO=4&transport=polling${query}`, init);
    return answer.text();
  };

  it('is so many ping frames, which are answered, and no more', async () => {
    await serve();
    const client = await open();
    let pongs = 0;
    client.on('pong', () => (pongs += 1));
    for (let count = 0; count < 30; count += 1) client.ping();
    await until(() => pongs > 0);
    expect(isOpen(client)).toBe(true);
    client.ping();
    await once(client, 'close');
    expect(delivery.limits.counts.get('messages')).toBe(1);
  });

  it('is so many bytes, in however few messages', async () => {
    await serve();
    const client = await open();
    // A heartbeat, of which engine.io reads the first letter.
    const message = `3${'x'.repeat(16_000)}`;
    for (let count = 0; count < 12; count += 1) client.send(message);
    const [code] = (await once(client, 'close')) as [number];
    expect(code).toBe(1006);
    expect(delivery.limits.counts.get('bytes')).toBe(1);
    expect(delivery.limits.counts.get('messages')).toBeUndefined();
  });

  it('is no flood of ping frames with a token either: it is closed with the code, and not read any more', async () => {
    await serve();
    const client = await open();
    client.send(`40${JSON.stringify({ token: await token() })}`);
    const closing = new Promise((resolve) => {
      client.on('message', (data: Buffer) => {
        const text = data.toString();
        if (text.startsWith('42["snapshot"')) for (let count = 0; count < 40; count += 1) client.ping();
        if (text.startsWith('42["closing"')) resolve(text);
      });
    });
    expect(await closing).toBe('42["closing",{"code":"too-many-messages"}]');
    clock.advance(50);
    await until(() => !isOpen(client));
  });

  it('is no crowd of sockets without a token: the oldest one goes, and one with a token never does', async () => {
    await serve({ maxTokenless: 3 });
    const agent = delivery.connect({ token: await token() });
    await agent.first('snapshot');
    const crowd: WebSocket[] = [];
    for (let count = 0; count < 5; count += 1) crowd.push(await open());
    await until(() => crowd.filter(isOpen).length === 3);
    expect(crowd.map(isOpen)).toEqual([false, false, true, true, true]);
    const another = delivery.connect({ token: await token() });
    await another.first('snapshot');
    await log.commit(transition('call-started', 'c1'));
    await agent.first('call-started');
    expect(delivery.limits.counts.get('tokenless')).toBeGreaterThan(0);
  });

  it('is no loop of failing tokens: the next handshake waits, and is let in', async () => {
    await serve({ failuresPerSecond: 1 });
    for (let count = 0; count < 6; count += 1) {
      expect(await delivery.refusal({ token: 'no token' })).toBe('unauthorized');
    }
    const agent = delivery.connect({ token: await token() });
    await until(() => delivery.limits.active.includes('failures'));
    expect(agent.names).toEqual([]);
    clock.advance(1_000);
    await agent.first('snapshot');
  });

  it('is no pile of messages in polling sessions that do not fetch them', async () => {
    await serve({ maxPollingBytes: 100 });
    for (let count = 0; count < 20; count += 1) await log.commit(transition('call-started', `c${count}`));
    const diligent = delivery.connect({ token: await token() }, { transports: ['polling'] });
    await diligent.first('snapshot');
    const { sid } = JSON.parse((await polling('')).slice(1)) as { sid: string };
    await polling(`&sid=${sid}`, `40${JSON.stringify({ token: await token() })}`);
    await until(() => delivery.stats.snapshots === 2);
    clock.advance(1_000);
    expect(delivery.stats.closed.get('slow-consumer')).toBe(1);
    await log.commit(transition('call-started', 'later'));
    await diligent.until(() => diligent.messages.length === 2);
    expect([diligent.disconnected, delivery.limits.active]).toEqual([null, ['polling-bytes']]);
  });
});
