import { DeliveryUnderTest, LogWriter, token, transition } from '../../../test/support/delivery.js';
import { withRedis } from '../../../test/support/redis-store.js';

const started = (id: string) => transition('call-started', id);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('delivery from a real Redis', () => {
  const given = withRedis();

  it('resumes from the log, on a replica that has never seen the client', async () => {
    const log = await new LogWriter(given().open()).claim('e1');
    const one = await DeliveryUnderTest.start(given().open());
    const other = await DeliveryUnderTest.start(given().open());
    given().afterwards(() => one.stop());
    given().afterwards(() => other.stop());
    const auth = { token: await token() };
    const first = one.connect(auth);
    await first.first('snapshot');
    await log.commit(...range(1, 600).map((n) => started(`c${n}`)));
    await first.until(() => first.sequences.length === 600);
    // The very newest position: the other replica may not have heard of it yet, and must not call it unknown.
    const [newest] = await log.commit(started('last'));
    const next = other.connect({ ...auth, cursor: `${newest!.epoch}:${newest!.sequence}` });
    const behind = other.connect({ ...auth, cursor: 'e1:17' });
    await behind.until(() => behind.sequences.at(-1) === 601);
    await log.commit(started('after'));
    await next.first('call-started');
    expect(next.names).toEqual(['call-started']);
    expect(next.sequences).toEqual([602]);
    await behind.until(() => behind.sequences.at(-1) === 602);
    expect(behind.sequences).toEqual(range(18, 602));
  });

  it('misses nothing while its subscription is killed again and again under load', async () => {
    const log = await new LogWriter(given().open()).claim('e1');
    const delivery = await DeliveryUnderTest.start(given().open());
    given().afterwards(() => delivery.stop());
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    for (let n = 1; n <= 300; n += 1) {
      await log.commit(started(`c${n}`));
      if (n % 40 === 0) await given().admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    await client.until(() => client.sequences.at(-1) === 300);
    expect(client.sequences).toEqual(range(1, 300));
  });

  it('resets its clients when Redis has lost its memory', async () => {
    const log = await new LogWriter(given().open()).claim('e1');
    const delivery = await DeliveryUnderTest.start(given().open(), { compareMs: 50 });
    given().afterwards(() => delivery.stop());
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    await log.commit(started('c1'));
    await client.first('call-started');
    await given().admin.flushall();
    await log.claim('e2');
    expect(await client.first('reset')).toEqual({ reason: 'epoch-changed' });
    await client.count(4);
    await log.commit(started('c2'));
    await client.count(5);
    expect(client.names).toEqual(['snapshot', 'call-started', 'reset', 'snapshot', 'call-started']);
    expect(client.messages[4]!.body).toMatchObject({ epoch: 'e2', subject: 'c2' });
  });
});
