import { deskSubject } from '../../../test/support/redis-desk.js';
import { withClusterNode, withRedis } from '../../../test/support/redis-store.js';
import { describeDeskStore } from '../desk-store.contract.js';

describe('on a standalone server', () => {
  const given = withRedis();
  describeDeskStore('RedisDeskStore', async () => {
    const { redis, admin } = given();
    return deskSubject({ url: redis.url }, () => Promise.resolve(admin));
  });
});

describe('in a cluster', () => {
  const given = withClusterNode();
  describeDeskStore('RedisDeskStore', async () => {
    const { target, admin } = given();
    return deskSubject(target, () => Promise.resolve(admin));
  });
});
