import { judge } from '../../simulator/judge.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import { TruthIndex } from '../../simulator/judge-match.js';
import { createWorld, type World, type WorldOptions } from '../../simulator/world.js';
import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../src/core/model/call.js';
import { type BridgeEvent, toEvents } from '../../src/core/model/event.js';
import type { Endpoint, Observations } from '../../src/core/model/observation.js';
import { decide } from '../../src/core/reconcile.js';
import { activityOf } from '../../src/poll/schedule/activity.js';
import { Pace, type PaceOptions } from '../../src/poll/schedule/schedule.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { pollResult } from '../../src/source/poll-result.js';

/**
 * A simulated day that `Pace` polls, in virtual time: the bridge's own pace, list readers and core against a world that
 * knows what really happened. Measures how long after it the bridge recorded each event.
 */
export interface PacedDayOptions extends Partial<WorldOptions> {
  readonly pace: Omit<PaceOptions, 'confirmMs' | 'random'>;
  readonly durationMs: number;
}

export interface PacedDay {
  readonly requestsPerHour: number;
  readonly busiestHour: number;
  readonly calls: number;
  /** Of inbound calls: what happened, and how long after it the bridge had recorded it. */
  readonly delays: Readonly<Record<MeasuredType, Delays>>;
  readonly report: Report;
}

interface Delays {
  /** Milliseconds. */
  readonly seen: readonly number[];
  /** How many began and ended between two polls. */
  readonly unseen: number;
}

export type MeasuredType = 'call-answered' | 'call-offered' | 'call-abandoned' | 'call-ended';

const CONFIRM_MS = 200;
/** From the request to its answer, which shows the PBX as of the middle of that time. */
const LATENCY_MS = 40;
const HOUR_MS = 3_600_000;

export function pacedDay({ pace: paceOptions, durationMs, ...options }: PacedDayOptions): PacedDay {
  // Midnight in Vietnam, on a Monday.
  const startAt = options.startAt ?? Date.UTC(2026, 2, 1, 17);
  const world = createWorld({ ...options, startAt });
  const pace = new Pace({ ...paceOptions, confirmMs: CONFIRM_MS, random: () => 0 }, startAt);
  const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
  const readers = listReaders(locale);
  const polls = { monitor: [] as number[], queue: [] as number[] };
  const events: BridgeEvent[] = [];
  const hours = Array<number>(Math.ceil(durationMs / HOUR_MS)).fill(0);
  const known = new TenantCalls(EMPTY_STATE);
  let now = startAt;

  const poll = (endpoint: Endpoint, sentAt: number): Observations => {
    const at = { startedAt: sentAt, at: sentAt + LATENCY_MS };
    polls[endpoint].push(world.now);
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
    const place = { tenant: 'day', epoch: 'e', sequence: events.length, recordedAt: now };
    events.push(...toEvents(transitions, place));
    pace.turn(activityOf(known, now));
    for (const endpoint of due) {
      pace.record(pollResult(observations[endpoint]!, { sentAt, status: 200 }, now), now);
    }
    if (confirm) pace.confirm(now);
  }
  return {
    requestsPerHour: ((polls.monitor.length + polls.queue.length) / durationMs) * HOUR_MS,
    busiestHour: Math.max(...hours),
    delays: delaysOf(world, events),
    calls: world.truth.length,
    report: judge(world.truth, events as unknown as JudgedEvent[], polls),
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
      const those = delays[type as MeasuredType];
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

/** Past this it is the next ringing at the same extension, or a row that outlived its call. */
const LOST_MS = 30_000;
