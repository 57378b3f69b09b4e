import { describeUpkeep } from '../log-upkeep.contract.js';
import { Owner } from '../store.contract-kit.js';
import { MemoryStore } from './memory-store.js';
import { MemoryUpkeep } from './memory-upkeep.js';

describeUpkeep('MemoryUpkeep', async () => {
  const store = new MemoryStore({ maxEvents: 1_000 });
  return {
    upkeep: new MemoryUpkeep(store),
    put: async (tenant, entries) => {
      await Owner.claim(store, tenant);
      store.logs.get(tenant)!.log.push(...entries);
    },
    logged: async (tenant) => (await store.read(tenant, 0, 1_000)).events.map(({ sequence }) => sequence),
    close: () => store.close(),
  };
});
