import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { webhookRequest } from '../../src/core/requests.js';
import { startOffset } from '../../src/poll/schedule/schedule.js';
import type { InboxSubject } from '../../src/store/inbox.contract.js';
import { inboxSubject } from '../support/redis-inbox.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { haveShared, type Replica, startReplica } from '../support/replica.js';
import { type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';
import { until } from '../support/until.js';

const INTERVAL_MS = 60_000;
/** Their first polls are within a second, and the next a minute away. */
const TENANTS = Array.from({ length: 2_000 }, (_, index) => `tenant-${index}`)
  .filter((tenant) => startOffset(tenant, INTERVAL_MS) < 1_000)
  .slice(0, 8);
const failing = (since: number) =>
  webhookRequest('webhook-failing', {
    endpoint: 'crm',
    since,
    at: since + 300_000,
    reason: 'HTTP 500',
    waiting: 3,
  });

/** What any process asks of a tenant is an event of its log, whichever replica polls it. */
describe('requests to the replicas of one bridge', () => {
  let server: TestRedis;
  let admin: Redis;
  let pbx: SharedPbx;
  let replicas: Replica[] = [];
  let asker: InboxSubject;
  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  beforeEach(async () => {
    await admin.flushall();
    pbx = await startSharedPbx();
    asker = inboxSubject({ url: server.url }, () => Promise.resolve(admin), 'g');
    const env = {
      REDIS_URL: server.url,
      LEASE_GROUP: 'g',
      POLL_INTERVAL_MS: String(INTERVAL_MS),
      POLL_TIMEOUT_MS: '60000',
    };
    replicas = await Promise.all(['a', 'b'].map((name) => startReplica(name, TENANTS, pbx.url, env)));
    await until(() => haveShared(replicas, TENANTS.length), 'the replicas to share the tenants');
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
    await asker.close();
    await pbx.close();
  });
  afterAll(async () => {
    admin.disconnect();
    await server.stop();
  });

  const typesOf = async (tenant: string) => {
    const { events } = await asker.store.read(tenant, 0, 100);
    return events.map(({ json }) => (JSON.parse(json) as { type: string }).type);
  };
  const answered = (tenants: readonly string[], since: number) =>
    until(async () => {
      const asked = await Promise.all(tenants.map((tenant) => asker.inbox.ask(tenant, failing(since))));
      return asked.every(({ status }) => status === 'answered');
    }, 'the requests to be answered');

  it('are answered long before the next poll, by the replica that polls the tenant', async () => {
    await answered(TENANTS, 1);
    const polls = pbx.asked.length;
    await answered(TENANTS, 2);
    for (const tenant of TENANTS)
      expect(await typesOf(tenant)).toEqual(['webhook-failing', 'webhook-failing']);
    expect(pbx.asked.length).toBe(polls);
  });

  it('are answered by the others where the replica that polled the tenant was killed', async () => {
    await answered(TENANTS, 1);
    await replicas[0]!.service.stop('SIGKILL');
    for (const tenant of TENANTS) await asker.inbox.ask(tenant, failing(2));
    await answered(TENANTS, 2);
    for (const tenant of TENANTS)
      expect(await typesOf(tenant)).toEqual(['webhook-failing', 'webhook-failing']);
  });
});
