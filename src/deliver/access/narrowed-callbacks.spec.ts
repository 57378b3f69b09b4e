import { aCallback, callbackTransition, crossed, SALES } from '../../../test/support/callbacks.js';
import { DeliveryUnderTest, LogWriter, token } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import type { CallbackEvent } from '../../core/model/event.js';
import { MemoryStore } from '../../store/memory/memory-store.js';

/** A call-back that two queues and a direct call have missed, for a token of one of them, by every way out. */
describe('every way out', () => {
  let store: MemoryStore;
  let log: LogWriter;
  let delivery: DeliveryUnderTest;
  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    log = await new LogWriter(store).claim('e1');
    await log.commit();
    delivery = await DeliveryUnderTest.start(store);
  });
  afterEach(async () => {
    await delivery.stop();
    await store.close();
  });

  const SECRETS = /q-care|c-care|c-direct|queue":null/;
  const commitAll = () =>
    log.commit(
      callbackTransition('callback-due', aCallback()),
      crossed({ id: 'q-care', name: 'Care' }),
      crossed(SALES),
      callbackTransition('callback-updated', aCallback(), { change: 'missed' }),
      callbackTransition('callback-done', aCallback(), { reason: 'called-back' }),
    );
  const SEEN = ['callback-due', 'queue-threshold-crossed', 'callback-done'];
  const ofSales = (claims: object = {}) => token({ queues: ['Sales'], ...claims });
  /** What of the events is no one's but of Sales. */
  const expectOfSales = (events: readonly { readonly type: string }[]) => {
    expect(events.map(({ type }) => type)).toEqual(SEEN);
    expect(JSON.stringify(events)).not.toMatch(SECRETS);
    expect((events[0] as CallbackEvent).data.callback).toMatchObject({ missed: 2, queues: [SALES] });
  };

  it('shows its part live on a socket, and all to a token of everything', async () => {
    const narrowed = delivery.connect({ token: await ofSales() });
    const all = delivery.connect({ token: await token() });
    await Promise.all([narrowed.first('snapshot'), all.first('snapshot')]);
    const committed = await commitAll();
    await Promise.all([narrowed.first('callback-done'), all.first('callback-done')]);
    expectOfSales(narrowed.messages.slice(1).map(({ body }) => body as CallbackEvent));
    expect(all.messages.slice(1).map(({ body }) => body as CallbackEvent)).toEqual(committed);
  });

  it('shows its part to a client that catches up', async () => {
    const [first] = await log.commit(crossed(SALES));
    await commitAll();
    const client = delivery.connect({
      token: await ofSales(),
      cursor: `e1:${first!.sequence}`,
    });
    await client.first('callback-done');
    expectOfSales(client.messages.map(({ body }) => body as CallbackEvent));
  });

  it('shows its part page by page', async () => {
    await commitAll();
    const answer = await delivery.get('/v1/events', await ofSales());
    expectOfSales(((await answer.json()) as { events: CallbackEvent[] }).events);
    const filtered = await delivery.get('/v1/events?queue=Care', await ofSales());
    expect(((await filtered.json()) as { events: CallbackEvent[] }).events).toEqual([]);
    const of = await delivery.get('/v1/events', await token({ extensions: ['107'] }));
    expect(((await of.json()) as { events: CallbackEvent[] }).events).toEqual([]);
  });

  it('shows its part in a stream', async () => {
    const client = new AbortController();
    const answer = await fetch(`${delivery.url}/v1/events/stream`, {
      headers: { authorization: `Bearer ${await ofSales()}` },
      signal: client.signal,
    });
    let text = '';
    const reading = (async () => {
      for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) text += piece;
    })().catch(() => undefined);
    await until(() => text.includes('event: snapshot'));
    await commitAll();
    await until(() => text.includes('event: callback-done'));
    client.abort();
    await reading;
    const lines = text.split('\n').filter((line) => line.startsWith('data: {"specversion"'));
    expectOfSales(lines.map((line) => JSON.parse(line.slice(6)) as CallbackEvent));
  });
});
