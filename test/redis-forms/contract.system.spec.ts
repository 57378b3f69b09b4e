import { describeLeases } from '../../src/store/leases.contract.js';
import { describeStore } from '../../src/store/store.contract.js';
import { leasesSubject } from '../support/redis-leases.js';
import { storeSubject } from '../support/redis-store.js';
import { clusterForm, type Form, sentinelForm } from './form.js';

/** Checks the contracts of store and leases where Redis is several processes, encrypted, and its users have few rights. */
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

  describeLeases('RedisLeases', async () =>
    // The keys of the leases have the tag of a tenant with that name.
    leasesSubject(form.target, form.admin(await form.master('leases'))),
  );
});
