import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { BridgeEvent } from '../../core/model/event.js';
import { ENDPOINTS, type Endpoint } from '../../core/model/observation.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { OutcomeUnknownError } from '../../store/errors.js';
import type { Commit, CommitResult, Store } from '../../store/store.js';
import { leg, observations, entry, T0, type Poll } from '../../../test/support/history.js';
import { HandPolled } from '../../../test/support/hand-polled.js';
import { timeAt } from '../../../test/support/time.js';
import { pollResult } from '../../source/poll-result.js';
import type { CycleReport } from './poll-cycle.js';

/** Answers what the test has set; with the same objects where nothing changed, as the real source does. */
class ScriptedSource {
  now = T0;
  #poll: Poll = {};
  #cached: ReturnType<typeof observations> = {};

  shows(poll: Poll): void {
    this.#poll = poll;
    this.#cached = {};
  }

  poll(endpoint: Endpoint) {
    const fresh = observations(this.#poll, this.now);
    const before = this.#cached[endpoint];
    const observation =
      before === undefined ? fresh[endpoint]! : { ...before, startedAt: this.now - 40, at: this.now };
    this.#cached = { ...this.#cached, [endpoint]: observation };
    const { startedAt: sentAt, at } = observation;
    return Promise.resolve(pollResult(observation, { sentAt, status: 200 }, at));
  }
}

describe('a tenant’s poll cycle', () => {
  let store: MemoryStore;
  let source: ScriptedSource;
  const signal = new AbortController().signal;

  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000, now: () => source.now });
    source = new ScriptedSource();
  });
  afterEach(() => store.close());

  function poller(over: Store = store, name = 'e'): HandPolled {
    let commits = 0;
    let epochs = 0;
    return new HandPolled({
      tenant: 'acme',
      source,
      store: over,
      time: timeAt(() => source.now),
      newEpoch: () => `${name}${++epochs}`,
      newCommitId: () => `${name}-commit-${++commits}`,
    });
  }

  async function cycle(from: HandPolled, poll?: Poll): Promise<CycleReport> {
    source.now += 1_000;
    if (poll !== undefined) source.shows(poll);
    return from.cycle(ENDPOINTS, signal);
  }

  async function log(): Promise<BridgeEvent[]> {
    const { events } = await store.read('acme', 0, 1_000);
    return events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  }

  const types = async () => (await log()).map(({ type }) => type);

  it('appends what has changed, with contiguous sequences and ids that name tenant, call and transition', async () => {
    const one = poller();
    await cycle(one, {});
    await cycle(one, { legs: [leg()] });
    const events = await log();
    expect(events.map(({ id, sequence, epoch }) => ({ id, sequence, epoch }))).toEqual([
      { id: 'acme/leg-1/call-started', sequence: '0000000000000001', epoch: 'e1' },
      { id: 'acme/leg-1/call-offered/107/1', sequence: '0000000000000002', epoch: 'e1' },
    ]);
  });

  it('writes nothing to the log while nothing changes, and keeps the freshness current to five seconds', async () => {
    const one = poller();
    await cycle(one, { legs: [leg()] });
    const before = await store.position('acme');
    const touched = jest.spyOn(store, 'touch');
    for (let poll = 0; poll < 20; poll++) {
      await cycle(one);
      const { sources } = (await store.snapshot('acme'))!.state;
      expect(source.now - sources.monitor.lastComplete!.at).toBeLessThan(5_000);
    }
    expect(await store.position('acme')).toEqual(before);
    expect(touched).toHaveBeenCalledTimes(4);
  });

  it('writes at once that a source has begun to fail, and that it answers again', async () => {
    const one = poller();
    await cycle(one, { legs: [leg()] });
    const lastError = async () => (await store.snapshot('acme'))!.state.sources.monitor.lastError;
    await cycle(one, { legs: { failed: 'HTTP 502' } });
    expect(await lastError()).toBe('HTTP 502');
    await cycle(one, { legs: [leg()] });
    expect(await lastError()).toBeNull();
  });

  it('reports how each poll went, and what the calls are doing', async () => {
    const one = poller();
    const { polls, activity } = await cycle(one, { legs: [leg()] });
    expect(polls[0]!.result).toMatchObject({
      endpoint: 'monitor',
      tookMs: 40,
      status: 200,
      heldBackMs: null,
    });
    expect(activity).toBe('ringing');
    expect((await cycle(one)).activity).toBe('ringing');
    expect((await cycle(one, { legs: [leg({ signal: 'answered' })] })).activity).toBe('talking');
  });

  it('emits nothing again after a restart that was emitted before', async () => {
    await cycle(poller(), { legs: [leg()], entries: [entry({ mobile: '0987654321' })] });
    const said = await types();
    await cycle(poller(store, 'f'));
    expect(await types()).toEqual(said);
    await cycle(poller(store, 'g'), {
      legs: [leg({ signal: 'answered' })],
      entries: [entry({ mobile: '0987654321' })],
    });
    expect((await types()).slice(said.length)).toEqual(['call-answered', 'call-offer-ended']);
  });

  it('confirms an absence although the rows of the second answer are the first one’s', async () => {
    const one = poller();
    await cycle(one, { legs: [leg()] });
    expect((await cycle(one, {})).confirm).toBe(true);
    expect((await cycle(one)).transitions.map(({ type }) => type)).toContain('call-ended');
  });

  it('repeats a commit without an answer under its own id, before it asks the PBX again', async () => {
    const commits: Commit[] = [];
    const losing = new Proxy(store, {
      get(target, property, receiver) {
        if (property !== 'commit') {
          const value: unknown = Reflect.get(target, property, receiver);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        return async (tenant: string, commit: Commit): Promise<CommitResult> => {
          commits.push(commit);
          const result = await target.commit(tenant, commit);
          if (commits.length === 1)
            throw new OutcomeUnknownError(tenant, commit.commitId, new Error('reply lost'));
          return result;
        };
      },
    });
    const one = poller(losing);
    await expect(cycle(one, { legs: [leg()] })).rejects.toThrow(OutcomeUnknownError);
    await cycle(one, { legs: [leg({ signal: 'answered' })] });
    expect(commits[1]!.commitId).toBe(commits[0]!.commitId);
    expect(await types()).toEqual(['call-started', 'call-offered', 'call-answered', 'call-offer-ended']);
  });

  it('gives events that the store took only later the later recorded time', async () => {
    let away = true;
    const leaving = new Proxy(store, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (property === 'commit' && away) return () => Promise.reject(new Error('connection refused'));
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const one = poller(leaving);
    await expect(cycle(one, { legs: [leg()] })).rejects.toThrow('connection refused');
    const foundAway = source.now;
    source.now += 600_000;
    away = false;
    await cycle(one);
    expect((await log()).map(({ recordedtime }) => Date.parse(recordedtime) - foundAway)).toEqual([
      601_000, 601_000,
    ]);
  });

  it('cannot commit once another poller has claimed the tenant, and together they make one sequence', async () => {
    const one = poller();
    const other = poller(store, 'other');
    await cycle(one, { legs: [leg()] });
    await cycle(other);
    const report = await cycle(one, { legs: [leg({ signal: 'answered' })] });
    expect(report.owned).toBe(false);
    await cycle(other);
    await cycle(one);
    const events = await log();
    expect(events.map(({ type }) => type)).toEqual([
      'call-started',
      'call-offered',
      'call-answered',
      'call-offer-ended',
    ]);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4]);
  });

  it('starts a new epoch when the store has lost its memory, and emits the same events with the same ids', async () => {
    const one = poller();
    await cycle(one, { legs: [leg()] });
    const before = await log();
    store.loseMemory();
    expect((await cycle(one, { legs: [leg({ signal: 'answered' })] })).owned).toBe(false);
    await cycle(one);
    const after = await log();
    expect(after[0]!.epoch).not.toBe(before[0]!.epoch);
    expect(after[0]).toMatchObject({ id: before[0]!.id, data: { baseline: true } });
  });

  it('drops a cycle’s results when it is stopped in the middle', async () => {
    const stopping = new AbortController();
    source.shows({ legs: { failed: 'stopped' } });
    const one = poller();
    const running = one.cycle(ENDPOINTS, stopping.signal);
    stopping.abort();
    expect((await running).polls).toEqual([]);
    expect((await store.snapshot('acme'))!.state.sources.monitor.failures).toBe(0);
  });

  it('does not claim a tenant again when it was stopped while a commit had no answer', async () => {
    const one = poller();
    await cycle(one, {});
    const commit = jest.spyOn(store, 'commit');
    commit.mockRejectedValueOnce(new OutcomeUnknownError('acme', 'e-commit-2', new Error('reply lost')));
    await expect(cycle(one, { legs: [leg()] })).rejects.toThrow(OutcomeUnknownError);
    await cycle(poller(store, 'other'));
    const claims = jest.spyOn(store, 'claim');
    const stopping = new AbortController();
    const running = one.cycle(ENDPOINTS, stopping.signal);
    stopping.abort();
    expect((await running).polls).toEqual([]);
    expect(claims).not.toHaveBeenCalled();
  });
});
