import { jest } from '@jest/globals';
import { DeliveryUnderTest, LogWriter, pause, token, transition } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

const calls = (first: number, count: number, padding = 0) =>
  Array.from({ length: count }, (_, n) =>
    transition('call-started', `c${first + n}`, {
      upstreamIds: ['x'.repeat(padding)],
      extensions: [{ extension: String(first + n), extensionId: null, agentName: null, state: 'ringing' }],
    }),
  );

describe('many clients at once', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 100_000 });
    log = await new LogWriter(store).claim('e1');
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  it('that resume share the reads of the log, as many of them read at a time as may, and each gets all it missed', async () => {
    await log.commit(...calls(0, 1_000));
    delivery = await DeliveryUnderTest.start(store, { catchUpsAtOnce: 3, bufferEvents: 10 });
    const { catchUps } = delivery.bounds;
    const seen = { reading: 0, waiting: 0 };
    const take = catchUps.take.bind(catchUps);
    jest.spyOn(catchUps, 'take').mockImplementation(async (signal) => {
      const taken = take(signal);
      seen.reading = Math.max(seen.reading, catchUps.reading);
      seen.waiting = Math.max(seen.waiting, catchUps.waiting);
      return taken;
    });
    const read = jest.spyOn(store, 'read');
    const auth = { token: await token(), cursor: 'e1:0' };
    const clients = Array.from({ length: 20 }, () => delivery.connect(auth));
    await Promise.all(clients.map((client) => client.until(() => client.messages.length >= 1_000)));
    const all = Array.from({ length: 1_000 }, (_, n) => n + 1);
    for (const client of clients) expect(client.sequences).toEqual(all);
    // Eight pages, and the feed's own reads: not eight for each client.
    expect(read.mock.calls.length).toBeLessThan(40);
    expect(seen.reading).toBe(3);
    expect(seen.waiting).toBeGreaterThan(0);
    await until(() => catchUps.reading + catchUps.waiting === 0);
    expect(delivery.stats.troublesSince(0)).toContain('catching-up');
  });

  it('that leave while they wait for their turn leave the line, and those who read give their turn back', async () => {
    await log.commit(...calls(0, 500, 20_000));
    delivery = await DeliveryUnderTest.start(store, { catchUpsAtOnce: 1, bufferEvents: 10 });
    const { catchUps } = delivery.bounds;
    const auth = { token: await token(), cursor: 'e1:0' };
    const first = delivery.connect(auth);
    await first.count(1);
    const paused = pause(first);
    const second = delivery.connect(auth);
    await until(() => catchUps.waiting === 1);
    second.socket.disconnect();
    await until(() => catchUps.waiting === 0);
    expect(catchUps.reading).toBe(1);
    // A client that does not read does not keep the turn from the next one.
    const third = delivery.connect(auth);
    await third.until(() => third.sequences.length === 500);
    paused.destroy();
    await first.closed();
  });

  it('that begin again get one encoding of what they see alike, and theirs of what they do not', async () => {
    await log.commit(...calls(100, 50));
    delivery = await DeliveryUnderTest.start(store);
    const whole = { token: await token() };
    const clients = [
      ...Array.from({ length: 10 }, () => delivery.connect(whole)),
      delivery.connect({ token: await token({ extensions: ['107'] }) }),
    ];
    await Promise.all(clients.map((client) => client.first('snapshot')));
    const { view } = delivery.relay.feed('acme');
    const encode = jest.spyOn(view, 'callsJson');
    await log.claim('e2', true);
    await log.commit(...calls(200, 1));
    await Promise.all(clients.map((client) => client.until(() => client.names.includes('reset'))));
    await Promise.all(
      clients.map((client) =>
        client.until(() => client.names.filter((name) => name === 'snapshot').length === 2),
      ),
    );
    expect(encode).toHaveBeenCalledTimes(2);
    for (const { messages } of clients)
      expect(messages.findLast(({ name }) => name === 'snapshot')!.body.cursor).toMatch(/^e2:/);
  });

  it('get what happens in turns of the event loop, and those for whom too much waits get it by pages: each all, once', async () => {
    // One client a turn.
    delivery = await DeliveryUnderTest.start(store, { sliceMs: 0 });
    const whole = await token();
    const own = await token({ extensions: Array.from({ length: 100 }, (_, n) => String(n)) });
    const clients = Array.from({ length: 16 }, (_, n) =>
      delivery.connect({ token: n % 2 === 0 ? whole : own }),
    );
    await Promise.all(clients.map((client) => client.first('snapshot')));
    const { live } = delivery.relay.feed('acme');
    await until(() => live.size === clients.length);
    const publish = live.publish.bind(live);
    const published: number[] = [];
    jest.spyOn(live, 'publish').mockImplementation((batch) => {
      publish(batch);
      published.push(live.size);
    });
    for (let n = 1; n <= 4; n += 1) {
      await log.commit(...calls(0, 100));
      while (published.length < n) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(clients.map((client) => client.until(() => client.sequences.at(-1) === log.sequence)));
    const all = Array.from({ length: 400 }, (_, n) => n + 1);
    for (const { sequences } of clients) expect(sequences).toEqual(all);
    expect(Math.min(...published)).toBeLessThan(clients.length);
    await until(() => live.size === clients.length);
    await log.commit(...calls(0, 1));
    await Promise.all(clients.map((client) => client.until(() => client.sequences.length === 401)));
  });

  it('that do not read are closed when all together hold too much, the hungriest first, and resume', async () => {
    const memoryBytes = 2 * 1024 * 1024;
    delivery = await DeliveryUnderTest.start(store, { memoryBytes, maxInFlightBytes: 64 * 1024 * 1024 });
    const auth = { token: await token() };
    const slow = delivery.connect(auth);
    const agent = delivery.connect(auth);
    await Promise.all([slow.first('snapshot'), agent.first('snapshot')]);
    const paused = pause(slow);
    for (let n = 0; (delivery.stats.closed.get('memory-full') ?? 0) === 0; n += 1) {
      await log.commit(...calls(n * 10, 10, 100_000));
      await agent.until(() => agent.sequences.at(-1) === log.sequence);
    }
    expect(delivery.bounds.memory.held).toBeLessThan(2 * memoryBytes);
    expect(delivery.stats.troublesSince(0)).toContain('memory-full');
    await until(() => delivery.stats.sockets === 1 && !delivery.bounds.memory.isTight);
    paused.resume();
    await slow.closed();
    const resumed = delivery.connect({ ...auth, cursor: `e1:${slow.sequences.at(-1) ?? 0}` });
    await resumed.until(() => resumed.sequences.at(-1) === log.sequence);
    expect([...slow.sequences, ...resumed.sequences]).toEqual(agent.sequences);
    expect(agent.disconnected).toBeNull();
    await until(() => delivery.bounds.memory.held === 0);
  });

  it('of event streams are counted and closed likewise', async () => {
    delivery = await DeliveryUnderTest.start(store, {
      memoryBytes: 1024 * 1024,
      maxInFlightBytes: 64 * 1024 * 1024,
    });
    const abort = new AbortController();
    const response = await fetch(`${delivery.url}/v1/events/stream`, {
      headers: { authorization: `Bearer ${await token()}` },
      signal: abort.signal,
    });
    expect(response.status).toBe(200);
    for (let n = 0; (delivery.stats.closed.get('memory-full') ?? 0) === 0; n += 1) {
      await log.commit(...calls(n * 10, 10, 100_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => delivery.stats.streams === 0 && delivery.bounds.memory.held === 0);
    abort.abort();
    await response.text().catch(() => undefined);
  });
});
