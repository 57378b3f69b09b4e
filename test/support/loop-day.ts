import { pino } from 'pino';
import { judge } from '../../simulator/judge.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { Random } from '../../simulator/random.js';
import { type CallTruth, createWorld, type WorldOptions } from '../../simulator/world.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { UNOBSERVED_TENANT } from '../../src/poll/cycle/poll-listener.js';
import { TenantLoop } from '../../src/poll/cycle/tenant-loop.js';
import { TenantPoller } from '../../src/poll/cycle/tenant-poller.js';
import type { Timers } from '../../src/base/timers.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { MonitorObserver, QueueObserver } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import type { PitelSource } from '../../src/source/pitel-source.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';

/**
 * A simulated PBX as a tenant's own loop polls it, in virtual time and over answers that take as long as is drawn: each
 * shows the PBX as it was at some instant between the request and the answer, as answers do.
 */
export interface LoopDayOptions extends Partial<WorldOptions> {
  /** How long an answer takes; from `TIMEOUT_MS` on there is none. */
  readonly latencyMs: (endpoint: Endpoint, random: Random, now: number) => number;
  readonly durationMs: number;
}

export interface LoopDay {
  readonly report: Report;
  readonly polls: Readonly<Record<Endpoint, number>>;
  /** Requests without an answer. */
  readonly failed: number;
  /** Answers that came too late for their rows to be looked at. They are no looks, and the judge does not hear of them. */
  readonly outdated: number;
  /** From a telephone's ringing to its event. */
  readonly offeredAfterMs: readonly number[];
}

export const TIMEOUT_MS = 5_000;
const RUN_OUT_MS = 120_000;
const PACE = { intervalMs: 1_000, confirmMs: 200, adaptive: null };

export async function loopDay(options: LoopDayOptions): Promise<LoopDay> {
  const { latencyMs, durationMs, ...worldOptions } = options;
  const startAt = options.startAt ?? Date.UTC(2026, 2, 2, 1);
  const world = createWorld({ ...worldOptions, startAt });
  const random = new Random(`loop-day-${options.seed ?? 1}`);
  const time = new VirtualTime(startAt);
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const observers = { monitor: new MonitorObserver(locale), queue: new QueueObserver(locale) };
  /** When the PBX was looked at, by when it was asked. */
  const looks = { monitor: new Map<number, number>(), queue: new Map<number, number>() };
  const polls = { monitor: 0, queue: 0 };
  let [failed, outdated, commits, epochs] = [0, 0, 0, 0];

  const poll = async (endpoint: Endpoint, signal: AbortSignal) => {
    const startedAt = time.now;
    const takesMs = latencyMs(endpoint, random, startedAt);
    polls[endpoint] += 1;
    const failure = (reason: string) => ({
      observation: { endpoint, startedAt, at: time.now, outcome: 'failed', reason },
      retryAfterMs: null,
      status: null,
      heldBackMs: null,
    });
    if (takesMs >= TIMEOUT_MS) {
      await time.pass(TIMEOUT_MS, signal);
      failed += 1;
      return failure(signal.aborted ? 'request given up' : `no answer within ${TIMEOUT_MS} ms`);
    }
    const looksAfterMs = random.int(0, takesMs);
    await time.pass(looksAfterMs, signal);
    world.advanceTo(time.now);
    looks[endpoint].set(startedAt, time.now);
    const body = endpoint === 'monitor' ? world.monitorBody() : world.queueBody();
    await time.pass(takesMs - looksAfterMs, signal);
    if (signal.aborted) return failure('request given up');
    const observation = observers[endpoint].observe(body, { startedAt, at: time.now });
    return { observation, retryAfterMs: null, status: 200, heldBackMs: null };
  };

  const store = new MemoryStore({ maxEvents: 1_000_000 });
  const clock = () => time.now;
  const poller = new TenantPoller({
    tenant: 'day',
    source: { poll: poll as unknown as PitelSource['poll'] },
    registrations: null,
    store,
    policy: DEFAULT_POLICY,
    retentionMs: 604_800_000,
    clock,
    newEpoch: () => `e${++epochs}`,
    newCommitId: () => `c${++commits}`,
    observer: {
      ...UNOBSERVED_TENANT,
      polled: (poll) => {
        if (!poll.outdated) return;
        outdated += 1;
        looks[poll.endpoint].delete(poll.sentAt);
      },
    },
  });
  const loop = new TenantLoop({
    tenant: 'day',
    poller,
    holds: () => true,
    pace: PACE,
    clock,
    random: () => random.int(0, 999) / 1_000,
    timers: time,
    newCycleId: () => 'c',
    log: pino({ level: 'silent' }),
  });
  loop.start();
  await time.runUntil(startAt + durationMs);
  await loop.stop();

  const { events: entries } = await store.read('day', 0, 1_000_000);
  await store.close();
  // So that the truth of calls that go on is known: a telephone of click-to-call talks before the customer answers.
  world.advanceTo(startAt + durationMs + RUN_OUT_MS);
  const events = entries.map(({ json }) => JSON.parse(json) as BridgeEvent);
  // What the last looks showed may have been on its way still.
  const until = startAt + durationMs - 4 * TIMEOUT_MS;
  const looked = { monitor: [...looks.monitor.values()], queue: [...looks.queue.values()] };
  const report = judge(world.truth, events as unknown as JudgedEvent[], looked, { until });
  return { report, polls, failed, outdated, offeredAfterMs: delaysOf(world.truth, events) };
}

/** Of each call's first ringing. */
function delaysOf(truth: readonly CallTruth[], events: readonly BridgeEvent[]): number[] {
  const told = new Map<string, number>();
  for (const { type, data, recordedtime } of events)
    if (type === 'call-offered')
      for (const id of (data as unknown as { upstreamIds: string[] }).upstreamIds)
        if (!told.has(id)) told.set(id, Date.parse(recordedtime));
  return truth.flatMap(({ events: happened, upstreamIds }) => {
    const rang = happened.find(({ type }) => type === 'call-offered')?.at;
    const at = Math.min(...upstreamIds.map((id) => told.get(id) ?? Infinity));
    return rang === undefined || at === Infinity ? [] : [at - rang];
  });
}

/** Things happen in the order of their instants; between two of them, all that can be done without waiting is done. */
class VirtualTime implements Timers {
  now: number;
  readonly #named = new Map<string, Planned>();
  #planned: Planned[] = [];

  constructor(now: number) {
    this.now = now;
  }

  set(name: string, delayMs: number, run: () => void): void {
    this.clear(name);
    const planned = this.#plan(delayMs, () => {
      this.#named.delete(name);
      run();
    });
    this.#named.set(name, planned);
  }

  clear(name: string): void {
    const planned = this.#named.get(name);
    this.#named.delete(name);
    this.#planned = this.#planned.filter((one) => one !== planned);
  }

  pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const cut = () => {
        this.#planned = this.#planned.filter((one) => one !== planned);
        resolve();
      };
      const planned = this.#plan(ms, () => {
        signal.removeEventListener('abort', cut);
        resolve();
      });
      signal.addEventListener('abort', cut);
    });
  }

  async runUntil(end: number): Promise<void> {
    for (;;) {
      await new Promise(setImmediate);
      const next = this.#planned[0];
      if (next === undefined || next.at > end) return;
      this.#planned.shift();
      this.now = Math.max(this.now, next.at);
      next.run();
    }
  }

  #plan(delayMs: number, run: () => void): Planned {
    const planned = { at: Math.ceil(this.now + delayMs), run };
    const place = this.#planned.findIndex(({ at }) => at > planned.at);
    this.#planned.splice(place === -1 ? this.#planned.length : place, 0, planned);
    return planned;
  }
}

interface Planned {
  readonly at: number;
  readonly run: () => void;
}
