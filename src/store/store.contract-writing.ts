import { EMPTY_STATE } from '../core/model/call.js';
import {
  call,
  difference,
  endedCall,
  logEvent,
  numbers,
  Owner,
  Recorder,
  registration,
  stateOf,
  type Subject,
} from './store.contract-kit.js';
import type { Store } from './store.js';

/** The contract's half about writing: who may, what is written, and what is answered. */
export function describeWriting(subject: () => Subject): void {
  let store: Store;
  beforeEach(() => {
    store = subject().store;
  });
  const logged = async (tenant = 'acme', after = 0) =>
    (await store.read(tenant, after, 10_000)).events.map((event) => event.sequence);

  describe('claiming', () => {
    it('begins a tenant with the given epoch and an empty state', async () => {
      const claim = await store.claim('acme', { epoch: 'e1' });
      expect(claim).toMatchObject({
        version: 0,
        position: { epoch: 'e1', sequence: 0 },
        state: EMPTY_STATE,
      });
      expect(claim.fence).toBeGreaterThan(0);
    });

    it('hands out growing tokens and what is stored, and keeps the epoch that exists', async () => {
      const first = await Owner.claim(store);
      await first.commit({ state: stateOf([call('a')]), events: 2 });
      const second = await store.claim('acme', { epoch: 'e2' });
      expect(second.fence).toBeGreaterThan(first.fence);
      expect(second).toMatchObject({ version: 1, position: { epoch: 'e1', sequence: 2 } });
      expect(second.state).toEqual(stateOf([call('a')]));
    });

    it('begins a new epoch on demand, after the log that is there, and keeps the state', async () => {
      const before = await Owner.claim(store);
      await before.commit({ state: stateOf([call('a')]), events: 2 });
      const after = await Owner.claim(store, 'acme', { epoch: 'e2', newEpoch: true });
      expect(after).toMatchObject({ epoch: 'e2', sequence: 2, state: stateOf([call('a')]) });
      await after.commit({ events: 1 });
      expect(await store.read('acme', 0, 10)).toMatchObject({
        epoch: 'e2',
        epochStart: 3,
        first: 1,
        last: 3,
      });
      expect(await before.commit({ events: 1 })).toEqual({ status: 'fenced' });
    });

    it('refuses what is not a tenant', async () => {
      for (const tenant of ['', 'A', 'a:b', 'a{b', '-a', 'a\n', 'x'.repeat(64)])
        await expect(store.claim(tenant, { epoch: 'e1' })).rejects.toThrow(TypeError);
    });
  });

  describe('the recorded time', () => {
    const committed = async (...jsons: string[]) => {
      const owner = await Owner.claim(store);
      const events = jsons.map((json, index) => ({ sequence: index + 1, type: 'call-started', json }));
      const before = Date.now();
      const prepared = owner.prepare({ events });
      await owner.send(prepared);
      const after = Date.now();
      const logged = (await store.read('acme', 0, 100)).events.map(({ json }) => json);
      return { owner, prepared, before, after, logged };
    };
    const timeIn = (json: string) => (JSON.parse(json) as { recordedtime: string }).recordedtime;

    it('is that of the store’s clock, whatever the committer’s says', async () => {
      const said = (recordedtime: string) => JSON.stringify({ a: 1, recordedtime, z: 2 });
      const { before, after, logged } = await committed(
        said('2001-01-01T00:00:00.000Z'),
        said('2099-01-01T00:00:00.000Z'),
      );
      const [one, other] = logged.map(timeIn);
      expect(one).toBe(other);
      expect(one).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(Date.parse(one!)).toBeGreaterThanOrEqual(before - 1);
      expect(Date.parse(one!)).toBeLessThanOrEqual(after + 1);
      expect(logged.map((json) => JSON.parse(json) as unknown)).toEqual([
        { a: 1, recordedtime: one, z: 2 },
        { a: 1, recordedtime: one, z: 2 },
      ]);
    });

    it('is the same, byte for byte, when the commit is sent again', async () => {
      const { owner, prepared, logged } = await committed('{"recordedtime":"2001-01-01T00:00:00.000Z"}');
      while (Date.now() - Date.parse(timeIn(logged[0]!)) < 5);
      expect(await store.commit('acme', prepared)).toMatchObject({ status: 'committed' });
      expect((await store.read('acme', 0, 100)).events.map(({ json }) => json)).toEqual(logged);
      expect(owner.sequence).toBe(1);
    });

    it('replaces nothing else that looks like it, and is published as it is logged', async () => {
      const recorder = new Recorder();
      await store.follow(recorder);
      const trick = '","recordedtime":"2001-01-01T00:00:00.000Z';
      const given = {
        id: trick,
        subject: 'Nguyễn "Văn" 📞\\',
        recordedtime: 'x',
        data: { recordedtime: 'theirs', trick },
      };
      const { logged } = await committed(JSON.stringify(given), '{"no":"time"}');
      expect(JSON.parse(logged[0]!)).toEqual({ ...given, recordedtime: timeIn(logged[0]!) });
      expect(timeIn(logged[0]!)).not.toBe('x');
      expect(logged[1]).toBe('{"no":"time"}');
      await recorder.until(({ heard }) => heard.length >= 2);
      expect(recorder.heard.map(({ json }) => json)).toEqual(logged);
    });
  });

  describe('an attempt', () => {
    it('is counted until a commit or a touch, and handed out with a claim', async () => {
      const first = await store.claim('acme', { epoch: 'e1' });
      expect(first.attempts).toEqual({ count: 0, owner: null });
      expect(await store.attempt('acme', first.fence, 'one')).toBe(1);
      const second = await store.claim('acme', { epoch: 'e1' });
      expect(second.attempts).toEqual({ count: 1, owner: 'one' });
      expect(await store.attempt('acme', first.fence, 'one')).toBe(0);
      expect(await store.attempt('acme', second.fence, 'two')).toBe(2);
      // One that lives and tries again counts once.
      expect(await store.attempt('acme', second.fence, 'two')).toBe(2);
      expect(await store.touch('acme', second.fence, { sources: null, registrations: new Map() })).toEqual({
        requests: [],
      });
      const owner = await store.claim('acme', { epoch: 'e1' });
      expect(owner.attempts.count).toBe(0);
      await store.attempt('acme', owner.fence, 'three');
      const third = await Owner.claim(store);
      await third.commit({ state: stateOf([call('a')]), events: 1 });
      await third.commit({ events: 1 });
      expect(await store.claim('acme', { epoch: 'e1' })).toMatchObject({
        attempts: { count: 0, owner: null },
        state: stateOf([call('a')]),
      });
    });
  });

  describe('committing', () => {
    it('replaces the state and appends the events', async () => {
      const owner = await Owner.claim(store);
      const state = stateOf([call('a'), call('b')], {
        ended: new Map([['z', endedCall('z', 5)]]),
        ignoredEntries: new Set(['q|1', 'q|2']),
        listsIdle: true,
      });
      expect(await owner.commit({ state, events: 3 })).toEqual({
        status: 'committed',
        version: 1,
        position: { epoch: 'e1', sequence: 3 },
        requests: [],
      });
      expect(await store.snapshot('acme')).toEqual({ position: { epoch: 'e1', sequence: 3 }, state });
      expect((await store.read('acme', 0, 10)).events).toEqual(
        numbers(1, 3).map((sequence) => ({ sequence, json: logEvent(sequence).json })),
      );

      const next = stateOf([call('b', 'changed')]);
      await owner.commit({ state: next, events: 1 });
      expect((await store.snapshot('acme'))?.state).toEqual(next);
    });

    it('counts a cycle without events and changes as a version', async () => {
      const owner = await Owner.claim(store);
      expect(await owner.commit({})).toMatchObject({ status: 'committed', version: 1 });
      expect(await owner.commit({})).toMatchObject({ status: 'committed', version: 2 });
      expect(await store.position('acme')).toEqual({ epoch: 'e1', sequence: 0 });
    });

    it('answers the same commit id with the first result, appends once and publishes once', async () => {
      const recorder = new Recorder();
      await store.follow(recorder);
      const owner = await Owner.claim(store);
      const commit = owner.prepare({ state: stateOf([call('a')]), events: 2 });
      const first = await store.commit('acme', commit);
      expect(await store.commit('acme', commit)).toEqual(first);
      const changed = {
        ...commit,
        delta: difference(EMPTY_STATE, stateOf([call('other')])),
        events: [logEvent(1, { other: true })],
      };
      expect(await store.commit('acme', changed)).toEqual(first);
      expect((await store.snapshot('acme'))?.state).toEqual(stateOf([call('a')]));
      expect(await logged()).toEqual([1, 2]);

      // An owner that was superseded since gets the same answer: the commit did happen.
      const successor = await Owner.claim(store);
      expect(await store.commit('acme', commit)).toEqual(first);
      await successor.commit({ events: 1 });
      expect(await store.commit('acme', commit)).toEqual({ status: 'fenced' });
      await recorder.until(({ heard }) => heard.length >= 3);
      expect(recorder.sequences()).toEqual([1, 2, 3]);
    });

    it('reports a conflict when another process has committed under the same token', async () => {
      const owner = await Owner.claim(store);
      const rival = owner.prepare({ state: stateOf([call('rival')]), events: 1 });
      await owner.commit({ state: stateOf([call('a')]), events: 1 });
      expect(await store.commit('acme', rival)).toEqual({ status: 'conflict' });
      expect((await store.snapshot('acme'))?.state).toEqual(stateOf([call('a')]));
      expect(await logged()).toEqual([1]);
    });

    it.each([2, 10])('reports a conflict when the events begin at %d after 0', async (sequence) => {
      const owner = await Owner.claim(store);
      const state = stateOf([call('a')]);
      expect(await owner.commit({ state, events: [logEvent(sequence)] })).toEqual({ status: 'conflict' });
      expect((await store.snapshot('acme'))?.state).toEqual(EMPTY_STATE);
    });

    it('fences the holder of an older token, and writes nothing of it', async () => {
      const old = await Owner.claim(store);
      const recorder = new Recorder();
      await store.follow(recorder);
      const newest = await Owner.claim(store);
      expect(await old.commit({ state: stateOf([call('a')]), events: 1 })).toEqual({ status: 'fenced' });
      expect(await store.snapshot('acme')).toEqual({
        position: { epoch: 'e1', sequence: 0 },
        state: EMPTY_STATE,
      });
      expect(await newest.commit({ events: 1 })).toMatchObject({ status: 'committed' });
      await recorder.until(({ heard }) => heard.length > 0);
      expect(recorder.sequences()).toEqual([1]);
    });

    it('reports lost when the memory is gone, or is older than what it acknowledged', async () => {
      const owner = await Owner.claim(store);
      await owner.commit({ state: stateOf([call('a')]), events: 1 });
      const ahead = { ...owner.prepare({ events: 1 }), expectedVersion: owner.version + 1 };
      expect(await store.commit('acme', ahead)).toEqual({ status: 'lost' });
      expect(await store.commit('acme', { ...owner.prepare({}), fence: owner.fence + 1 })).toEqual({
        status: 'lost',
      });
      expect(await store.commit('acme', { ...owner.prepare({}), epoch: 'e0' })).toEqual({ status: 'lost' });
      await subject().loseMemory();
      expect(await owner.commit({ events: 1 })).toEqual({ status: 'lost' });
      expect(await store.snapshot('acme')).toBeNull();

      const next = await Owner.claim(store, 'acme', { epoch: 'e2', newEpoch: true });
      expect(next).toMatchObject({ epoch: 'e2', sequence: 0, state: EMPTY_STATE });
      expect(await next.commit({ events: 1 })).toMatchObject({ status: 'committed' });
    });

    it('refuses events that cannot be a commit', async () => {
      const owner = await Owner.claim(store);
      for (const events of [[logEvent(1), logEvent(3)], [logEvent(0)], [logEvent(1, {}, 'a:b')]])
        await expect(owner.commit({ events })).rejects.toThrow(TypeError);
      expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed', version: 1 });
    });

    it('carries 2,000 calls and 500 events at once, and takes them away again', async () => {
      const owner = await Owner.claim(store);
      const calls = numbers(1, 2_000).map((id) => call(`call-${String(id).padStart(4, '0')}`));
      const ended = new Map(numbers(1, 2_500).map((id) => [`old-${id}`, endedCall(`old-${id}`, id)]));
      const state = stateOf(calls, { ended });
      expect(await owner.commit({ state, events: 500 })).toMatchObject({ status: 'committed' });
      expect((await store.snapshot('acme'))?.state).toEqual(state);
      await owner.commit({ state: EMPTY_STATE, events: 500 });
      expect(await store.snapshot('acme')).toEqual({
        position: { epoch: 'e1', sequence: 1_000 },
        state: EMPTY_STATE,
      });
    });

    it('keeps every character of ids and events', async () => {
      const owner = await Owner.claim(store);
      const odd = ['Trần Thị Bưởi', '📞', 'a:b', '"', '\\', '', '\u0000\n', '\ud800', '\udfff', '__proto__'];
      const state = stateOf(
        odd.toSorted().map((id) => call(id, id)),
        { ignoredEntries: new Set(odd) },
      );
      const events = [logEvent(1, { text: odd.join() })];
      await owner.commit({ state, events });
      expect((await store.snapshot('acme'))?.state).toEqual(state);
      expect((await store.read('acme', 0, 1)).events[0]?.json).toBe(events[0]?.json);
      await owner.commit({ state: EMPTY_STATE });
      expect((await store.snapshot('acme'))?.state).toEqual(EMPTY_STATE);
    });

    it('makes one sequence of the events of two owners that both think their token is valid', async () => {
      const one = await Owner.claim(store);
      const two = await Owner.claim(store);
      Object.assign(one, { fence: two.fence });
      const results = await Promise.all(
        numbers(1, 20).flatMap(() => [one.commit({ events: 1 }), two.commit({ events: 1 })]),
      );
      const won = results.filter((result) => result.status === 'committed').length;
      expect(await logged()).toEqual(numbers(1, won));
    });
  });

  it('touches the freshness of the newest owner only, and no version', async () => {
    const old = await Owner.claim(store);
    const newest = await Owner.claim(store);
    const monitor = { ...EMPTY_STATE.sources.monitor, status: 'up' as const };
    const registrations = new Map(['107', '108'].map((extension) => [extension, registration(extension)]));
    const fresh = { sources: { ...EMPTY_STATE.sources, monitor }, registrations };
    const known = { ...EMPTY_STATE, ...fresh };
    const learnt = difference(EMPTY_STATE, known);
    expect(await store.touch('acme', old.fence, learnt)).toBeNull();
    expect((await store.snapshot('acme'))?.state).toEqual(EMPTY_STATE);
    expect(await store.touch('acme', newest.fence, learnt)).toEqual({ requests: [] });
    expect((await store.snapshot('acme'))?.state).toEqual(known);
    const fewer = { ...known, registrations: new Map([...registrations].slice(1)) };
    expect(await store.touch('acme', newest.fence, difference(known, fewer))).toEqual({ requests: [] });
    expect((await store.snapshot('acme'))?.state).toEqual(fewer);
    expect(await newest.commit({ events: 1 })).toMatchObject({ status: 'committed', version: 1 });
    await subject().loseMemory();
    expect(await store.touch('acme', newest.fence, learnt)).toBeNull();
    expect(await store.snapshot('acme')).toBeNull();
  });
}
