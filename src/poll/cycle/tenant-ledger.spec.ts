import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CorruptStateError, NewerFormatError } from '../../store/errors.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { timeAt } from '../../../test/support/time.js';
import { NEXT_FORM } from '../../store/store.contract-formats.js';
import { type UnservedReport, UNOBSERVED_TENANT } from './poll-listener.js';
import { TenantLedger } from './tenant-ledger.js';

describe('a tenant’s ledger', () => {
  let store: MemoryStore;
  /** Of each claim, whether its epoch was a new one. */
  let claims: boolean[];
  /** Of each claim in vain, what could not be read. */
  let unserved: UnservedReport[];

  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000 });
    claims = [];
    unserved = [];
  });
  afterEach(() => store.close());

  function ledger(name = 'e', of = store): TenantLedger {
    let epochs = 0;
    let commits = 0;
    return new TenantLedger({
      tenant: 'acme',
      store: of,
      retentionMs: 604_800_000,
      time: timeAt(() => 60_000),
      newEpoch: () => `${name}${++epochs}`,
      newCommitId: () => `commit-${name}-${++commits}`,
      observer: {
        ...UNOBSERVED_TENANT,
        claimed: ({ isNewEpoch }) => void claims.push(isNewEpoch),
        unserved: (report) => void unserved.push(report),
      },
    });
  }

  it('tells of an epoch that its claim began, and not of one that it found', async () => {
    await ledger().claim();
    const other = ledger('f');
    await other.claim();
    await other.claim();
    expect(claims).toEqual([true, false, false]);
  });

  it('tells of a new epoch when the store lost its memory, though no commit was refused for it', async () => {
    const one = ledger();
    const held = await one.claim();
    store.loseMemory();
    const monitor = { ...held.sources.monitor, status: 'up' as const };
    const state = { ...held, sources: { ...held.sources, monitor } };
    const commit = jest.spyOn(store, 'commit');
    expect(await one.write({ state, transitions: [], confirm: false })).toBe(false);
    expect(commit).not.toHaveBeenCalled();
    await one.claim();
    expect(claims).toEqual([true, true]);
  });

  it('tells of a new epoch that another has begun meanwhile, or a claim whose answer was lost', async () => {
    const one = ledger();
    await one.claim();
    store.loseMemory();
    await store.claim('acme', { epoch: 'of-another' });
    await one.claim();
    await one.claim();
    expect(claims).toEqual([true, true, false]);
  });

  it('writes the whole state in the first commit of a claim, and after it what differs', async () => {
    const commit = jest.spyOn(store, 'commit');
    const one = ledger();
    let state = { ...(await one.claim()), listsIdle: true };
    await one.write({ state, transitions: [], confirm: false });
    state = { ...state, listsIdle: false };
    await one.write({ state, transitions: [], confirm: false });
    expect(commit.mock.calls.map(([, { whole }]) => whole)).toEqual([
      { ...state, listsIdle: true },
      undefined,
    ]);
  });

  it('commits before it touches what an older build has left, though nothing has changed', async () => {
    const one = ledger();
    await one.write({ state: { ...(await one.claim()), listsIdle: true }, transitions: [], confirm: false });
    const next = new MemoryStore({ maxEvents: 1_000, form: NEXT_FORM, memoryOf: store });
    const touch = jest.spyOn(next, 'touch');
    const other = ledger('f', next);
    const state = await other.claim();
    expect(await other.write({ state, transitions: [], confirm: false })).toBe(true);
    expect(touch).not.toHaveBeenCalled();
    expect((await next.inspect('acme'))?.format).toBe(NEXT_FORM.format);
    const monitor = { ...state.sources.monitor, status: 'up' as const };
    const fresh = { ...state, sources: { ...state.sources, monitor } };
    expect(await other.write({ state: fresh, transitions: [], confirm: false })).toBe(true);
    expect(touch).toHaveBeenCalledTimes(1);
  });

  it('lets whoever can read a state go on with it, and takes it over when it can be read again', async () => {
    const next = new MemoryStore({ maxEvents: 1_000, form: NEXT_FORM, memoryOf: store });
    const newer = ledger('f', next);
    const state = { ...(await newer.claim()), listsIdle: true };
    await newer.write({ state, transitions: [], confirm: false });
    const older = ledger();
    await expect(older.claim()).rejects.toThrow(NewerFormatError);
    await expect(older.claim()).rejects.toThrow(NewerFormatError);
    const changed = { ...state, listsIdle: false };
    expect(await newer.write({ state: changed, transitions: [], confirm: false })).toBe(true);
    expect(unserved).toEqual(Array(2).fill({ reason: 'newer-format', fields: [] }));
    store.overwrite('acme', 'format', '1');
    expect(await older.claim()).toEqual(changed);
  });

  it('claims a state that it cannot read once, and not again before it can', async () => {
    const one = ledger();
    await one.write({ state: { ...(await one.claim()), listsIdle: true }, transitions: [], confirm: false });
    store.overwrite('acme', 'flags', '{');
    const claim = jest.spyOn(store, 'claim');
    const other = ledger('f');
    await expect(other.claim()).rejects.toThrow(CorruptStateError);
    await expect(other.claim()).rejects.toThrow(CorruptStateError);
    expect(claim).toHaveBeenCalledTimes(1);
    expect(unserved).toEqual(Array(2).fill({ reason: 'unreadable-entry', fields: ['flags'] }));
    store.overwrite('acme', 'flags', '{"listsIdle":true}');
    expect((await other.claim()).listsIdle).toBe(true);
    expect(claim).toHaveBeenCalledTimes(2);
  });
});
