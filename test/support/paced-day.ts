import { judge } from '../../simulator/judge.js';
import type { Poll } from '../../simulator/judge-polls.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { TruthIndex } from '../../simulator/judge-match.js';
import { createWorld, type World, type WorldOptions } from '../../simulator/world.js';
import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../src/core/model/call.js';
import { type BridgeEvent, toEvents } from '../../src/core/model/event.js';
import type { Endpoint, Observations } from '../../src/core/model/observation.js';
import { decide } from '../../src/core/reconcile.js';
import { activityOf } from '../../src/poll/schedule/activity.js';
import { Schedule, type ScheduleOptions } from '../../src/poll/schedule/schedule.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { pollResult } from '../../src/source/poll-result.js';
import { expectHonestTimes } from './honest.js';

/**
 * Simulates a day of a PBX and polls it by the bridge's own `Schedule`, with its list readers and core, in virtual time. The
 * delays are from what happened in the simulation to the event about it.
 */
export interface PacedDayOptions extends Partial<WorldOptions> {
  readonly pace: Omit<ScheduleOptions, 'confirmMs' | 'random'>;
  readonly durationMs: number;
}

export interface PacedDay {
  readonly requestsPerHour: number;
  readonly busiestHour: number;
  readonly calls: number;
  /** How long after each change of an inbound call its event was recorded. */
  readonly delays: Readonly<Record<MeasuredEvent, Delays>>;
  readonly report: Report;
}

interface Delays {
  /** Milliseconds. */
  readonly seen: readonly number[];
  /** How many changes no event reported, because no poll came in time. */
  readonly unseen: number;
}

export type MeasuredEvent = 'call-answered' | 'call-offered' | 'call-abandoned' | 'call-ended';

const CONFIRM_MS = 200;
/** From a request to its answer, which shows the PBX in the middle of that time. */
const LATENCY_MS = 40;
const HOUR_MS = 3_600_000;

export function pacedDay({ pace: paceOptions, durationMs, ...options }: PacedDayOptions): PacedDay {
  // Midnight in Vietnam, on a Monday.
  const startAt = options.startAt ?? Date.UTC(2026, 2, 1, 17);
  const world = createWorld({ ...options, startAt });
  const pace = new Schedule({ ...paceOptions, confirmMs: CONFIRM_MS, random: () => 0 }, startAt);
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const readers = listReaders(locale);
  const polls = { monitor: [] as Poll[], queue: [] as Poll[] };
  const events: BridgeEvent[] = [];
  const hours = Array<number>(Math.ceil(durationMs / HOUR_MS)).fill(0);
  const known = new TenantCalls(EMPTY_STATE);
  let now = startAt;

  const poll = (endpoint: Endpoint, sentAt: number): Observations => {
    const at = { startedAt: sentAt, at: sentAt + LATENCY_MS };
    polls[endpoint].push({ sent: sentAt, shown: world.now, received: sentAt + LATENCY_MS });
    hours[Math.floor((sentAt - startAt) / HOUR_MS)]! += 1;
    return endpoint === 'monitor'
      ? { monitor: readers.monitor.read(world.monitorBody(), at) }
      : { queue: readers.queue.read(world.queueBody(), at) };
  };

  for (;;) {
    const sentAt = Math.ceil(now + pace.delay(now));
    if (sentAt >= startAt + durationMs) break;
    world.advanceTo(sentAt + LATENCY_MS / 2);
    const due = pace.due(sentAt);
    const observations: Observations = Object.assign({}, ...due.map((endpoint) => poll(endpoint, sentAt)));
    now = sentAt + LATENCY_MS;
    const { transitions, confirm } = decide(known, observations, DEFAULT_POLICY);
    const stamp = { tenant: 'day', epoch: 'e', sequence: events.length, recordedAt: now };
    events.push(...toEvents(transitions, stamp));
    pace.turn(activityOf(known, now));
    for (const endpoint of due) {
      pace.record(pollResult(observations[endpoint]!, { sentAt, status: 200 }, now), now);
    }
    if (confirm) pace.confirm(now);
  }
  expectHonestTimes(events);
  return {
    requestsPerHour: ((polls.monitor.length + polls.queue.length) / durationMs) * HOUR_MS,
    busiestHour: Math.max(...hours),
    delays: delaysOf(world, events),
    calls: world.truth.length,
    report: judge(world.truth, events as unknown as JudgedEvent[], polls, { log: world.log }),
  };
}

function delaysOf(world: World, events: readonly BridgeEvent[]): PacedDay['delays'] {
  const index = new TruthIndex(world.truth);
  const recorded = new Map<string, number[]>();
  for (const event of events as unknown as (JudgedEvent & { recordedtime: string })[]) {
    const call = event.type.startsWith('call-') ? index.callOf(event) : null;
    if (call === null) continue;
    const key = keyOf(call.callKey, event.type, event.data.offer?.extension);
    recorded.set(key, [...(recorded.get(key) ?? []), Date.parse(event.recordedtime)]);
  }
  const delays = {
    'call-answered': { seen: [] as number[], unseen: 0 },
    'call-offered': { seen: [] as number[], unseen: 0 },
    'call-abandoned': { seen: [] as number[], unseen: 0 },
    'call-ended': { seen: [] as number[], unseen: 0 },
  };
  for (const call of world.truth.filter(({ direction }) => direction === 'inbound')) {
    for (const { type, at, extension } of call.events) {
      if (!(type in delays)) continue;
      const those = delays[type as MeasuredEvent];
      const key = keyOf(call.callKey, type, type === 'call-offered' ? extension : undefined);
      const recordedAt = recorded.get(key)?.find((instant) => instant >= at && instant < at + LOST_MS);
      if (recordedAt === undefined) those.unseen += 1;
      else those.seen.push(recordedAt - at);
    }
  }
  return delays;
}

function keyOf(callKey: string, type: string, extension: string | undefined): string {
  return `${callKey} ${type} ${extension ?? ''}`;
}

/**
 * An event that comes later than this is about the next ringing at the extension, or about a row that outlived its call.
 */
const LOST_MS = 30_000;
