import { describeDeskStore } from '../../src/store/desk-store.contract.js';
import { describeInbox } from '../../src/store/inbox.contract.js';
import { describeLeases } from '../../src/store/leases.contract.js';
import { describeStore } from '../../src/store/store.contract.js';
import { describeWebhookStore } from '../../src/store/webhook-store.contract.js';
import { deskSubject } from '../support/redis-desk.js';
import { inboxSubject } from '../support/redis-inbox.js';
import { leasesSubject } from '../support/redis-leases.js';
import { storeSubject } from '../support/redis-store.js';
import { webhooksSubject } from '../support/redis-webhooks.js';
import { clusterForm, type Form, sentinelForm } from './form.js';

/** Checks the contracts of store, webhooks' store, desk's store, inbox and leases where Redis is several processes, encrypted, and its users have few rights. */
describe.each<[string, () => Promise<Form>]>([
  ['behind sentinels', sentinelForm],
  ['in a cluster of six', clusterForm],
])('%s', (_name, start) => {
  let form: Form;
  beforeAll(async () => {
    form = await start();
  });
  afterAll(() => form.stop());
  beforeEach(() => form.flush());

  describeStore('RedisStore', async (options) =>
    storeSubject(
      form.target,
      options,
      async (tenant) => form.admin(await form.master(tenant)),
      () => form.flush(),
    ),
  );

  describeWebhookStore('RedisWebhookStore', async () =>
    webhooksSubject(
      form.target,
      async (tenant) => form.admin(await form.master(tenant)),
      () => form.flush(),
    ),
  );

  describeDeskStore('RedisDeskStore', async () =>
    deskSubject(form.target, async (tenant) => form.admin(await form.master(tenant))),
  );

  describeInbox('RedisInbox', async () =>
    inboxSubject(form.target, async (tenant) => form.admin(await form.master(tenant))),
  );

  describeLeases('RedisLeases', async () =>
    // The keys of the leases have the tag of a tenant with that name.
    leasesSubject(form.target, form.admin(await form.master('leases'))),
  );
});
