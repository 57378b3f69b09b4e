import { DeliveryUnderTest, LogWriter, pause, token, transition } from '../../../test/support/delivery.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

describe('a client that stops reading', () => {
  const bound = 256 * 1024;
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 100_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store, { maxInFlightBytes: bound });
  });

  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  /** Commits until `done`: ten events of about 10 KB, then whatever `turn` waits for. */
  async function load(done: () => boolean, turn: () => Promise<void>): Promise<void> {
    for (let n = 0; !done(); n += 1) {
      const ids = Array.from({ length: 10 }, (_, m) => `c${n}-${m}`);
      await log.commit(
        ...ids.map((id) => transition('call-started', id, { upstreamIds: ['x'.repeat(10_000)] })),
      );
      await turn();
    }
  }
  const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

  it('costs no more than its bound, is closed, delays no other, and resumes where it was', async () => {
    const auth = { token: await token() };
    const slow = delivery.connect(auth);
    const other = delivery.connect(auth);
    await Promise.all([slow.first('snapshot'), other.first('snapshot')]);
    const paused = pause(slow);
    // Every commit is in the other's hands before the next is made, with the slow one stuck beside it.
    const otherHasAll = () => other.until(() => other.sequences.length === log.sequence);
    await load(() => delivery.stats.closed.get('slow-consumer') === 1, otherHasAll);

    while (delivery.stats.sockets > 1) await nextTurn();
    paused.resume();
    await slow.closed();
    const last = slow.sequences.at(-1) ?? 0;
    expect(last).toBeLessThan(log.sequence);
    expect(slow.sequences).toEqual(Array.from({ length: last }, (_, n) => n + 1));
    const resumed = delivery.connect({ ...auth, cursor: `e1:${last}` });
    await resumed.until(() => resumed.sequences.at(-1) === log.sequence);
    expect([...slow.sequences, ...resumed.sequences]).toEqual(other.sequences);
  });

  it('gets the reason, when it reads again before it is cut', async () => {
    const patient = await DeliveryUnderTest.start(store, { maxInFlightBytes: bound, closeGraceMs: 10_000 });
    const slow = patient.connect({ token: await token() });
    await slow.first('snapshot');
    const paused = pause(slow);
    await load(() => patient.stats.closed.get('slow-consumer') === 1, nextTurn);
    paused.resume();
    expect(await slow.first('closing')).toEqual({ code: 'slow-consumer' });
    expect(await slow.closed()).toMatch(/^transport/);
    await patient.stop();
  });

  it('costs a page and not its backlog while it catches up', async () => {
    const ids = Array.from({ length: 400 }, (_, n) => `c${n}`);
    for (const id of ids)
      await log.commit(transition('call-started', id, { upstreamIds: ['x'.repeat(50_000)] }));
    const slow = delivery.connect({ token: await token(), cursor: 'e1:0' });
    await slow.count(1);
    const paused = pause(slow);
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
    // 20 MB are missing; it has neither been closed nor been sent more than the kernel takes.
    expect(delivery.stats.closed.size).toBe(0);
    expect(delivery.stats.delivered).toBeLessThan(400);
    paused.resume();
    await slow.until(() => slow.sequences.length === 400);
    expect(slow.sequences).toEqual(ids.map((_, n) => n + 1));
  });
});
