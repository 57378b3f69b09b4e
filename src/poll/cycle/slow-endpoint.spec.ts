import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import type { BridgeEvent } from '../../core/model/event.js';
import { ENDPOINTS, type Endpoint } from '../../core/model/observation.js';
import { MemoryStore } from '../../store/memory/memory-store.js';
import { leg, observations, type Poll, entry, T0 } from '../../../test/support/history.js';
import { HandPolled } from '../../../test/support/hand-polled.js';
import { timeAt } from '../../../test/support/time.js';
import { type PollResult, pollResult } from '../../source/poll-result.js';
import type { CycleReport } from './poll-cycle.js';

/** A PBX that answers each request when the test says so; time is what the test says, too. */
class SlowPbx {
  now = T0;
  readonly asked: Endpoint[] = [];
  readonly #pending = new Map<Endpoint, Pending>();

  poll(endpoint: Endpoint, signal?: AbortSignal): Promise<PollResult> {
    if (this.#pending.has(endpoint)) throw new Error(`${endpoint} has two requests`);
    this.asked.push(endpoint);
    return new Promise((resolve, reject) => {
      this.#pending.set(endpoint, { at: this.now, resolve, reject });
      signal!.onabort = () => ENDPOINTS.forEach((one) => this.answers(one, { legs: CUT, entries: CUT }));
    });
  }

  answers(endpoint: Endpoint, poll: Poll): void {
    const pending = this.#pending.get(endpoint);
    if (pending === undefined) return;
    this.#pending.delete(endpoint);
    const observation = { ...observations(poll, this.now)[endpoint]!, startedAt: pending.at };
    const status = observation.outcome === 'failed' ? null : 200;
    pending.resolve(pollResult(observation, { sentAt: pending.at, status }, this.now));
  }

  breaks(endpoint: Endpoint): void {
    this.#pending.get(endpoint)!.reject(new Error('a defect of ours'));
  }
}

interface Pending {
  readonly at: number;
  resolve(result: PollResult): void;
  reject(error: Error): void;
}

const CUT = { failed: 'request given up' };
const HUNG = { failed: 'no answer within 5000 ms' };
const settle = () => new Promise(setImmediate);

describe('a poll cycle of which one endpoint is slow, or hangs,', () => {
  let store: MemoryStore;
  let pbx: SlowPbx;
  let stopping: AbortController;

  beforeEach(() => {
    store = new MemoryStore({ maxEvents: 1_000 });
    pbx = new SlowPbx();
    stopping = new AbortController();
  });
  afterEach(() => store.close());

  function poller(): HandPolled {
    let [commits, epochs] = [0, 0];
    return new HandPolled({
      tenant: 'acme',
      source: pbx,
      store,
      time: timeAt(() => pbx.now),
      newEpoch: () => `e${++epochs}`,
      newCommitId: () => `commit-${++commits}`,
    });
  }

  async function answer(poll: Poll, afterMs: number): Promise<void> {
    pbx.now += afterMs;
    if (poll.legs !== undefined) pbx.answers('monitor', poll);
    if (poll.entries !== undefined) pbx.answers('queue', poll);
    await settle();
  }

  /**
   * Runs a cycle, a second after the last, that asks the endpoints without an open request; they answer 40 ms after it
   * began.
   */
  async function cycle(
    one: HandPolled,
    answers: Poll,
    ask: readonly Endpoint[] = ENDPOINTS,
  ): Promise<CycleReport> {
    pbx.now += 1_000;
    const running = one.cycle(
      ask.filter((endpoint) => !one.requests.open.includes(endpoint)),
      stopping.signal,
    );
    await settle();
    await answer(answers, 40);
    return running;
  }

  /** Lets results come while no cycle runs, and runs the cycle that takes them. */
  async function late(one: HandPolled, answers: Poll): Promise<CycleReport> {
    await answer(answers, 500);
    expect(one.requests.hasAnswers).toBe(true);
    return one.cycle([], stopping.signal);
  }

  /** Makes the endpoint time out and hang again, while the other one shows this. */
  async function hanging(which: Endpoint, shown: Poll): Promise<HandPolled> {
    const one = poller();
    await cycle(one, { legs: [], entries: [], ...shown });
    await cycle(one, { legs: HUNG, entries: HUNG, ...shown });
    await cycle(one, shown);
    expect(one.requests.open).toEqual([which]);
    return one;
  }

  async function log(): Promise<BridgeEvent[]> {
    const { events } = await store.read('acme', 0, 1_000);
    return events.map(({ json }) => JSON.parse(json) as BridgeEvent);
  }

  const types = async () => (await log()).map(({ type }) => type);
  const said = ({ transitions }: CycleReport) => transitions.map(({ type }) => type);
  const polled = ({ polls }: CycleReport) => polls.map(({ result }) => result.endpoint);
  const sources = async () => (await store.snapshot('acme'))!.state.sources;

  it('waits for an endpoint that answered its last request, however slow it is: both results, one call, one commit', async () => {
    const one = poller();
    await cycle(one, { legs: [], entries: [] });
    const commits = jest.spyOn(store, 'commit');
    let isDone = false;
    const running = cycle(one, { legs: [leg()] }).finally(() => (isDone = true));
    await settle();
    await settle();
    expect(isDone).toBe(false);
    await answer({ entries: [entry()] }, 4_500);
    expect(said(await running)).toEqual(['call-started', 'call-offered']);
    expect(commits).toHaveBeenCalledTimes(1);
    expect((await log())[0]!.data).toMatchObject({ upstreamIds: ['queue-call-1', 'leg-1'] });
  });

  it('is delayed by a hanging endpoint once: after that the other one’s changes are emitted, and nothing is asked twice', async () => {
    const one = await hanging('queue', { legs: [] });
    const report = await cycle(one, { legs: [leg()] });
    expect(said(report)).toEqual(['call-started', 'call-offered']);
    expect(polled(report)).toEqual(['monitor']);
    expect(said(await cycle(one, { legs: [leg({ signal: 'answered' })] }))).toContain('call-answered');
    expect(pbx.asked.filter((endpoint) => endpoint === 'queue')).toHaveLength(3);
  });

  it('does not wait at all where no endpoint is asked that answered its last request', async () => {
    const one = await hanging('queue', { legs: [] });
    await late(one, { entries: HUNG });
    expect((await cycle(one, {}, ['queue'])).polls).toEqual([]);
    expect(one.requests.open).toEqual(['queue']);
  });

  it('takes an answer that comes at last, with the answer’s own instants', async () => {
    const one = await hanging('queue', { legs: [leg()] });
    const askedAt = pbx.now - 40;
    const at = pbx.now + 500;
    const report = await late(one, { entries: [entry()] });
    expect(report.polls[0]!.result).toMatchObject({
      endpoint: 'queue',
      sentAt: askedAt,
      tookMs: at - askedAt,
    });
    expect((await sources()).queue.lastComplete).toEqual({ startedAt: askedAt, at });
    expect([one.requests.open, one.requests.hasAnswers]).toEqual([[], false]);
  });

  it('waits for an endpoint again once it has answered', async () => {
    const one = await hanging('queue', { legs: [] });
    await late(one, { entries: [] });
    const running = cycle(one, { legs: [leg()] });
    await settle();
    await answer({ entries: [entry()] }, 2_000);
    expect(polled(await running)).toEqual(['monitor', 'queue']);
  });

  it('records both at once where the endpoint that is not waited for has answered by then', async () => {
    const one = await hanging('queue', { legs: [] });
    await late(one, { entries: HUNG });
    const commits = jest.spyOn(store, 'commit');
    const report = await cycle(one, { entries: [entry()], legs: [leg()] });
    expect(said(report)).toEqual(['call-started', 'call-offered']);
    expect(commits).toHaveBeenCalledTimes(1);
  });

  it('emits that an endpoint which times out each time is down, and that it is up again', async () => {
    const one = await hanging('queue', { legs: [] });
    for (let failure = 2; failure <= DEFAULT_POLICY.sourceDownAfter; failure++) {
      await late(one, { entries: HUNG });
      await cycle(one, { legs: [] });
    }
    expect(await types()).toEqual(['source-down']);
    await late(one, { entries: [] });
    expect(await types()).toEqual(['source-down', 'source-up']);
  });

  it('takes an answer that comes in the middle of a cycle before that cycle’s own, and neither is lost', async () => {
    const one = await hanging('queue', { legs: [] });
    const first = await cycle(one, { entries: [entry()], legs: [leg({ callId: 'queue-call-1' })] });
    expect([polled(first), said(first)]).toEqual([['queue'], ['call-started']]);
    expect([one.requests.hasAnswers, one.requests.open]).toEqual([true, ['monitor']]);
    const second = await one.cycle([], stopping.signal);
    expect([polled(second), said(second)]).toEqual([['monitor'], ['call-offered']]);
    expect(one.requests.hasAnswers).toBe(false);
  });

  it('does not end a call that overflows while the monitor hangs: an older monitor answer proves nothing', async () => {
    const one = await hanging('monitor', { entries: [entry()] });
    const gone = [entry({ status: 'abandoned', abandonedAt: T0 + 3_000 })];
    expect((await cycle(one, { entries: gone })).confirm).toBe(true);
    // It was requested before the queue showed that, and comes while the queue shows it again.
    const together = [await cycle(one, { legs: [], entries: gone }), await one.cycle([], stopping.signal)];
    expect(together.map(polled)).toEqual([['monitor'], ['queue']]);
    expect(together.flatMap(said)).toEqual([]);
    const elsewhere = [leg({ callId: 'queue-call-1' })];
    expect(said(await cycle(one, { legs: elsewhere, entries: gone }))).toEqual(['call-offered']);
  });

  it('does not begin a call again that has ended since the late answer was requested', async () => {
    const one = await hanging('queue', { legs: [leg()] });
    await cycle(one, { legs: [] });
    expect(said(await cycle(one, { legs: [] }))).toContain('call-ended');
    const before = await types();
    const report = await late(one, { entries: [entry({ status: 'trying' })] });
    expect(report.polls[0]).toMatchObject({
      result: { endpoint: 'queue', observation: { outcome: 'complete' } },
      isStale: true,
    });
    expect(await types()).toEqual(before);
    // The next poll shows the caller who waits there.
    const other = [entry({ mobile: '0987654321' })];
    expect(said(await cycle(one, { legs: [], entries: other }))).toEqual(['call-started']);
  });

  it('drops a result that had come and had not been taken when a call ended', async () => {
    const one = poller();
    await cycle(one, { legs: [], entries: [entry()] });
    // The entry is missed for the first time before the queue fails, and for the second in the answer that comes at last.
    await cycle(one, { legs: [], entries: [] });
    await cycle(one, { legs: [], entries: HUNG });
    await cycle(one, { legs: [] });
    const ended = await cycle(one, { legs: [leg({ callId: 'queue-call-1' })], entries: [] });
    expect([polled(ended), said(ended)]).toEqual([['queue'], ['call-ended']]);
    const dropped = await one.cycle([], stopping.signal);
    expect([polled(dropped), said(dropped)]).toEqual([['monitor'], []]);
    expect(dropped.polls[0]).toMatchObject({
      result: { observation: { outcome: 'complete' } },
      isStale: true,
    });
  });

  it('counts a failure although a call has ended meanwhile', async () => {
    const one = await hanging('queue', { legs: [leg()] });
    await cycle(one, { legs: [] });
    await cycle(one, { legs: [] });
    const report = await late(one, { entries: HUNG });
    expect(report.polls[0]).toMatchObject({
      result: { observation: { outcome: 'failed' } },
      isStale: false,
    });
    expect((await sources()).queue.failures).toBe(2);
  });

  it('drops results that were requested before the tenant was claimed again', async () => {
    const one = await hanging('queue', { legs: [leg()] });
    store.loseMemory();
    expect((await cycle(one, { legs: [leg({ signal: 'answered' })] })).owned).toBe(false);
    await cycle(one, { legs: [leg({ signal: 'answered' })] });
    const before = await types();
    const report = await late(one, { entries: [entry({ mobile: '0987654321' })] });
    expect(report.polls[0]).toMatchObject({ isStale: true });
    expect(await types()).toEqual(before);
    expect((await sources()).queue.lastComplete).toBeNull();
  });

  it('rejects where a poll throws, also one that no cycle waited for, and goes on', async () => {
    const one = await hanging('queue', { legs: [] });
    pbx.breaks('queue');
    await settle();
    expect([one.requests.hasAnswers, one.requests.open]).toEqual([true, []]);
    await expect(one.cycle([], stopping.signal)).rejects.toThrow('a defect of ours');
    expect(one.requests.hasAnswers).toBe(false);
  });

  it('is idle when the requests that outlived their cycles have been aborted', async () => {
    const one = await hanging('queue', { legs: [] });
    let isIdle = false;
    const idle = one.requests.idle().then(() => (isIdle = true));
    await settle();
    expect(isIdle).toBe(false);
    stopping.abort();
    await idle;
    expect((await one.cycle([], stopping.signal)).polls).toEqual([]);
    expect((await sources()).queue.failures).toBe(1);
  });
});
