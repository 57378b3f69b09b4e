import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { observations } from '../../../test/support/history.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { UNOBSERVED_TENANT } from './poll-listener.js';
import { TenantLedger } from './tenant-ledger.js';

describe('a tenant’s ledger', () => {
  let store: MemoryStore;
  /** Of each claim, whether its epoch was a new one. */
  let claims: boolean[];

  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000 });
    claims = [];
  });
  afterEach(() => store.close());

  function ledger(name = 'e'): TenantLedger {
    let epochs = 0;
    return new TenantLedger({
      tenant: 'acme',
      store,
      policy: DEFAULT_POLICY,
      retentionMs: 604_800_000,
      clock: () => 60_000,
      newEpoch: () => `${name}${++epochs}`,
      newCommitId: () => 'commit',
      observer: { ...UNOBSERVED_TENANT, claimed: ({ isNewEpoch }) => void claims.push(isNewEpoch) },
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
    await one.claim();
    store.loseMemory();
    const commit = jest.spyOn(store, 'commit');
    expect(await one.write(one.decide(observations({}, 60_000)))).toBe(false);
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
});
