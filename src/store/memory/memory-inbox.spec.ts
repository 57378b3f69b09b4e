import { describeInbox } from '../inbox.contract.js';
import { MemoryInbox } from './memory-inbox.js';
import { MemoryStore } from './memory-store.js';

describeInbox('MemoryInbox', async () => {
  const store = new MemoryStore({ maxEvents: 1_000 });
  const inbox = new MemoryInbox(store);
  return {
    inbox,
    store,
    overwrite: async (tenant, field, text) => store.overwrite(tenant, field, text),
    close: async () => {
      await inbox.close();
      await store.close();
    },
  };
});
