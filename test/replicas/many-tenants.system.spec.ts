import { afterEach, expect, it } from '@jest/globals';
import { EMPTY_MONITOR, EMPTY_QUEUE } from '../support/pbx.js';
import { type Replica, startReplica } from '../support/replica.js';
import { type SharedPbx, startSharedPbx } from '../support/shared-pbx.js';

const TENANTS = 300;

let pbx: SharedPbx | undefined;
let replica: Replica | undefined;

afterEach(async () => {
  await replica?.end();
  await pbx?.close();
});

it('hundreds of tenants of one host are all polled again and again by one process, none of them twice at once', async () => {
  pbx = await startSharedPbx();
  const underWay = new Set<string>();
  const polls = new Map<string, number>();
  const twice: string[] = [];
  let most = 0;
  pbx.answer = ({ tenant, endpoint }, response) => {
    const asked = `${tenant} ${endpoint}`;
    if (underWay.has(asked)) twice.push(asked);
    underWay.add(asked);
    most = Math.max(most, underWay.size);
    polls.set(asked, (polls.get(asked) ?? 0) + 1);
    // Answered later, so that more want to ask than may.
    setImmediate(() => {
      underWay.delete(asked);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(endpoint === 'queue' ? EMPTY_QUEUE : EMPTY_MONITOR);
    });
    return null;
  };
  const names = Array.from({ length: TENANTS }, (_, index) => `tenant-${index}`);
  replica = await startReplica('one', names, pbx.url, {
    STORE: 'memory',
    POLL_INTERVAL_MS: '300',
    POLL_HOST_CONCURRENCY: '8',
    // Far more is asked for than eight can carry: a slow machine's line is longer than the usual time-out, which is no fault.
    POLL_TIMEOUT_MS: '60000',
  });
  await pbx.until(() => polls.size === 2 * TENANTS && Math.min(...polls.values()) >= 4);
  expect(twice).toEqual([]);
  expect(most).toBeLessThanOrEqual(8);
  expect(replica.service.lines.filter(({ level }) => level === 'warn')).toEqual([]);
});
