import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { DeliveryUnderTest, LogWriter, token, transition } from '../../test/support/delivery.js';
import { createBridge, HistoryError, type Bridge, type BridgeEvent, type HistoryOptions } from './index.js';

const MIDNIGHT = Date.UTC(2026, 2, 1, 17);

describe('the past, from the real bridge', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  let bridge: Bridge;

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 20_000, now: () => log.recordedAt });
    log = await new LogWriter(store).claim('e1');
    delivery = await DeliveryUnderTest.start(store);
    bridge = createBridge({ url: delivery.url, token: () => token() });
  });

  afterEach(async () => {
    await bridge.close();
    await delivery.stop();
    await store.close();
  });

  async function read(options: HistoryOptions, from = bridge): Promise<BridgeEvent[]> {
    const events: BridgeEvent[] = [];
    for await (const event of from.history(options)) events.push(event);
    return events;
  }

  it('is read from an instant to the present, over many pages, by type', async () => {
    log.recordedAt = MIDNIGHT - 1;
    await log.commit(transition('call-ended', 'yesterday'));
    log.recordedAt = MIDNIGHT;
    const ids = Array.from({ length: 1_600 }, (_, n) => `c${n}`);
    const today = await log.commit(
      ...ids.flatMap((id) => [transition('call-started', id), transition('call-ended', id)]),
    );
    expect(await read({ since: MIDNIGHT })).toEqual(today);
    const ended = await read({ since: new Date(MIDNIGHT), types: ['call-ended'] });
    expect(ended.map(({ subject }) => subject)).toEqual(ids);
    expect(await read({ since: '2026-03-02T12:00:00+07:00' })).toEqual([]);
  });

  it('is read up to an instant, and of one customer', async () => {
    const of = (id: string, raw: string, e164: string) =>
      transition('call-started', id, { customer: { raw, e164, national: raw } });
    for (const [index, second] of [0, 10, 20].entries()) {
      log.recordedAt = MIDNIGHT + second * 1_000;
      await log.commit(
        of(`lan-${index}`, '0914237383', '+84914237383'),
        of(`minh-${index}`, '0987654321', '+84987654321'),
      );
    }
    const subjects = async (options: HistoryOptions) => (await read(options)).map(({ subject }) => subject);
    const until = new Date(MIDNIGHT + 20_000);
    expect(await subjects({ since: MIDNIGHT, until })).toEqual(['lan-0', 'minh-0', 'lan-1', 'minh-1']);
    expect(await subjects({ since: until, until: '2099-01-01T00:00:00Z' })).toEqual(['lan-2', 'minh-2']);
    const customers = ['+84 914 237 383'];
    expect(await subjects({ since: MIDNIGHT, until, customers })).toEqual(['lan-0', 'lan-1']);
    await expect(read({ since: 0, until: 'tomorrow' })).rejects.toThrow(RangeError);
  });

  it('says why there is none', async () => {
    const stranger = createBridge({ url: delivery.url, token: 'no token' });
    const refusal = await read({ since: 0 }, stranger).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(HistoryError);
    expect(refusal).toMatchObject({ status: 401, code: 'unauthorized' });
    await stranger.close();
    await expect(read({ since: 'yesterday' })).rejects.toThrow(RangeError);
    const given = AbortSignal.abort(new Error('the page was left'));
    await expect(read({ since: 0, signal: given })).rejects.toThrow('the page was left');
  });
});
