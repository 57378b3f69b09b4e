import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { DeliveryUnderTest, ManualClock, token } from './delivery.js';

describe('delivery under test', () => {
  it('answers the next request however far the clock has gone since the last', async () => {
    const clock = new ManualClock();
    const store = new MemoryStore({ maxEvents: 10 });
    const delivery = await DeliveryUnderTest.start(store, { clock });
    try {
      const bearer = await token();
      for (let hours = 0; hours < 3; hours += 1) {
        const answer = await delivery.get('/v1/callbacks', bearer);
        expect([answer.status, await answer.json()]).toEqual([200, { callbacks: [], total: 0, next: null }]);
        // Connections that are kept are closed by this clock, and a client may ask before it hears of that.
        clock.advance(3_600_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      await delivery.stop();
      await store.close();
    }
  });
});
