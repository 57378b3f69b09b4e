import { type CallbackVerdict, judgeCallbacks } from '../../simulator/judge-callbacks.js';
import type { DeskEvent, DeskFindings } from '../../simulator/judge-desk-report.js';
import { judgeNumbers } from '../../simulator/judge-numbers.js';
import { judgeThresholds, type ThresholdVerdict } from '../../simulator/judge-thresholds.js';
import type { Tenant } from '../../simulator/server.js';
import { systemClock } from '../../src/base/clock.js';
import { DayNumbers } from '../../src/core/day/day-numbers.js';
import type { EndedCallRecord } from '../../src/core/day/ended-call-record.js';
import type { DeskRules } from '../../src/core/desk-rules.js';
import { decode } from '../../src/store/stored/codec.js';
import { stateKey } from '../../src/store/keys.js';
import type { DayTable } from '../../src/store/desk-store.js';
import { connectRedis } from '../../src/store/redis/redis-connection.js';
import { RedisDeskStore } from '../../src/store/redis/redis-desk-store.js';
import type { Callback } from '../../src/core/callbacks/callback.js';
import type { DeskState } from '../../src/core/desk-state.js';
import type { TenantState } from '../../src/core/model/call.js';
import type { Judged, Rig } from './rig.js';
import type { RedisInUse } from './redis-in-use.js';
import type { Tally } from './scenario.js';

/** What the commits have left of a tenant's desk. */
export interface StoredDesk {
  readonly records: readonly EndedCallRecord[];
  readonly days: readonly DayTable[];
  readonly callbacks: readonly Callback[];
  readonly standing: Omit<DeskState, 'callbacks'>;
  readonly sources: TenantState['sources'];
}

export interface JudgedDesk {
  readonly callbacks: CallbackVerdict;
  readonly thresholds: ThresholdVerdict;
  readonly numbers: DeskFindings;
}

const DAY_MS = 86_400_000;
/** Of so many answers in a row, a bridge that was killed may have lost all but one. */
const SIGHTINGS_TO_DEMAND = 3;

export async function storedDesk(rig: Rig<RedisInUse>, tenant = rig.tenants[0]!): Promise<StoredDesk> {
  const connection = connectRedis(rig.redis.target, { onError: () => undefined });
  const store = new RedisDeskStore(connection, systemClock);
  try {
    await new Promise<void>((resolve) => void connection.commands.once('ready', () => resolve()));
    const records: EndedCallRecord[] = [];
    let after: Awaited<ReturnType<RedisDeskStore['history']>>['next'] = null;
    do {
      const page = await store.history(tenant, { from: null, to: null, after, limit: 1_000 });
      records.push(...page.records);
      after = page.next;
    } while (after !== null);
    const now = Date.now();
    const days = [now - DAY_MS, now, now + DAY_MS].map((at) => new Date(at).toISOString().slice(0, 10));
    const fields = await rig.book.commands.hgetall(stateKey(tenant));
    return {
      records,
      days: await store.days(tenant, days),
      callbacks: (await store.callbacks(tenant)).items,
      standing: await store.standing(tenant),
      sources: decode(tenant, new Map(Object.entries(fields))).sources,
    };
  } finally {
    await store.close();
    await connection.close();
  }
}

/**
 * Compares call-backs, thresholds and numbers with the truth, as the drawn days of a desk do (`npm run days -- --desk`), and
 * tallies what is found. Bridges were killed: the last polls before may be lost.
 */
export function judgeDesk(
  pbx: Tenant,
  { events, report }: Judged,
  stored: StoredDesk,
  rules: DeskRules,
  tally: Tally,
): JudgedDesk {
  const { truth } = pbx.world;
  const { polls } = pbx;
  const stated = events as unknown as DeskEvent[];
  const callbacks = judgeCallbacks({ truth, events: stated, calls: report, rules, polls, losesPolls: true });
  // The world stands still at the end, and the bridge's clock goes on: waits pass a limit there that the truth has not reached.
  const stoodStillAt = Math.max(polls.monitor.at(-1) ?? 0, polls.queue.at(-1) ?? 0);
  const crossings = stated.filter(({ recordedtime }) => Date.parse(recordedtime) <= stoodStillAt);
  const thresholds = judgeThresholds({
    truth,
    events: crossings,
    calls: report,
    polls,
    rules: rules.thresholds,
    losesPolls: true,
  });
  const numbers = judgeNumbers({
    truth,
    log: pbx.world.log,
    polls,
    calls: report,
    ...numbersOf(polls, stored, rules),
    history: stored.records.map(({ view }) => view.callId),
    shortAbandonMs: rules.shortAbandonMs,
    seconds: rules.serviceLevels.find(({ queue }) => queue === null)?.seconds ?? 20,
    paceMs: { monitor: longestGap(polls.monitor), queue: longestGap(polls.queue) },
    sightingsToDemand: SIGHTINGS_TO_DEMAND,
  });
  const kinds: Readonly<Record<string, DeskFindings>> = { callbacks, thresholds, numbers };
  for (const [kind, { found, statements }] of Object.entries(kinds)) {
    tally.notes.push(`${kind}: ${statements} statements`);
    for (const { rule, about, at, reason } of found)
      tally.count(
        rule === 'doubled' || rule === 'twice' ? 'doubled' : 'false',
        `${kind} ${rule} of ${about} at ${at}: ${reason}`,
      );
  }
  const { sure } = callbacks.closedByAttempt;
  tally.demand(sure === 0, `${sure} call-backs were closed by an attempt`);
  return { callbacks, thresholds, numbers };
}

function numbersOf(polls: Tenant['polls'], { days, standing, sources }: StoredDesk, rules: DeskRules) {
  const at = Math.max(polls.monitor.at(-1) ?? 0, polls.queue.at(-1) ?? 0);
  const [stories, agents] = [[...standing.stories.values()], [...standing.agents.values()]];
  const data = { days, live: { at, stories, agents, sources } };
  const computed = new DayNumbers(rules);
  const query = { from: at - DAY_MS, to: at + DAY_MS };
  return {
    queues: computed.queues(data, { ...query, by: 'quarter' }),
    agents: computed.agents(data, { ...query, by: 'hour' }),
    unwatched: computed.unwatched(data, { ...query, by: 'quarter' }, at),
    until: at,
  };
}

function longestGap(instants: readonly number[]): number {
  return instants.reduce((most, at, nth) => (nth === 0 ? 0 : Math.max(most, at - instants[nth - 1]!)), 0);
}
