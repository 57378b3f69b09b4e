import { describeWebhookStore } from '../webhook-store.contract.js';
import { MemoryWebhookStore } from './memory-webhook-store.js';

describeWebhookStore('MemoryWebhookStore', async () => {
  const store = new MemoryWebhookStore();
  return {
    store,
    overwrite: async (tenant, endpoint, text) => store.overwrite(tenant, endpoint, text),
    loseMemory: async () => store.loseMemory(),
    close: async () => store.close(),
  };
});
