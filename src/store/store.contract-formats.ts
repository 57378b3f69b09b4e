import { CorruptStateError, NewerFormatError } from './errors.js';
import { call, endedCall, Owner, registration, stateOf, type Subject } from './store.contract-kit.js';
import type { Store } from './store.js';
import { type Migration, STORED_FORM, type StoredForm } from './stored/formats.js';

const same: Migration = (stored) => [stored];
/** A build after this one, which keeps all that this one does under the next number. */
export const NEXT_FORM: StoredForm = {
  format: STORED_FORM.format + 1,
  migrations: [...STORED_FORM.migrations, same],
};

/** The contract's part about builds that know different formats, and about what none can read. */
export function describeFormats(subject: () => Subject): void {
  let store: Store;
  beforeEach(() => {
    store = subject().store;
  });
  const state = stateOf([call('a'), call('b')], {
    ended: new Map([['z', endedCall('z', 5)]]),
    ignoredEntries: new Set(['q|1']),
    listsIdle: true,
    registrations: new Map([['107', registration('107')]]),
  });
  const overwrite = (field: string, text: string) => subject().overwrite('acme', field, text);

  describe('a state in a newer format', () => {
    let newer: Owner;
    beforeEach(async () => {
      newer = await Owner.claim(subject().build(NEXT_FORM));
      await newer.commit({ state, events: 2 });
    });

    it('is refused with tenant and both formats, and its writer is not fenced', async () => {
      for (const options of [{ epoch: 'e2' }, { epoch: 'e2', newEpoch: true, withoutUnreadable: true }])
        await expect(store.claim('acme', options)).rejects.toThrow(
          new NewerFormatError('acme', NEXT_FORM.format, STORED_FORM.format),
        );
      await expect(store.snapshot('acme')).rejects.toThrow(NewerFormatError);
      await expect(store.inspect('acme')).rejects.toThrow(NewerFormatError);
      expect(await newer.commit({ events: 1 })).toMatchObject({
        status: 'committed',
        version: 2,
        position: { epoch: 'e1', sequence: 3 },
      });
    });

    it('leaves log and position to read', async () => {
      expect(await store.position('acme')).toEqual({ epoch: 'e1', sequence: 2 });
      expect((await store.read('acme', 0, 10)).events).toHaveLength(2);
    });
  });

  describe('a state in an older format', () => {
    let older: Owner;
    let next: Store;
    beforeEach(async () => {
      older = await Owner.claim(store);
      await older.commit({ state, events: 2 });
      next = subject().build(NEXT_FORM);
    });

    it('is read, and becomes the newer one with the first commit of a claim, whatever that changes', async () => {
      expect((await next.snapshot('acme'))?.state).toEqual(state);
      const owner = await Owner.claim(next);
      expect(owner).toMatchObject({ state, format: STORED_FORM.format });
      expect(await store.inspect('acme')).toMatchObject({ format: STORED_FORM.format });
      await owner.commit({});
      expect(await next.inspect('acme')).toEqual({
        format: NEXT_FORM.format,
        fields: 9,
        unreadable: [],
        unreadableDesk: [],
      });
      expect((await next.snapshot('acme'))?.state).toEqual(state);
      await expect(store.claim('acme', { epoch: 'e2' })).rejects.toThrow(NewerFormatError);
      expect(await older.commit({ events: 1 })).toEqual({ status: 'fenced' });
    });

    it('is still the older build’s until then', async () => {
      await Owner.claim(next);
      const again = await Owner.claim(store);
      expect(await again.commit({ events: 1 })).toMatchObject({ status: 'committed' });
    });
  });

  it('writes every field in the first commit of a claim, and drops what else there was', async () => {
    const first = await Owner.claim(store);
    await first.commit({ state, events: 1 });
    await overwrite('call:gone', 'x');
    const second = await Owner.claim(store, 'acme', { epoch: 'e1', withoutUnreadable: true });
    await overwrite('call:a', 'x');
    await overwrite('ended:other', 'x');
    await second.commit({ state: stateOf([call('a', 'now')]), events: 1 });
    expect((await store.snapshot('acme'))?.state).toEqual(stateOf([call('a', 'now')]));
    expect(await store.position('acme')).toEqual({ epoch: 'e1', sequence: 2 });
  });

  it('writes only what differs in the commits that follow', async () => {
    const owner = await Owner.claim(store);
    await owner.commit({ state });
    await overwrite('call:a', 'x');
    await owner.commit({ state: { ...state, ignoredEntries: new Set() } });
    expect(await store.inspect('acme')).toMatchObject({ unreadable: ['call:a'] });
  });

  describe('an unreadable entry', () => {
    beforeEach(async () => {
      await (await Owner.claim(store)).commit({ state, events: 1 });
    });

    it.each([
      ['is no JSON', '{"callId":'],
      ['is of another kind', '[]'],
      ['has a field too few', JSON.stringify({ callId: 'a' })],
      ['has a field too many', JSON.stringify({ ...call('a'), later: 1 })],
      ['has a field of another type', JSON.stringify({ ...call('a'), baseline: 'no' })],
      ['is another call’s', JSON.stringify(call('other'))],
    ])('is named where it %s, and its content is not', async (_what, text) => {
      await overwrite('call:a', text);
      const expected = new CorruptStateError('acme', 'call:a');
      await expect(store.snapshot('acme')).rejects.toThrow(expected);
      await expect(store.claim('acme', { epoch: 'e2' })).rejects.toThrow(expected);
      expect(await store.inspect('acme')).toEqual({
        format: STORED_FORM.format,
        fields: 9,
        unreadable: ['call:a'],
        unreadableDesk: [],
      });
    });

    it('is counted with all others', async () => {
      for (const field of ['call:a', 'ended:z', 'flags']) await overwrite(field, '1');
      const error: unknown = await store.snapshot('acme').catch((reason: unknown) => reason);
      expect((error as CorruptStateError).fields.toSorted()).toEqual(['call:a', 'ended:z', 'flags']);
      expect(String(error)).toMatch(/tenant acme is corrupt in field \S+ and 2 more$/);
    });

    it('may be the format itself', async () => {
      await overwrite('format', 'one');
      await expect(store.claim('acme', { epoch: 'e2' })).rejects.toThrow(
        new CorruptStateError('acme', 'format'),
      );
      const owner = await Owner.claim(store, 'acme', { epoch: 'e2', withoutUnreadable: true });
      await owner.commit({});
      expect((await store.snapshot('acme'))?.state).toEqual(state);
    });

    it('is gone after a claim without it and its first commit', async () => {
      await overwrite('call:a', 'x');
      const options = { epoch: 'e2', newEpoch: true, withoutUnreadable: true };
      const owner = await Owner.claim(store, 'acme', options);
      expect([...owner.state.calls.keys()]).toEqual(['b']);
      expect(await store.inspect('acme')).toMatchObject({ unreadable: ['call:a'] });
      await owner.commit({});
      expect(await store.inspect('acme')).toMatchObject({ fields: 8, unreadable: [] });
      expect(await store.snapshot('acme')).toEqual({
        position: { epoch: 'e2', sequence: 1 },
        state: { ...state, calls: new Map([['b', call('b')]]) },
      });
    });
  });

  it('inspects nothing of a tenant that was never claimed', async () => {
    expect(await store.inspect('acme')).toBeNull();
  });
}
