import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CorruptStateError, NewerFormatError } from '../../store/errors.js';
import { leg, observations } from '../../../test/support/history.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { timeAt } from '../../../test/support/time.js';
import { NEXT_FORM } from '../../store/store.contract-formats.js';
import { type UnservedReport, NO_TENANT_LISTENER } from './poll-listener.js';
import { TenantLedger } from './tenant-ledger.js';

describe('a tenant’s ledger', () => {
  let store: MemoryStore;
  /** Whether each claim's epoch was a new one. */
  let claims: boolean[];
  /** What could not be read, for each claim that failed. */
  let unserved: UnservedReport[];
  /** What of the desk could not be read, for each claim that found such. */
  let unreadable: (readonly string[])[];

  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000 });
    claims = [];
    unserved = [];
    unreadable = [];
  });
  afterEach(() => store.close());

  function ledger(name = 'e', of = store): TenantLedger {
    let epochs = 0;
    let commits = 0;
    return new TenantLedger({
      tenant: 'acme',
      store: of,
      policy: DEFAULT_POLICY,
      time: timeAt(() => 60_000),
      newEpoch: () => `${name}${++epochs}`,
      newCommitId: () => `commit-${name}-${++commits}`,
      onUnreadableDesk: (fields) => unreadable.push(fields),
      listener: {
        ...NO_TENANT_LISTENER,
        claimed: ({ isLogLost }) => void claims.push(isLogLost),
        unserved: (report) => void unserved.push(report),
      },
    });
  }

  it('reports what of the desk cannot be read, once a claim, and goes on', async () => {
    const claim = store.claim.bind(store);
    jest.spyOn(store, 'claim').mockImplementationOnce(async (tenant, options) => ({
      ...(await claim(tenant, options)),
      unreadableDesk: ['callback:cb-1', 'agent:101'],
    }));
    const one = ledger();
    await one.claim();
    await findsLeg(one);
    await findsIdle(one);
    expect(unreadable).toEqual([['callback:cb-1', 'agent:101']]);
    await one.claim();
    expect(unreadable).toHaveLength(1);
  });

  it('reports an epoch that its claim began, and not one that it found', async () => {
    await ledger().claim();
    const other = ledger('f');
    await other.claim();
    await other.claim();
    expect(claims).toEqual([true, false, false]);
  });

  it('reports a new epoch when the store lost its memory, though no commit was rejected for it', async () => {
    const one = ledger();
    await one.claim();
    await one.write(one.decide(observations({}, 60_000)));
    store.loseMemory();
    const commit = jest.spyOn(store, 'commit');
    // A write that is due, of nothing but freshness.
    one.expectRequests();
    expect(await one.write(one.decide(observations({}, 61_000)))).toBe(false);
    expect(commit).not.toHaveBeenCalled();
    await one.claim();
    expect(claims).toEqual([true, true]);
  });

  it('reports a new epoch that another replica has begun meanwhile, or a claim whose answer was lost', async () => {
    const one = ledger();
    await one.claim();
    store.loseMemory();
    await store.claim('acme', { epoch: 'of-another' });
    await one.claim();
    await one.claim();
    expect(claims).toEqual([true, true, false]);
  });

  describe('where Redis failed over', () => {
    /** Commits events, and another after the store has moved on, which is refused. */
    const overtaken = async (last?: number) => {
      const one = ledger();
      await one.claim();
      await findsLeg(one);
      const { sequence } = (await store.position('acme'))!;
      expect(sequence).toBeGreaterThan(0);
      const claim = jest.spyOn(store, 'claim');
      jest.spyOn(store, 'commit').mockResolvedValueOnce({ status: 'moved' });
      expect(await findsIdle(one)).toBe(false);
      store.failOver('acme', 'next', last === undefined ? sequence : sequence - last);
      await one.claim();
      return claim.mock.calls.map(([, { newEpoch }]) => newEpoch);
    };

    it('goes on in the epoch that continues its own, and counts no loss', async () => {
      expect(await overtaken()).toEqual([false]);
      expect(claims).toEqual([true, false]);
    });

    it('counts a loss where the log does not hold all that it had written', async () => {
      expect(await overtaken(1)).toEqual([false]);
      expect(claims).toEqual([true, true]);
    });

    it('asks for an epoch that continues none where the store is older than it had been', async () => {
      const one = ledger();
      await one.claim();
      const claim = jest.spyOn(store, 'claim');
      jest.spyOn(store, 'commit').mockResolvedValueOnce({ status: 'lost' });
      expect(await findsIdle(one)).toBe(false);
      await one.claim();
      expect(claim.mock.calls.map(([, { newEpoch }]) => newEpoch)).toEqual([true]);
      expect((await store.claim('acme', { epoch: 'x' })).continues).toEqual([]);
    });
  });

  /** A poll that shows idle extensions for the first time, which changes more than the freshness. */
  const findsIdle = (one: TenantLedger) => one.write(one.decide(observations({ idle: ['101'] }, 60_000)));
  const findsLeg = (one: TenantLedger) => one.write(one.decide(observations({ legs: [leg()] }, 61_000)));

  it('writes the whole state in the first commit of a claim, and after it what differs', async () => {
    const commit = jest.spyOn(store, 'commit');
    const one = ledger();
    const known = await one.claim();
    expect(await findsIdle(one)).toBe(true);
    expect(await findsLeg(one)).toBe(true);
    expect(commit.mock.calls.map(([, { whole }]) => whole)).toEqual([known, undefined]);
    expect((await store.snapshot('acme'))?.state.listsIdle).toBe(true);
  });

  it('commits before it touches what an older build has left, though nothing has changed', async () => {
    const one = ledger();
    await one.claim();
    await findsIdle(one);
    const next = new MemoryStore({ maxEvents: 1_000, form: NEXT_FORM, memoryOf: store });
    const touch = jest.spyOn(next, 'touch');
    const other = ledger('f', next);
    await other.claim();
    expect(await other.write(other.decide({}))).toBe(true);
    expect(touch).not.toHaveBeenCalled();
    expect((await next.inspect('acme'))?.format).toBe(NEXT_FORM.format);
    const failed = { failed: 'no answer' };
    const nothingSeen = other.decide(observations({ legs: failed, entries: failed }, 61_000));
    expect(await other.write(nothingSeen)).toBe(true);
    expect(touch).toHaveBeenCalledTimes(1);
  });

  it('leaves a state to a newer build that can read it, and takes it over when it can read it again', async () => {
    const next = new MemoryStore({ maxEvents: 1_000, form: NEXT_FORM, memoryOf: store });
    const newer = ledger('f', next);
    await newer.claim();
    await findsIdle(newer);
    const older = ledger();
    await expect(older.claim()).rejects.toThrow(NewerFormatError);
    await expect(older.claim()).rejects.toThrow(NewerFormatError);
    expect(await findsLeg(newer)).toBe(true);
    expect(unserved).toEqual(Array(2).fill({ reason: 'newer-format', fields: [] }));
    store.overwrite('acme', 'format', '1');
    const { listsIdle, calls } = await older.claim();
    expect([listsIdle, [...calls.keys()]]).toEqual([true, ['leg-1']]);
  });

  it('claims a state that it cannot read once, and not again until it can read it', async () => {
    const one = ledger();
    await one.claim();
    await findsIdle(one);
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
