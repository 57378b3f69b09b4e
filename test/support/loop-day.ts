import { pino } from 'pino';
import { judge } from '../../simulator/judge.js';
import type { Poll } from '../../simulator/judge-polls.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { Random } from '../../simulator/random.js';
import { type CallTruth, createWorld, type WorldOptions } from '../../simulator/world.js';
import { DEFAULT_POLICY } from '../../src/core/model/call.js';
import type { BridgeEvent } from '../../src/core/model/event.js';
import type { Endpoint } from '../../src/core/model/observation.js';
import { NO_TENANT_LISTENER } from '../../src/poll/cycle/poll-listener.js';
import { InFlightRequests } from '../../src/poll/cycle/in-flight-requests.js';
import { TenantLoop } from '../../src/poll/cycle/tenant-loop.js';
import { TenantPoller } from '../../src/poll/cycle/tenant-poller.js';
import { MemoryStore } from '../../src/store/memory/memory-store.js';
import { expectHonestTimes } from './honest.js';
import { slowSource } from './slow-source.js';
import { VirtualTime } from './virtual-time.js';

/**
 * Simulates a PBX and polls it with a tenant's own loop, in virtual time. Answers take a random time, and each shows the
 * PBX at some instant between the request and the answer, as real ones do.
 */
export interface LoopDayOptions extends Partial<WorldOptions> {
  /** How long an answer takes; from `TIMEOUT_MS` on, the request fails. */
  readonly latencyMs: (endpoint: Endpoint, random: Random, now: number) => number;
  readonly durationMs: number;
}

export interface LoopDay {
  readonly report: Report;
  readonly polls: Readonly<Record<Endpoint, number>>;
  /** Requests without an answer. */
  readonly failed: number;
  /** Answers that came too late for their rows to be used. The judge does not count them as polls. */
  readonly outdated: number;
  /** How long after the first ringing of each call its event was recorded. */
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
  /** The instant of the PBX that an answer shows, by when the request was sent. */
  const shownAt = { monitor: new Map<number, number>(), queue: new Map<number, number>() };
  const complete = { monitor: [] as Poll[], queue: [] as Poll[] };
  const partial = { monitor: [] as Poll[], queue: [] as Poll[] };
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
    answering: (endpoint, sentAt) => shownAt[endpoint].set(sentAt, time.now),
    failed: () => (failed += 1),
  });

  const store = new MemoryStore({ maxEvents: 1_000_000, now: clock.now });
  const requests = new InFlightRequests(source);
  const poller = new TenantPoller({
    tenant: 'day',
    outdate: () => requests.outdate(),
    registrations: null,
    store,
    policy: DEFAULT_POLICY,
    time: clock,
    newEpoch: () => `e${++epochs}`,
    newCommitId: () => `c${++commits}`,
    listener: {
      ...NO_TENANT_LISTENER,
      polled: ({ result, isStale }) => {
        const { endpoint, sentAt, observation } = result;
        if (isStale) outdated += 1;
        const shown = shownAt[endpoint].get(sentAt);
        if (isStale || shown === undefined || observation.outcome === 'failed') return;
        const { startedAt: sent, at: received } = observation;
        const seen = observation.outcome === 'complete' ? complete : partial;
        seen[endpoint].push({ sent, shown, received });
      },
    },
  });
  const loop = new TenantLoop({
    tenant: 'day',
    requests,
    poller,
    holds: () => true,
    schedule: PACE,
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
  // The simulation goes on so that the judge knows the end of calls: a click-to-call leg is answered before the customer.
  world.advanceTo(startAt + durationMs + RUN_OUT_MS);
  const events = entries.map(({ json }) => JSON.parse(json) as BridgeEvent);
  expectHonestTimes(events);
  // The events of the last polls may not have been emitted yet.
  const until = startAt + durationMs - 4 * TIMEOUT_MS;
  // A cycle waits for both endpoints, so that an answer may be used only when the other one's request has timed out.
  const seen = { ...complete, partial };
  const report = judge(world.truth, events as unknown as JudgedEvent[], seen, {
    log: world.log,
    until,
    commitMs: TIMEOUT_MS,
  });
  return { report, polls, failed, outdated, offeredAfterMs: delaysOf(world.truth, events) };
}

/** Computes the delays of each call's first ringing. */
function delaysOf(truth: readonly CallTruth[], events: readonly BridgeEvent[]): number[] {
  const offeredAt = new Map<string, number>();
  for (const { type, data, recordedtime } of events)
    if (type === 'call-offered')
      for (const id of (data as unknown as { upstreamIds: string[] }).upstreamIds)
        if (!offeredAt.has(id)) offeredAt.set(id, Date.parse(recordedtime));
  return truth.flatMap(({ events: happened, upstreamIds }) => {
    const rang = happened.find(({ type }) => type === 'call-offered')?.at;
    const at = Math.min(...upstreamIds.map((id) => offeredAt.get(id) ?? Infinity));
    return rang === undefined || at === Infinity ? [] : [at - rang];
  });
}
