import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { DeliveryUnderTest, LogWriter, token, transition } from '../support/delivery.js';
import { Program } from '../support/program.js';
import { until } from '../support/until.js';
import { EXAMPLES, python } from './runtimes.js';

describe('the Socket.IO client in Python, at a real bridge', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pitel-client-'));
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store);
    await delivery.connect({ token: await token() }).first('snapshot');
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });

  const start = async () =>
    new Program([python(), '-B', `${EXAMPLES}python/socketio_client.py`], {
      BRIDGE_URL: delivery.url,
      BRIDGE_TOKEN: await token(),
      PITEL_CURSOR_FILE: `${dir}/cursor.txt`,
    });
  const call = (callId: string) => transition('call-started', callId);

  it('goes on after a crash where its cursor is', async () => {
    const first = await start();
    const { stats } = delivery;
    await until(() => stats.snapshots === 2, 'its snapshot');
    await log.commit(call('c1'));
    await first.said((line) => line === 'call-started c1');
    await first.stop();
    await log.commit(call('c2'), transition('call-ended', 'c1', { state: 'ended' }));
    const second = await start();
    try {
      await second.said((line) => line === 'call-ended c1');
      await log.commit(call('c3'));
      await second.said((line) => line === 'call-started c3');
      // The last event before the crash may come again, as it was not saved yet.
      const lines = second.lines.filter((line) => line !== 'call-started c1');
      expect(lines).toEqual(['call-started c2', 'call-ended c1', 'call-started c3']);
    } finally {
      await second.stop();
    }
  });
});
