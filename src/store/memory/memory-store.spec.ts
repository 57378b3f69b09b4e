import { MemoryStore } from './memory-store.js';
import { call, Owner, Recorder, stateOf } from '../store.contract-kit.js';
import { describeStore } from '../store.contract.js';

describeStore('MemoryStore', async (options) => {
  const store = new MemoryStore(options);
  return {
    store,
    build: (form) => new MemoryStore({ ...options, form, memoryOf: store }),
    overwrite: async (tenant, field, text) => store.overwrite(tenant, field, text),
    loseMemory: async () => store.loseMemory(),
    close: () => store.close(),
  };
});

describe('MemoryStore in detail', () => {
  it('gives copies: what a reader changes is not changed in the store', async () => {
    const store = new MemoryStore({ maxEvents: 10 });
    const given = call('a', { text: 'as given' });
    await (await Owner.claim(store)).commit({ state: stateOf([given]) });
    Object.assign((await store.snapshot('acme'))!.state.calls.get('a')!, { hotline: 'changed' });
    Object.assign(given, { hotline: 'changed' });
    expect((await store.snapshot('acme'))?.state).toEqual(stateOf([call('a', { text: 'as given' })]));
  });

  it('notifies followers after the commit has returned, not in the middle of it', async () => {
    const store = new MemoryStore({ maxEvents: 10 });
    const recorder = new Recorder();
    await store.follow(recorder);
    const owner = await Owner.claim(store);
    const committing = owner.commit({ events: 1 });
    expect(recorder.heard).toEqual([]);
    await committing;
    await recorder.until(({ heard }) => heard.length === 1);
  });
});
