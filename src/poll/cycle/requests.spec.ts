import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leg, observations, type Poll, T0 } from '../../../test/support/history.js';
import { ManualTime } from '../../../test/support/time.js';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { ENDPOINTS } from '../../core/model/observation.js';
import { webhookRequest } from '../../core/requests.js';
import { pollResult } from '../../source/poll-result.js';
import { OutcomeUnknownError, StoreUnavailableError } from '../../store/errors.js';
import { MemoryInbox } from '../../store/memory/memory-inbox.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import type { Commit, CommitResult, Store } from '../../store/store.js';
import { QuarantineError } from './quarantine.js';
import type { GivenUp } from './tenant-ledger.js';
import { TenantPoller } from './tenant-poller.js';

const failing = (since: number) =>
  webhookRequest('webhook-failing', { endpoint: 'crm', since, at: T0, reason: 'HTTP 500', waiting: 3 });

describe('what is asked of a tenant’s owner', () => {
  let store: MemoryStore;
  let inbox: MemoryInbox;
  let time: ManualTime;
  let unreadable: (readonly string[])[];
  let givenUp: GivenUp[];
  const signal = new AbortController().signal;
  beforeEach(() => {
    time = new ManualTime(T0);
    store = new MemoryStore({ maxEvents: 1_000, now: () => time.now() });
    inbox = new MemoryInbox(store);
    unreadable = [];
    givenUp = [];
  });
  afterEach(() => store.close());

  const owner = (of: Store = store, name = Math.random()) => {
    let commits = 0;
    return new TenantPoller({
      tenant: 'acme',
      outdate: () => undefined,
      registrations: null,
      store: of,
      policy: DEFAULT_POLICY,
      time,
      newEpoch: () => 'e1',
      newCommitId: () => `${name}-${++commits}`,
      onUnreadableRequests: (ids) => unreadable.push(ids),
      onGivenUp: (counts) => givenUp.push(counts),
    });
  };
  /** One cycle; without anything shown, no endpoint is asked. */
  const cycle = async (of: TenantPoller, shown: Poll | null = {}) => {
    if (!(await of.prepare(signal))) return false;
    if (shown !== null) time.at += 1_000;
    const observed = shown === null ? {} : observations(shown, time.at);
    const polls = ENDPOINTS.flatMap((endpoint) => observed[endpoint] ?? []).map((one) => ({
      result: pollResult(one, { sentAt: 0, status: 200 }, 1),
      round: 1,
      isStale: false,
    }));
    return (await of.record(polls)).owned;
  };
  const log = async () =>
    (await store.read('acme', 0, 1_000)).events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  const asked = async () => (await log()).filter(({ type }) => type.startsWith('webhook-'));

  it('is an event of the log at the next cycle after a hint, without a poll and while the PBX is away', async () => {
    const one = owner();
    await cycle(one);
    await cycle(one);
    await inbox.ask('acme', failing(1));
    one.expectRequests();
    await cycle(one, null);
    expect(await asked()).toMatchObject([
      {
        id: 'acme/webhook/crm/webhook-failing/1',
        subject: 'webhook/crm',
        time: new Date(T0).toISOString(),
        data: {
          tenant: 'acme',
          endpoint: 'crm',
          since: new Date(1).toISOString(),
          reason: 'HTTP 500',
          waiting: 3,
        },
      },
    ]);
    const away = { failed: 'no answer' };
    await inbox.ask('acme', failing(2));
    one.expectRequests();
    await cycle(one, { legs: away, entries: away });
    expect(await asked()).toHaveLength(2);
    expect(await inbox.ask('acme', failing(2))).toEqual({ status: 'answered', result: 'written' });
  });

  it('is found without a hint by the next commit, the next touch and the next claim', async () => {
    const one = owner();
    await cycle(one);
    await inbox.ask('acme', failing(1));
    await cycle(one, { legs: [leg()] });
    expect(await asked()).toHaveLength(1);
    await inbox.ask('acme', failing(2));
    for (let second = 0; second < 6; second++) await cycle(one, { legs: [leg()] });
    expect(await asked()).toHaveLength(2);
    await inbox.ask('acme', failing(3));
    await cycle(owner());
    expect(await asked()).toHaveLength(3);
  });

  it('costs nothing where nothing is asked', async () => {
    const one = owner();
    await cycle(one);
    const before = (await store.claim('acme', { epoch: 'e1' })).version;
    const next = owner();
    for (let second = 0; second < 20; second++) await cycle(next);
    expect((await store.claim('acme', { epoch: 'e1' })).version).toBe(before);
  });

  it('goes with the call events of the poll before it, each in its own commit, in the order in which it was asked', async () => {
    const one = owner();
    await cycle(one);
    for (const since of [3, 1, 2]) await inbox.ask('acme', failing(since));
    await cycle(one, { legs: [leg()] });
    const events = await log();
    expect(events.map(({ type }) => type)).toEqual([
      'call-started',
      'call-offered',
      ...Array<string>(3).fill('webhook-failing'),
    ]);
    expect((await asked()).map(({ id }) => id.at(-1))).toEqual(['3', '1', '2']);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5]);
  });

  it('that cannot be read is dropped, and said', async () => {
    const one = owner();
    await cycle(one);
    store.overwrite('acme', 'inbox', 'later {"id":"later","kind":"of-a-newer-build"}\nx\n');
    await inbox.ask('acme', failing(1));
    one.expectRequests();
    await cycle(one, null);
    expect(unreadable).toEqual([['later', 'x']]);
    expect(await asked()).toHaveLength(1);
    await cycle(one, { legs: [leg()] });
    expect(unreadable).toHaveLength(1);
  });

  it('waits while the tenant is in quarantine, and ends none', async () => {
    await cycle(owner());
    const fence = (await store.claim('acme', { epoch: 'e1' })).fence;
    for (const name of ['a', 'b', 'c']) await store.attempt('acme', fence, name);
    await inbox.ask('acme', failing(1));
    const one = owner();
    one.expectRequests();
    await expect(cycle(one)).rejects.toThrow(QuarantineError);
    expect((await store.claim('acme', { epoch: 'e1' })).attempts.count).toBe(3);
    expect(await inbox.ask('acme', failing(1))).toEqual({ status: 'waiting' });
  });

  it('is refused where the store takes no commit with it, and no call or source suffers', async () => {
    const refusing = withCommit(store, (commit) =>
      commit.events.some(({ type }) => type === 'webhook-failing')
        ? Promise.reject(new Error('ERR too large'))
        : store.commit('acme', commit),
    );
    const one = owner(refusing);
    await cycle(one, { legs: [leg()] });
    await inbox.ask('acme', failing(1));
    one.expectRequests();
    for (let second = 0; second < 40; second++) {
      time.at += 1_000;
      await cycle(one, { legs: [leg()] }).catch(() => undefined);
    }
    expect(await inbox.ask('acme', failing(1))).toEqual({ status: 'answered', result: 'refused' });
    expect((await log()).map(({ type }) => type)).toEqual(['call-started', 'call-offered']);
    expect(givenUp).toEqual([{ calls: 0, events: 1 }]);
    expect((await store.snapshot('acme'))!.state.sources.monitor.status).toBe('up');
  });

  it('is an event once, whatever the store answers or does not answer', async () => {
    const fault = fc.constantFrom(
      'none',
      'none',
      'conflict',
      'away',
      'unknown, written',
      'unknown',
      'fenced',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 30 }), async (faults) => {
        store = new MemoryStore({ maxEvents: 1_000, now: () => time.now() });
        inbox = new MemoryInbox(store);
        const unknown = (commit: Commit) =>
          new OutcomeUnknownError('acme', commit.commitId, new Error('lost'));
        const faulty = withCommit(store, async (commit) => {
          switch (faults.shift() ?? 'none') {
            case 'conflict':
              return { status: 'conflict' };
            case 'away':
              throw new StoreUnavailableError('away');
            case 'unknown, written':
              await store.commit('acme', commit);
              throw unknown(commit);
            case 'unknown':
              throw unknown(commit);
            case 'fenced':
              await store.claim('acme', { epoch: 'e1' });
              return store.commit('acme', commit);
            default:
              return store.commit('acme', commit);
          }
        });
        const one = owner(faulty, 1);
        const turns = faults.length + 5;
        const taken: string[] = [];
        for (let n = 1; n <= turns; n++) {
          const request = failing(n);
          if ((await inbox.ask('acme', request)).status === 'waiting')
            taken.push(`acme/webhook/crm/webhook-failing/${n}`);
          one.expectRequests();
          await cycle(one, n % 3 === 0 ? { legs: [leg({ callId: `leg-${n}` })] } : {}).catch(() => undefined);
        }
        for (let n = 0; n < 3; n++) await cycle(one);
        expect((await asked()).map(({ id }) => id)).toEqual(taken);
        const all = await log();
        expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
        await store.close();
      }),
      { numRuns: 200 },
    );
  });
});

/** The store, with another way to commit. */
function withCommit(store: MemoryStore, commit: (commit: Commit) => Promise<CommitResult>): Store {
  return {
    format: store.format,
    claim: store.claim.bind(store),
    attempt: store.attempt.bind(store),
    touch: store.touch.bind(store),
    snapshot: store.snapshot.bind(store),
    inspect: store.inspect.bind(store),
    position: store.position.bind(store),
    read: store.read.bind(store),
    follow: store.follow.bind(store),
    ping: () => Promise.resolve(),
    close: store.close.bind(store),
    commit: (_tenant, given) => commit(given),
  };
}
