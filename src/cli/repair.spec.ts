import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NewerFormatError } from '../store/errors.js';
import { MemoryStore } from '../store/memory/memory-store.js';
import { aCallback, aQueue, deskDelta } from '../store/desk-store.contract-kit.js';
import { NEXT_FORM } from '../store/store.contract-formats.js';
import { call, Owner, stateOf } from '../store/store.contract-kit.js';
import { parseRepairArguments, repair } from './repair.js';

describe('npm run repair', () => {
  let store: MemoryStore;
  let owner: Owner;
  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 100 });
    owner = await Owner.claim(store);
    await owner.commit({ state: stateOf([call('a', 'a customer'), call('b')]), events: 3 });
  });
  afterEach(() => store.close());

  const run = (drop: boolean, of = store) =>
    repair(of, { tenant: 'acme', drop }, { newEpoch: () => 'e9', newCommitId: () => 'repair' });

  it.each<[string, string[], object]>([
    ['a tenant', ['acme'], { ok: true, value: { tenant: 'acme', drop: false } }],
    ['what to do', ['--drop', 'acme'], { ok: true, value: { tenant: 'acme', drop: true } }],
    ['no tenant', [], { ok: false, problem: expect.stringMatching(/^one tenant is needed/) }],
    ['two', ['acme', 'globex'], { ok: false, problem: expect.stringMatching(/^one tenant is needed/) }],
    ['a malformed one', ['Acme'], { ok: false, problem: expect.stringMatching(/^a tenant is 1 to 63/) }],
    ['an unknown flag', ['acme', '--force'], { ok: false, problem: expect.stringMatching(/^arguments not/) }],
  ])('is given %s', (_what, argv, result) => {
    expect(parseRepairArguments(argv)).toEqual(result);
  });

  it('prints that there is nothing to do, and does nothing', async () => {
    const claim = jest.spyOn(store, 'claim');
    expect(await run(true)).toEqual({
      ok: true,
      value: 'The stored state of acme has format 2 and 7 entries, and all of them can be read.',
    });
    expect(claim).not.toHaveBeenCalled();
  });

  it('shows what it would drop, by its keys alone, and changes nothing', async () => {
    store.overwrite('acme', 'call:a', '{"callId":"a","customer":"a customer"}');
    store.overwrite('acme', 'flags', '[]');
    const result = await run(false);
    expect(result).toMatchObject({
      ok: true,
      value: expect.stringMatching(
        /7 entries\. Unreadable: 2\n {2}(call:a|flags)\n {2}(call:a|flags)\nNothing/,
      ),
    });
    expect(JSON.stringify(result)).not.toContain('a customer');
    expect(await owner.commit({ events: 1 })).toMatchObject({ status: 'committed' });
  });

  it('shows what of the desk cannot be read, by its keys alone, and leaves it', async () => {
    const delta = {
      callbacks: new Map([['cb-1', aCallback('cb-1')]]),
      queues: new Map([['1', aQueue('1')]]),
    };
    await owner.send({ ...owner.prepare({}), desk: deskDelta(delta) });
    const { callbacks, standing } = store.desk('acme')!;
    callbacks.set('cb-2', '{"id":"cb-2","line":"0905111222"}');
    standing.set('agent:101', 'x');
    const readable = 'The stored state of acme has format 2 and 7 entries, and all of them can be read.';
    const found =
      'Of its desk the bridge goes on without what it cannot read, and leaves it: 2\n  callback:cb-2\n  agent:101\n';
    for (const drop of [false, true]) expect(await run(drop)).toEqual({ ok: true, value: found + readable });
    store.overwrite('acme', 'call:a', 'x');
    expect(await run(true)).toMatchObject({ ok: true, value: expect.stringContaining(`${found}The stored`) });
    expect(store.desk('acme')!.callbacks.size).toBe(2);
    expect((await store.claim('acme', { epoch: 'e1' })).unreadableDesk).toEqual([
      'callback:cb-2',
      'agent:101',
    ]);
  });

  it('drops it, keeps the rest and the log, begins an epoch and fences the polling replica', async () => {
    store.overwrite('acme', 'call:a', 'x');
    expect(await run(true)).toMatchObject({
      ok: true,
      value: expect.stringContaining('new epoch begins: e9'),
    });
    expect(await store.snapshot('acme')).toEqual({
      position: { epoch: 'e9', sequence: 3 },
      state: stateOf([call('b')]),
    });
    expect((await store.read('acme', 0, 10)).events).toHaveLength(3);
    expect(await owner.commit({ events: 1 })).toEqual({ status: 'fenced' });
    expect(await run(false)).toMatchObject({ ok: true, value: expect.stringContaining('can be read') });
  });

  it('gives up where another replica has claimed the tenant meanwhile', async () => {
    store.overwrite('acme', 'call:a', 'x');
    const commit = store.commit.bind(store);
    jest.spyOn(store, 'commit').mockImplementation(async (...args) => {
      await store.claim('acme', { epoch: 'e1', withoutUnreadable: true });
      return commit(...args);
    });
    expect(await run(true)).toEqual({ ok: false, problem: expect.stringContaining('claimed meanwhile') });
    expect(await store.inspect('acme')).toMatchObject({ unreadable: ['call:a'] });
  });

  it('writes no state of a newer build, and none where there was none', async () => {
    const next = new MemoryStore({ maxEvents: 100, form: NEXT_FORM, memoryOf: store });
    const newer = await Owner.claim(next);
    await newer.commit({});
    store.overwrite('acme', 'call:a', 'x');
    await expect(run(true)).rejects.toThrow(NewerFormatError);
    expect(await newer.commit({})).toMatchObject({ status: 'committed' });
    store.loseMemory();
    expect(await run(true)).toEqual({ ok: false, problem: 'nothing is stored of the tenant acme' });
  });
});
