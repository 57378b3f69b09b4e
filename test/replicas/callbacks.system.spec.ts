import { Redis } from 'ioredis';
import { DeskOwner, item, part } from '../support/desk-owner.js';
import { token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { haveShared, type Replica, startReplica } from '../support/replica.js';
import { SECRET } from '../support/delivery.js';
import { type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';
import { ManualTime } from '../support/time.js';
import { until } from '../support/until.js';

const TENANTS = ['acme', 'globex'];

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- what an answer holds is what the tests are about */
type Body = any;

/** Whichever replica a person asks, the one that polls the tenant decides. */
describe('people who ask different replicas about one call-back', () => {
  let server: TestRedis;
  let admin: Redis;
  let pbx: SharedPbx;
  let replicas: Replica[] = [];
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  beforeEach(async () => {
    await admin.flushall();
    const store = openStore({ url: server.url }, { maxEvents: 1_000 });
    // Before anybody polls: afterwards only the owner's commits count.
    for (const tenant of TENANTS)
      await new DeskOwner(store, new ManualTime(Date.now()), tenant).put(
        item('cb-1', [part('Sales', 0, { firstAt: Date.now(), lastAt: Date.now() })]),
      );
    await store.close();
    pbx = await startSharedPbx();
    const env = { REDIS_URL: server.url, LEASE_GROUP: 'g', AUTH_MODE: 'jwt', AUTH_JWT_SECRET: SECRET };
    replicas = await Promise.all(['a', 'b'].map((name) => startReplica(name, TENANTS, pbx.url, env)));
    await until(() => haveShared(replicas, TENANTS.length), 'the replicas to share the tenants');
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
    await pbx.close();
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const ask = async (
    replica: Replica,
    tenant: string,
    sub: string,
    path: string,
    body?: object,
  ): Promise<Body> => {
    const answer = await fetch(`${replica.service.url}/v1/callbacks${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${await token({ tenant, sub, callbacks: true })}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  const dismissal = (by: number) => ({ why: ['not-needed', 'wrong-number'][by]! });

  it('dismiss it once, and the later one learns who it was', async () => {
    for (const tenant of TENANTS) {
      const answers = await Promise.all(
        replicas.map((replica, by) => ask(replica, tenant, `person-${by}`, '/cb-1/dismiss', dismissal(by))),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const [won, lost] = answers[0].status === 200 ? answers : answers.toReversed();
      const { by, why } = won.callback.done;
      expect(lost).toMatchObject({ code: 'done-already', callback: { state: 'done', done: { by, why } } });
      for (const replica of replicas) {
        expect(await ask(replica, tenant, 'x', '')).toMatchObject({ total: 0 });
        expect(await ask(replica, tenant, 'x', '?state=done')).toMatchObject({
          callbacks: [{ done: { by } }],
        });
      }
    }
  });

  it('are answered by the others where the replica that polled the tenant was killed', async () => {
    await replicas[0]!.service.stop('SIGKILL');
    for (const tenant of TENANTS) {
      let answer: Body;
      await until(async () => {
        answer = await ask(replicas[1]!, tenant, 'lan', '/cb-1/claim', {});
        return answer.status !== 503;
      }, 'an owner to answer');
      expect(answer).toMatchObject({ status: 200, callback: { claimedBy: 'lan' } });
      const { callbacks } = await ask(replicas[1]!, tenant, 'lan', '?claimed=me');
      expect(callbacks).toHaveLength(1);
      // Asked again after an answer that did not come, it was still done once.
      expect(callbacks[0].deeds.filter(({ what }: Body) => what === 'claimed').length).toBeGreaterThanOrEqual(
        1,
      );
    }
  });
});
