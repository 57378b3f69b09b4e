import { MAX_EVENTS, call, numbers, Owner, Recorder, stateOf, type Subject } from './store.contract-kit.js';
import type { Store } from './store.js';

/** Whole blocks are trimmed, and Redis' blocks hold a hundred events. */
const TRIM_BLOCK = 100;

/** The contract's half about reading: state, log, what is kept of it, and following. */
export function describeReading(subject: () => Subject): void {
  let store: Store;
  beforeEach(() => {
    store = subject().store;
  });
  const logged = async (tenant = 'acme', after = 0) =>
    (await store.read(tenant, after, 10_000)).events.map((event) => event.sequence);

  describe('reading', () => {
    it('knows nothing of a tenant that was never claimed', async () => {
      expect(await store.snapshot('acme')).toBeNull();
      expect(await store.position('acme')).toBeNull();
      const nothing = {
        epoch: null,
        first: 0,
        last: 0,
        epochStart: 0,
        continues: [],
        events: [],
        foreign: [],
      };
      expect(await store.read('acme', 0, 10)).toEqual(nothing);
    });

    it('gives at most as many events as asked, from the one after', async () => {
      const owner = await Owner.claim(store);
      await owner.commit({ events: 10 });
      const slice = async (after: number, limit: number) =>
        (await store.read('acme', after, limit)).events.map((event) => event.sequence);
      expect(await slice(0, 3)).toEqual([1, 2, 3]);
      expect(await slice(3, 3)).toEqual([4, 5, 6]);
      expect(await slice(9, 3)).toEqual([10]);
      expect(await slice(10, 3)).toEqual([]);
      expect(await slice(99, 3)).toEqual([]);
      expect(await slice(0, 0)).toEqual([]);
      expect(await store.read('acme', 0, 1)).toMatchObject({
        epoch: 'e1',
        epochStart: 1,
        first: 1,
        last: 10,
      });
    });

    it('sees state and position of one moment while commits go on', async () => {
      const owner = await Owner.claim(store);
      let done = false;
      const writing = (async () => {
        for (let i = 1; i <= 150; i++) await owner.commit({ state: stateOf([call('a', i)]), events: 1 });
        done = true;
      })();
      let looked = 0;
      do {
        const [snapshot, slice] = await Promise.all([store.snapshot('acme'), store.read('acme', 0, 10_000)]);
        const sequence = snapshot?.position.sequence ?? 0;
        expect(snapshot?.state.calls.get('a') ?? call('a', 0)).toEqual(call('a', sequence || 0));
        expect(slice.events.at(-1)?.sequence ?? 0).toBe(slice.last);
        expect(slice.events[0]?.sequence ?? 0).toBe(slice.first);
        looked += 1;
      } while (!done);
      await writing;
      expect(looked).toBeGreaterThan(1);
    });

    it('keeps tenants apart, also where one name begins with the other', async () => {
      const recorder = new Recorder();
      await store.follow(recorder);
      const a = await Owner.claim(store, 'a');
      const ab = await Owner.claim(store, 'a-b');
      await a.commit({ state: stateOf([call('of-a')]), events: 1 });
      await ab.commit({ state: stateOf([call('of-a-b')]), events: 2 });
      expect((await store.snapshot('a'))?.state).toEqual(stateOf([call('of-a')]));
      expect((await store.snapshot('a-b'))?.state).toEqual(stateOf([call('of-a-b')]));
      expect(await logged('a')).toEqual([1]);
      expect(await logged('a-b')).toEqual([1, 2]);
      await recorder.until(({ heard }) => heard.length >= 3);
      expect(recorder.sequences('a')).toEqual([1]);
      expect(recorder.sequences('a-b')).toEqual([1, 2]);
    });
  });

  describe('retention', () => {
    it('drops the oldest events past the count', async () => {
      const owner = await Owner.claim(store);
      for (let i = 0; i < 10; i++) await owner.commit({ events: 50 });
      const { first, last, events } = await store.read('acme', 0, 10_000);
      expect(last).toBe(500);
      expect(events.length).toBeGreaterThanOrEqual(MAX_EVENTS);
      expect(events.length).toBeLessThanOrEqual(MAX_EVENTS + TRIM_BLOCK);
      expect(events.map((event) => event.sequence)).toEqual(numbers(first, last));
    });
  });

  describe('following', () => {
    it('hears every event in order, as it is logged, and finds it in the log', async () => {
      const found: Promise<boolean>[] = [];
      const recorder = new Recorder();
      await store.follow({
        event: (tenant, json) => {
          const { sequence } = JSON.parse(json) as { sequence: number };
          const slice = store.read(tenant, sequence - 1, 1);
          found.push(slice.then(({ events }) => events[0]?.sequence === sequence && events[0].json === json));
          recorder.event(tenant, json);
        },
        interrupted: () => undefined,
      });
      const owner = await Owner.claim(store);
      for (let i = 0; i < 20; i++) await owner.commit({ events: 3 });
      await recorder.until(({ heard }) => heard.length >= 60);
      expect(recorder.sequences()).toEqual(numbers(1, 60));
      expect(await Promise.all(found)).toEqual(Array<boolean>(60).fill(true));
    });

    it('serves several followers, and no longer one that has closed', async () => {
      const [entries, leaves] = [new Recorder(), new Recorder()];
      await store.follow(entries);
      const subscription = await store.follow(leaves);
      const owner = await Owner.claim(store);
      await owner.commit({ events: 1 });
      await Promise.all([entries, leaves].map((recorder) => recorder.until(({ heard }) => heard.length > 0)));
      await subscription.close();
      await owner.commit({ events: 1 });
      await entries.until(({ heard }) => heard.length > 1);
      expect(leaves.sequences()).toEqual([1]);
      expect(entries.interruptions).toBe(0);
    });
  });
}
