import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leg, observations, T0 } from '../../../test/support/history.js';
import { ManualTime } from '../../../test/support/time.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { pollResult } from '../../source/poll-result.js';
import { QuarantineError, quarantineMs } from './quarantine.js';
import { TenantPoller } from './tenant-poller.js';

describe('a tenant whose owners end in the middle of it', () => {
  let store: MemoryStore;
  let time: ManualTime;
  const signal = new AbortController().signal;
  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000 });
    time = new ManualTime(T0);
  });
  afterEach(() => store.close());

  /** Another process. */
  const owner = () => {
    let commits = 0;
    const name = Math.random();
    return new TenantPoller({
      tenant: 'acme',
      outdate: () => undefined,
      registrations: null,
      store,
      policy: DEFAULT_POLICY,
      time,
      newEpoch: () => 'e1',
      newCommitId: () => `${name}-${++commits}`,
    });
  };
  const record = (of: TenantPoller, legs = [leg()]) => {
    const { monitor } = observations({ legs }, time.at);
    return of.record([
      { result: pollResult(monitor!, { sentAt: 0, status: 200 }, 1), round: 1, isStale: false },
    ]);
  };
  const refusal = async (of: TenantPoller) => {
    const error = await of.prepare(signal).catch((thrown: unknown) => thrown);
    return error instanceof QuarantineError ? [error.owners, error.restMs] : error;
  };

  it('is polled at once where the owner before has recorded a poll, whether or not it ended well', async () => {
    const first = owner();
    expect(await refusal(first)).toBe(true);
    await record(first);
    expect(await refusal(owner())).toBe(true);
  });

  it('is not polled at once by the next owner, and later with each', async () => {
    expect(await refusal(owner())).toBe(true);
    const second = owner();
    expect(await refusal(second)).toEqual([1, 2_000]);
    time.at += 1_500;
    expect(await refusal(second)).toEqual([1, 500]);
    time.at += 500;
    expect(await refusal(second)).toBe(true);
    const third = owner();
    expect(await refusal(third)).toEqual([2, 8_000]);
    // An owner that only waited has not been ended by it.
    expect(await refusal(owner())).toEqual([2, 8_000]);
    time.at += 8_000;
    expect(await refusal(third)).not.toBe(true);
  });

  it('is out of quarantine with the first poll that is recorded, also one that changes nothing', async () => {
    await owner().prepare(signal);
    const second = owner();
    await refusal(second);
    time.at += 2_000;
    expect(await refusal(second)).toBe(true);
    await record(second, []);
    expect(await refusal(owner())).toBe(true);
  });

  it('does not take its own claims for owners that have ended', async () => {
    const only = owner();
    await only.prepare(signal);
    await store.claim('acme', { epoch: 'e1' });
    expect((await record(only)).owned).toBe(false);
    expect(await refusal(only)).toBe(true);
  });

  it('waits five minutes at most', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map(quarantineMs)).toEqual([
      0, 2_000, 8_000, 32_000, 128_000, 300_000, 300_000,
    ]);
  });
});
