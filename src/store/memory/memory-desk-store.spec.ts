import { describeDeskStore } from '../desk-store.contract.js';
import { MemoryDeskStore } from './memory-desk-store.js';
import { MemoryStore } from './memory-store.js';
import { MemoryUpkeep } from './memory-upkeep.js';

describeDeskStore('MemoryDeskStore', async () => {
  const store = new MemoryStore({ maxEvents: 100 });
  const desk = new MemoryDeskStore(store);
  return {
    store,
    desk,
    upkeep: new MemoryUpkeep(store),
    overwrite: async (tenant, hash, field, text) => {
      const stored = store.desk(tenant)!;
      if (hash === 'callbacks') stored.callbacks.set(field, text);
      else if (hash === 'desk') stored.standing.set(field, text);
      else if (hash === 'history') stored.history.set(field, text);
      else stored.days.get(hash.slice('stats:'.length))!.fields.set(field, text);
    },
    close: () => store.close(),
  };
});
