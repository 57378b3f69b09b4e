import { pino } from 'pino';
import { judge } from '../../simulator/judge.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { Random } from '../../simulator/random.js';
import { type CallTruth, createWorld, type WorldOptions } from '../../simulator/world.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { UNOBSERVED_TENANT } from '../../src/poll/cycle/poll-listener.js';
import { InFlightRequests } from '../../src/poll/cycle/in-flight-requests.js';
import { TenantLoop } from '../../src/poll/cycle/tenant-loop.js';
import { TenantPoller } from '../../src/poll/cycle/tenant-poller.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { slowSource } from './slow-source.js';
import { VirtualTime } from './virtual-time.js';

/**
 * A simulated PBX that a tenant's own loop polls, in virtual time. Each answer takes a random time and shows the PBX as it
 * was at some instant between the request and the answer.
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
  /** Answers that came too late for their rows to be used. They do not count as polls for the judge. */
  readonly outdated: number;
  /** Milliseconds from the start of an offer to its event. */
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
  /** When the PBX was looked at, by when it was asked. */
  const looks = { monitor: new Map<number, number>(), queue: new Map<number, number>() };
  const polls = { monitor: 0, queue: 0 };
  let [failed, outdated, commits, epochs] = [0, 0, 0, 0];

  const clock = time.clock();
  const source = slowSource({
    world,
    time,
    clock,
    timeoutMs: TIMEOUT_MS,
    drawing: () => random,
    latencyMs,
    asked: (endpoint) => (polls[endpoint] += 1),
    looked: (endpoint, sentAt) => looks[endpoint].set(sentAt, time.now),
    failed: () => (failed += 1),
  });

  const store = new MemoryStore({ maxEvents: 1_000_000 });
  const requests = new InFlightRequests(source);
  const poller = new TenantPoller({
    tenant: 'day',
    outdate: () => requests.outdate(),
    registrations: null,
    store,
    policy: DEFAULT_POLICY,
    retentionMs: 604_800_000,
    time: clock,
    newEpoch: () => `e${++epochs}`,
    newCommitId: () => `c${++commits}`,
    listener: {
      ...UNOBSERVED_TENANT,
      polled: ({ result, isStale }) => {
        if (!isStale) return;
        outdated += 1;
        looks[result.endpoint].delete(result.sentAt);
      },
    },
  });
  const loop = new TenantLoop({
    tenant: 'day',
    requests,
    poller,
    holds: () => true,
    pace: PACE,
    clock,
    random: () => random.int(0, 999) / 1_000,
    newCycleId: () => 'c',
    log: pino({ level: 'silent' }),
  });
  loop.start();
  await time.runUntil(startAt + durationMs);
  await loop.stop();

  const { events: entries } = await store.read('day', 0, 1_000_000);
  await store.close();
  // Runs on, so that the truth of the last calls is known: with click-to-call the agent talks before the customer answers.
  world.advanceTo(startAt + durationMs + RUN_OUT_MS);
  const events = entries.map(({ json }) => JSON.parse(json) as BridgeEvent);
  // Events of the last polls may not be logged yet.
  const until = startAt + durationMs - 4 * TIMEOUT_MS;
  const looked = { monitor: [...looks.monitor.values()], queue: [...looks.queue.values()] };
  const report = judge(world.truth, events as unknown as JudgedEvent[], looked, { until });
  return { report, polls, failed, outdated, offeredAfterMs: delaysOf(world.truth, events) };
}

/** The delays of each call's first offer. */
function delaysOf(truth: readonly CallTruth[], events: readonly BridgeEvent[]): number[] {
  const recordedAt = new Map<string, number>();
  for (const { type, data, recordedtime } of events)
    if (type === 'call-offered')
      for (const id of (data as unknown as { upstreamIds: string[] }).upstreamIds)
        if (!recordedAt.has(id)) recordedAt.set(id, Date.parse(recordedtime));
  return truth.flatMap(({ events: happened, upstreamIds }) => {
    const rang = happened.find(({ type }) => type === 'call-offered')?.at;
    const at = Math.min(...upstreamIds.map((id) => recordedAt.get(id) ?? Infinity));
    return rang === undefined || at === Infinity ? [] : [at - rang];
  });
}
