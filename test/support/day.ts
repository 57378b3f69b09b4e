import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE, type TenantState } from '../../src/core/model/call.js';
import { type BridgeEvent, toEvents } from '../../src/core/model/event.js';
import type { Observation } from '../../src/core/model/observation.js';
import { decide } from '../../src/core/reconcile.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { decode, patch } from '../../src/store/stored/codec.js';
import { judge } from '../../simulator/judge.js';
import type { JudgedEvent, Report } from '../../simulator/judge-report.js';
import type { Poll } from '../../simulator/judge-polls.js';
import { Random } from '../../simulator/random.js';
import { createWorld, type WorldOptions, type World } from '../../simulator/world.js';
import type { DeskBehind } from './desk-behind.js';
import { expectHonestTimes } from './honest.js';
import { PartialPolls } from './partial-polls.js';
import { spoilt } from './spoilt.js';

/**
 * Simulates a day of a PBX and polls it with the bridge's own list readers, core and state encoding, in virtual time,
 * with faults and restarts in between. The judge compares the events with what happened in the simulation.
 */
export interface DayOptions extends Partial<WorldOptions> {
  readonly intervalMs?: number;
  /** The queue endpoint is asked in every how many polls; the monitor in all of them. */
  readonly queueEvery?: number;
  /** Probability that an answer is spoiled, per endpoint and poll. */
  readonly faults?: number;
  /** Probability that the bridge is restarted before a poll. */
  readonly restarts?: number;
  /** Probability that the bridge dies with a poll's answer before it has committed what that shows. */
  readonly kills?: number;
  /** How long at most no bridge polls after such a death. */
  readonly downMs?: number;
  /** For the judge: see `JudgeOptions`. */
  readonly sightingsToDemand?: number;
  /** How long polling goes on after the last call has ended. */
  readonly tailMs?: number;
  readonly maxPolls?: number;
  /** What follows from its decisions for those who run the desk. */
  readonly behind?: DeskBehind;
  /** Spells in which no poll is answered, `from` inclusive, `to` exclusive, from the day's beginning. */
  readonly outages?: readonly {
    readonly from: number;
    readonly to: number;
    readonly of: 'monitor' | 'queue' | 'both';
  }[];
}

export interface Day {
  readonly world: World;
  readonly events: readonly BridgeEvent[];
  readonly polls: { readonly monitor: number[]; readonly queue: number[] };
  readonly partial: { readonly monitor: readonly Poll[]; readonly queue: readonly Poll[] };
  readonly pollCount: number;
  readonly spoiled: number;
  readonly restarts: number;
  readonly report: Report;
  readonly state: TenantState;
}

const CONFIRM_MS = 200;
const locale = () => ({ instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') });

export function simulateDay(options: DayOptions = {}): Day {
  const { intervalMs = 1_000, queueEvery = 1, faults = 0, restarts = 0, kills = 0, downMs = 0 } = options;
  const { behind, outages = [] } = options;
  const { tailMs = 600_000, maxPolls = 1_000_000, sightingsToDemand = 1 } = options;
  const startAt = options.startAt ?? Date.UTC(2026, 2, 2, 1);
  const world = createWorld({ ...options, startAt });
  const random = new Random(`day-${options.seed ?? 1}`);
  let known = new TenantCalls(EMPTY_STATE);
  const stored = new Map<string, string>();
  let readers = listReaders(locale());
  const events: BridgeEvent[] = [];
  const polls = { monitor: [] as number[], queue: [] as number[] };
  const partial = { monitor: new PartialPolls(), queue: new PartialPolls() };
  let pollCount = 0;
  let spoiled = 0;
  let restarted = 0;
  let now = startAt;
  let lastBusy = startAt;
  let confirm = false;
  let deaths = 0;

  while (pollCount < maxPolls && (now - lastBusy < tailMs || pollCount === 0)) {
    now += confirm ? CONFIRM_MS : intervalMs;
    world.advanceTo(now);
    // Of `sightingsToDemand` polls in a row, at least one is committed.
    const isKilled = deaths + 1 < sightingsToDemand && random.chance(kills);
    deaths = isKilled ? deaths + 1 : 0;
    if (isKilled || random.chance(restarts)) {
      restarted++;
      known = new TenantCalls(decode('day', stored));
      readers = listReaders(locale());
      behind?.restart();
    }
    if (isKilled) {
      // The PBX has answered one endpoint or both, and what it showed is lost.
      const answered = random.pick([['monitor'], ['queue'], ['monitor', 'queue']] as const);
      for (const endpoint of answered) {
        // The bridge that read it is dead: a row that cannot be read is known to no other.
        const body = endpoint === 'monitor' ? world.monitorBody() : world.queueBody();
        const { outcome } = listReaders(locale())[endpoint].read(body, { startedAt: now, at: now });
        if (outcome === 'complete') polls[endpoint].push(now);
        else partial[endpoint].polls.push({ sent: now, shown: now, received: now });
      }
      now += random.int(0, downMs);
      confirm = false;
      continue;
    }
    const at = { startedAt: now, at: now };
    const spoil = (body: Buffer): Buffer => {
      if (!random.chance(faults)) return body;
      spoiled++;
      return spoilt(body, random);
    };
    const isOut = (endpoint: 'monitor' | 'queue'): boolean =>
      outages.some(
        ({ from, to, of }) =>
          now - startAt >= from && now - startAt < to && (of === endpoint || of === 'both'),
      );
    const read = (endpoint: 'monitor' | 'queue', body: Buffer): Observation =>
      isOut(endpoint)
        ? readers[endpoint].read(Buffer.from('{"error":"out of order"}'), at)
        : readers[endpoint].read(spoil(body), at);
    const monitor = read('monitor', world.monitorBody()) as ReturnType<typeof readers.monitor.read>;
    const isQueueDue = pollCount % queueEvery === 0;
    const queue = isQueueDue
      ? (read('queue', world.queueBody()) as ReturnType<typeof readers.queue.read>)
      : null;
    for (const observation of (queue === null ? [monitor] : [monitor, queue]) as Observation[]) {
      const { endpoint, outcome } = observation;
      if (outcome === 'complete') polls[endpoint].push(now);
      partial[endpoint].add(observation);
    }
    const before = known.sources;
    const decision = decide(known, queue === null ? { monitor } : { monitor, queue }, DEFAULT_POLICY);
    confirm = decision.confirm;
    const { set, remove } = patch(decision.delta);
    for (const [field, text] of set) stored.set(field, text);
    for (const field of remove) stored.delete(field);
    const stamp = { tenant: 'day', epoch: 'e', sequence: events.length, recordedAt: now };
    const following = behind?.follow(decision, before, known) ?? [];
    const asked = behind?.ask(now) ?? [];
    events.push(...toEvents([...decision.transitions, ...following, ...asked], stamp));
    pollCount++;
    if (known.calls.size > 0 || world.truth.length < (options.traffic?.totalCalls ?? 0)) lastBusy = now;
  }
  expectHonestTimes(events);
  const seen = { ...polls, partial: { monitor: partial.monitor.polls, queue: partial.queue.polls } };
  const listsIdle = options.quirks?.listIdle ?? true;
  const report = judge(world.truth, events as unknown as JudgedEvent[], seen, {
    log: world.log,
    sightingsToDemand,
    listsIdle,
  });
  return {
    world,
    events,
    polls,
    pollCount,
    spoiled,
    restarts: restarted,
    report,
    state: known,
    partial: seen.partial,
  };
}
