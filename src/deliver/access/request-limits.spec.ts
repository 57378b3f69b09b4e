import { connect, type Socket } from 'node:net';
import { DeliveryUnderTest, LogWriter, token, transition } from '../../../test/support/delivery.js';
import { until } from '../../../test/support/until.js';
import type { RegistrationNow } from '../http/registration-query.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { DeliverOptions } from './options.js';

describe('HTTP requests under way', () => {
  let store: MemoryStore;
  let delivery: DeliveryUnderTest;
  /** Answers a question to the PBX, of which each request asks one. */
  let answers: (() => void)[];
  let client: Socket | null = null;

  async function serve(limits: Partial<DeliverOptions>): Promise<LogWriter> {
    store = new MemoryStore({ maxEvents: 10_000 });
    answers = [];
    const ask = () =>
      new Promise<RegistrationNow>((resolve) => answers.push(() => resolve({ outcome: 'not-found' })));
    delivery = await DeliveryUnderTest.start(store, { askRegistration: ask, ...limits });
    await new LogWriter(store, 'globex').claim('g1');
    return new LogWriter(store).claim('e1');
  }

  afterEach(async () => {
    client?.destroy();
    await delivery.stop();
    await store.close();
  });

  let next = 100;
  const ask = async (claims: object) =>
    (await delivery.get(`/v1/extensions/${next++}/registration`, await token({ ...claims }))).status;

  it('are an eighth of all for one subject, and a half for one tenant', async () => {
    await serve({ maxRequests: 16 });
    const held = ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd'].map((sub) => ask({ sub }));
    await until(() => answers.length === 8);
    expect(await ask({ sub: 'a' })).toBe(429);
    expect(await ask({ sub: 'e' })).toBe(429);
    const other = ask({ tenant: 'globex', sub: 'a' });
    await until(() => answers.length === 9);
    for (const answer of answers) answer();
    expect(await Promise.all([...held, other])).toEqual(Array(9).fill(404));
    expect((await delivery.get('/v1/calls', await token({ sub: 'a' }))).status).toBe(200);
    expect(delivery.limits.counts.get('requests')).toBe(2);
  });

  it('are refused to a subject that leaves long answers unread, and to no other', async () => {
    const log = await serve({ maxAnswerBytes: 512 * 1024 });
    // A page far larger than what the kernel takes of it.
    const long = Array.from({ length: 900 }, (_, n) =>
      transition('call-started', `c${n}`, { upstreamIds: ['x'.repeat(20_000)] }),
    );
    for (let at = 0; at < long.length; at += 100) await log.commit(...long.slice(at, at + 100));
    const greedy = await token({ sub: 'greedy' });
    client = connect(Number(new URL(delivery.url).port), '127.0.0.1');
    client.write(
      `GET /v1/events?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${greedy}\r\n\r\n`,
    );
    client.pause();
    await until(async () => (await delivery.get('/v1/calls', greedy)).status === 429);
    expect(delivery.limits.active).toEqual(['answer-bytes']);
    expect((await delivery.get('/v1/calls', await token({ sub: 'patient' }))).status).toBe(200);
    client.destroy();
    await until(async () => (await delivery.get('/v1/calls', greedy)).status === 200);
  });
});
