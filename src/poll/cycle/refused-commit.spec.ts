import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { entry, leg, number, observations, T0, type Poll } from '../../../test/support/history.js';
import { ManualTime } from '../../../test/support/time.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { StoreUnavailableError } from '../../store/errors.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { ClaimOptions, Commit } from '../../store/store.js';
import { type GivenUp, TenantLedger } from './tenant-ledger.js';

describe('a commit that the store refuses', () => {
  let store: MemoryStore;
  let ledger: TenantLedger;
  let time: ManualTime;
  let givenUp: GivenUp[];
  let refuses: (commit: Commit) => boolean;
  let answers: boolean;
  /** Of which calls the last claim found a story. */
  let storiesClaimed: string[];

  beforeEach(async () => {
    store = new MemoryStore({ maxEvents: 1_000 });
    time = new ManualTime(T0);
    givenUp = [];
    refuses = () => false;
    answers = true;
    let commits = 0;
    const refusing = Object.assign(Object.create(store) as MemoryStore, {
      format: store.format,
      claim: async (tenant: string, options: ClaimOptions) => {
        const claim = await store.claim(tenant, options);
        storiesClaimed = [...claim.desk.stories.keys()];
        return claim;
      },
      touch: store.touch.bind(store),
      ping: () => (answers ? Promise.resolve() : Promise.reject(new StoreUnavailableError('away'))),
      commit: (tenant: string, commit: Commit) =>
        refuses(commit) ? Promise.reject(new Error('ERR too large')) : store.commit(tenant, commit),
    });
    ledger = new TenantLedger({
      tenant: 'acme',
      store: refusing,
      policy: DEFAULT_POLICY,
      time,
      newEpoch: () => 'e1',
      newCommitId: () => `commit-${++commits}`,
      onGivenUp: (counts) => givenUp.push(counts),
      limits: { events: 4, bytes: 1_000_000 },
    });
    await ledger.claim();
  });
  afterEach(() => store.close());

  const poll = (shown: Poll) => {
    time.at += 1_000;
    return ledger.write(ledger.decide(observations(shown, time.at)));
  };
  /** Tries again once a second, as the loop does, until it is through or so many seconds are over. */
  const retried = async (seconds: number) => {
    for (let second = 0; second < seconds && ledger.isUnfinished; second++) {
      time.at += 1_000;
      await ledger.finish().catch(() => undefined);
    }
  };
  const log = async () =>
    (await store.read('acme', 0, 1_000)).events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  const typesOf = async (callId: string) =>
    (await log()).filter(({ subject }) => subject === callId).map(({ type }) => type);
  const legs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'].map((callId, nth) =>
    leg({ ext: String(101 + nth), callId, customer: number(`09${10_000_000 + nth}`) }),
  );
  const has = (callId: string) => (commit: Commit) => commit.delta.calls.has(callId);

  it('is given up after half a minute, an event says so, and the tenant goes on without its calls', async () => {
    await poll({});
    refuses = (commit) => has('c')(commit) && !isGivenUp(commit);
    await expect(poll({ legs })).rejects.toThrow('too large');
    await retried(29);
    expect([ledger.isUnfinished, givenUp]).toEqual([true, []]);
    await retried(5);
    expect([ledger.isUnfinished, givenUp]).toEqual([false, [{ calls: 2, events: 4 }]]);
    expect((await log()).map(({ sequence }) => Number(sequence))).toEqual(
      (await log()).map((_, nth) => nth + 1),
    );
    const degraded = (await log()).find(({ type }) => type === 'source-degraded')!;
    expect(degraded.data).toMatchObject({
      state: 'degraded',
      reason: 'commit-refused: gave up 2 calls, 4 events',
    });
    expect([await typesOf('a'), await typesOf('c'), await typesOf('l')]).toEqual([
      ['call-started', 'call-offered'],
      [],
      ['call-started', 'call-offered'],
    ]);
    const { state } = (await store.snapshot('acme'))!;
    expect(ledger.known).toBe(null);
    await ledger.claim();
    expect(ledger.known!.calls).toEqual(state.calls);
    expect(ledger.known!.sources).toEqual(state.sources);
    expect(ledger.known!.ignoredEntries).toEqual(state.ignoredEntries);
    // What is still listed of them begins no call again, and the next answers are taken.
    await poll({ legs });
    await poll({ legs: legs.slice(0, 1) });
    await poll({ legs: legs.slice(0, 1) });
    expect([await typesOf('c'), [...ledger.known!.calls.keys()]]).toEqual([[], ['a']]);
    expect((await log()).map(({ type }) => type)).toContain('source-up');
  });

  it('ends the calls that had been announced', async () => {
    await poll({ legs: legs.slice(0, 1), entries: [entry({ callId: 'q', mobile: '0987654321' })] });
    refuses = (commit) => has('a')(commit) && commit.events.length > 0 && !isGivenUp(commit);
    const waits = [entry({ callId: 'q', mobile: '0987654321' })];
    await expect(
      poll({ legs: [leg({ ...legs[0]!, signal: 'answered' })], entries: waits }),
    ).rejects.toThrow();
    await retried(35);
    expect(await typesOf('a')).toEqual(['call-started', 'call-offered', 'call-ended']);
    const ended = (await log()).find(({ type }) => type === 'call-ended')!;
    expect(ended.data).toMatchObject({ outcome: 'answered', observed: { certainty: 'inferred' } });
    expect([...(await ledger.claim()).calls.keys()]).toEqual(['q']);
  });

  it('ends the claim, and the next ends the stories of the calls', async () => {
    await poll({ legs: legs.slice(0, 1) });
    refuses = (commit) => has('a')(commit) && commit.events.length > 0 && !isGivenUp(commit);
    await expect(poll({ legs: [leg({ ...legs[0]!, signal: 'answered' })] })).rejects.toThrow();
    await retried(35);
    expect(ledger.known).toBe(null);
    await ledger.claim();
    expect(storiesClaimed).toEqual(['a']);
    await poll({});
    await ledger.claim();
    expect(storiesClaimed).toEqual([]);
  });

  it('ends the claim also where a later part has had no answer at first', async () => {
    await poll({});
    let lost = 2;
    refuses = (commit) =>
      (has('c')(commit) && !isGivenUp(commit)) || (has('l')(commit) && !has('c')(commit) && lost-- > 0);
    await expect(poll({ legs })).rejects.toThrow('too large');
    await retried(40);
    expect([ledger.isUnfinished, ledger.known, lost < 0]).toEqual([false, null, true]);
    expect(givenUp).toEqual([{ calls: 2, events: 4 }]);
    expect((await ledger.claim()).calls.size).toBe(legs.length - 2);
  });

  it('is kept while the store refuses everything, or does not answer at all', async () => {
    await poll({});
    refuses = () => true;
    await expect(poll({ legs })).rejects.toThrow();
    await retried(60);
    answers = false;
    await retried(60);
    expect([ledger.isUnfinished, givenUp]).toEqual([true, []]);
    refuses = () => false;
    answers = true;
    await retried(1);
    expect(ledger.isUnfinished).toBe(false);
    expect((await log()).filter(({ type }) => type === 'call-started')).toHaveLength(legs.length);
    // What was about to be given up is known and stored as before.
    expect(ledger.known!.calls.size).toBe(legs.length);
    expect(ledger.known!.calls).toEqual((await store.snapshot('acme'))!.state.calls);
  });
});

const isGivenUp = ({ events }: Commit) => events.some(({ json }) => json.includes('commit-refused'));
