import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { anEndedCall } from '../../src/store/desk-store.contract-kit.js';
import { auditKey, callbacksKey, historyKey } from '../../src/store/keys.js';
import { DeskOwner, item, part } from '../support/desk-owner.js';
import { LogWriter, SECRET, token } from '../support/delivery.js';
import { openStore } from '../support/redis-store.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { haveShared, type Replica, startReplica } from '../support/replica.js';
import { ROOT } from '../support/root.js';
import { type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';
import { ManualTime } from '../support/time.js';
import { until } from '../support/until.js';

const TENANTS = ['acme', 'globex'];
const FORGET = fileURLToPath(new URL('dist/src/cli/forget-cli.js', ROOT));

/* oxlint-disable-next-line typescript/no-explicit-any -- what an answer holds is what the tests are about */
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
    for (const tenant of TENANTS) {
      await new DeskOwner(store, new ManualTime(Date.now()), tenant).put(
        item('cb-1', [part('Sales', 0, { firstAt: Date.now(), lastAt: Date.now() })]),
      );
      const records = [anEndedCall('theirs'), anEndedCall('another', { terms: { line: '+84914237383' } })];
      await (await new LogWriter(store, tenant).claim('e1')).commitWith({ records });
    }
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
  /** As an operator runs it: the number comes on standard input. */
  const forget = (tenant: string, number: string, ...flags: string[]) => {
    const running = promisify(execFile)(process.execPath, [FORGET, '--tenant', tenant, ...flags, '-'], {
      env: {
        PATH: process.env.PATH,
        REDIS_URL: server.url,
        LEASE_GROUP: 'g',
        PITEL_BASE_URL: pbx.url,
        PITEL_TOKEN: 't',
        AUTH_MODE: 'none',
        TENANT_ID: tenant,
      },
    });
    running.child.stdin!.end(`${number}\n`);
    return running;
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

  it('find nothing of a customer whom the command has forgotten, whichever replica polls the tenant', async () => {
    const [kept, forgotten] = TENANTS as [string, string];
    const shown = await forget(forgotten, '0905 111 222');
    expect(shown.stdout).toContain('  1 call-back, open or closed not long ago\n');
    expect(shown.stdout).toContain('Nothing was removed: --yes removes records and call-backs.');
    const { stdout } = await forget(forgotten, '+84905111222', '--yes', '--by', 'an.nguyen');
    expect(stdout).toContain('Removed: 1 record of ended calls, 1 call-back.');
    expect(stdout + shown.stdout).not.toContain('905111222');
    for (const replica of replicas) {
      expect(await ask(replica, forgotten, 'x', '')).toMatchObject({ total: 0 });
      expect(await ask(replica, forgotten, 'x', '?state=done')).toMatchObject({ total: 0 });
      expect(await ask(replica, kept, 'x', '')).toMatchObject({ total: 1 });
    }
    expect(await admin.hlen(callbacksKey(forgotten))).toBe(0);
    expect(await admin.hkeys(historyKey(forgotten))).toEqual(['another']);
    expect(await admin.hlen(historyKey(kept))).toBe(2);
    const audit = JSON.stringify(await admin.xrange(auditKey(forgotten), '-', '+'));
    expect(audit).toMatch(/customer-forgotten.*1 record, 1 call-back/);
    expect(audit).toContain('an.nguyen');
    expect(audit).not.toContain('905111222');
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
