import { DeliveryUnderTest, LogWriter, token, transition } from '../../../test/support/delivery.js';
import { withRedis } from '../../../test/support/redis-store.js';
import { channel, logKey } from '../../store/keys.js';

const started = (id: string) => transition('call-started', id);
const GARBAGE = ['', 'not JSON', 'null', '{"epoch":"e1","sequence":"0000000000000003"}', 'x'.repeat(10_000)];

describe('what other clients write to Redis', () => {
  const given = withRedis();
  const beginning = async () => {
    const log = await new LogWriter(given().open()).claim('e1');
    const delivery = await DeliveryUnderTest.start(given().open(), { compareMs: 50 });
    given().afterwards(() => delivery.stop());
    const client = delivery.connect({ token: await token() });
    await client.first('snapshot');
    return { log, delivery, client };
  };

  it('on a channel reaches no client, and is counted', async () => {
    const { log, delivery, client } = await beginning();
    for (const text of GARBAGE) await given().admin.publish(channel('acme', 'call-started'), text);
    await log.commit(started('c1'));
    await client.until(() => client.sequences.length === 1);
    expect(client.names).toEqual(['snapshot', 'call-started']);
    expect([...delivery.stats.foreign]).toEqual([['channel', GARBAGE.length]]);
  });

  it('into the log, between two events, is skipped by the feed, by clients that resume and by pages', async () => {
    const { log, client } = await beginning();
    const [one] = await log.commit(started('c1'));
    await client.until(() => client.sequences.length === 1);
    const { admin } = given();
    for (const [index, text] of GARBAGE.entries())
      await admin.xadd(logKey('acme'), `${Number(one!.sequence)}-${index + 1}`, 'event', text);
    await log.commit(started('c2'));
    await client.until(() => client.sequences.length === 2);

    const fresh = await DeliveryUnderTest.start(given().open());
    given().afterwards(() => fresh.stop());
    const resumed = fresh.connect({ token: await token(), cursor: 'e1:0' });
    await resumed.until(() => resumed.sequences.length === 2);
    expect(resumed.sequences).toEqual([1, 2]);
    const page = await fresh.get('/v1/events', await token());
    expect(((await page.json()) as { events: unknown[] }).events).toHaveLength(2);
    expect(fresh.stats.foreign.get('log')).toBeGreaterThan(0);
  });

  it('into the log with an id of its own begins another epoch, and pages go on behind the hole', async () => {
    const { log, delivery, client } = await beginning();
    await log.commit(started('c1'));
    await given().admin.xadd(logKey('acme'), '*', 'something', 'else');
    await expect(log.commit(started('c2'))).rejects.toThrow('lost');
    await log.claim('e2', true);
    await log.commit(started('c2'));
    expect(await client.first('reset')).toEqual({ reason: 'epoch-changed' });
    const events: { subject: string }[] = [];
    for (let after = ''; ;) {
      const answer = await delivery.get(`/v1/events?limit=1${after}`, await token());
      expect(answer.status).toBe(200);
      const page = (await answer.json()) as { cursor: string; events: { subject: string }[] };
      events.push(...page.events);
      if (page.events.length === 0) break;
      after = `&after=${page.cursor}`;
    }
    expect(events.map(({ subject }) => subject)).toEqual(['c1', 'c2']);
  });
});
