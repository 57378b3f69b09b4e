import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { leaseKeys, logKey } from '../../../src/store/keys.js';
import { clockOff, EIGHT_DAYS_MS } from '../../support/clock-off.js';
import { until } from '../../support/until.js';
import { ATTACKED, type Field, withstands } from '../bulkhead.js';
import { standalone } from '../redis-in-use.js';
import { type Chaos, type Scenario, times } from '../scenario.js';

/** Whose clock says what is old, and what happens when Redis has no memory left. */
const DAY_MS = 86_400_000;
/** A tenant that was removed: no replica polls it, and its log is kept within its bounds nevertheless. */
const REMOVED = 'removed';
const GROUP = leaseKeys('tenants-file');
/** Longer than the interval of the regular pass. */
const PASSES_MS = 130_000;

/** A replica joins whose clock is wrong: it has to trim, polls a part of the tenants, and hands them back. */
function wrongClock(chaos: Chaos, shiftMs: number): Promise<void> {
  return withstands(chaos, {
    setup: { redis: standalone },
    strike: async ({ rig, join, tally }) => {
      const redis = rig.book.commands as Redis;
      // By a clock eight days ahead all of it would be too old, by one eight days behind none of it.
      const young = await append(redis, REMOVED, { count: 1_000, ageMs: 6 * DAY_MS, first: 101 }, 100);
      // Otherwise the pass would be that of the replica that is right.
      await redis.del(GROUP.turns);
      const wrong = await rig.bridge('wrong', { env: clockOff(shiftMs) });
      tally.injected += 1;
      join(wrong);
      await rig.shared();
      await pause(times(chaos, 3_000, PASSES_MS));
      const kept = await redis.xrange(logKey(REMOVED), '-', '+');
      const missing = young.filter((id) => !kept.some(([one]) => one === id)).length;
      tally.demand(missing === 0, `${missing} events of six days ago are gone`);
      tally.demand(kept.length < young.length + 100, 'no event of eight days ago is gone');
    },
    voice: {
      line: ({ msg }) => msg.startsWith('clock of this replica is 691200.'),
      metric: 'pitel_clock_error_seconds',
      shown: ({ ready }) => ready.includes('the clock of this replica is 691'),
    },
  });
}

export const clockAhead: Scenario = {
  row: 36,
  fault: "a replica's clock is 8 days ahead",
  invariant: 'nothing young is deleted, and times are right',
  testedIn: 'test/e2e/wrong-clock.system.spec.ts',
  run: (chaos) => wrongClock(chaos, EIGHT_DAYS_MS),
};

export const clockBehind: Scenario = {
  row: 37,
  fault: "a replica's clock is 8 days behind",
  invariant: 'what is past its age is deleted nevertheless, and times are right',
  testedIn: 'test/e2e/wrong-clock.system.spec.ts',
  run: (chaos) => wrongClock(chaos, -EIGHT_DAYS_MS),
};

/** Enough for the tenants that are polled, and soon filled. */
const MAXMEMORY = ['--maxmemory', '96mb', '--maxmemory-policy', 'noeviction'];

function full(chaos: Chaos, ageMs: number): Promise<void> {
  return withstands(chaos, {
    setup: { redis: () => standalone(MAXMEMORY) },
    strike: async ({ rig, tally, say }: Field) => {
      const redis = rig.book.commands as Redis;
      let first = 1;
      for (let round = 0; round < times(chaos, 1, 5); round++) {
        first += (await append(redis, REMOVED, { count: Infinity, ageMs, first })).length;
        tally.injected += 1;
        const begun = performance.now();
        await until(async () => (await used(redis)) < 0.95, 'room in Redis');
        say(`room again after ${Math.round(performance.now() - begun)} ms`);
        await rig.polled(2, ATTACKED);
      }
    },
    voice: {
      line: ({ msg }) => msg.startsWith('Redis is full'),
      metric: 'pitel_store_full_total',
      shown: ({ ready }) => ready.includes('Redis is full'),
    },
  });
}

export const fullOfExpired: Scenario = {
  row: 38,
  fault: 'Redis is full, of events past their age',
  invariant: 'they go at once, and every event comes',
  testedIn: 'test/e2e/full-redis.system.spec.ts',
  run: (chaos) => full(chaos, 8 * DAY_MS),
};

export const fullOfUnexpired: Scenario = {
  row: 39,
  fault: 'Redis is full, of events that are not past their age',
  invariant: 'the oldest of the largest log go, and every event comes',
  testedIn: 'test/e2e/full-redis.system.spec.ts',
  run: (chaos) => full(chaos, DAY_MS),
};

interface Bulk {
  readonly count: number;
  readonly ageMs: number;
  readonly first: number;
}

/** Appends events of a kilobyte until there are so many or Redis has no memory left; `older` of eight days ago before them. */
async function append(
  redis: Redis,
  tenant: string,
  { count, ageMs, first }: Bulk,
  older = 0,
): Promise<string[]> {
  const ids: string[] = [];
  const json = (age: number) =>
    JSON.stringify({ recordedtime: new Date(Date.now() - age).toISOString(), pad: '.'.repeat(1_000) });
  await redis.hset(GROUP.logs, tenant, '');
  for (let n = 1; n <= older; n++) await redis.xadd(logKey(tenant), `${n}-0`, 'event', json(EIGHT_DAYS_MS));
  const text = json(ageMs);
  while (ids.length < count) {
    const batch = redis.pipeline();
    for (let n = 0; n < Math.min(BATCH, count - ids.length); n++)
      batch.xadd(logKey(tenant), `${first + ids.length + n}-0`, 'event', text);
    const answers = (await batch.exec())!;
    for (const [error, id] of answers) if (error === null) ids.push(id as string);
    if (answers.some(([error]) => error !== null)) break;
  }
  return ids;
}
const BATCH = 500;

async function used(redis: Redis): Promise<number> {
  const info = await redis.info('memory');
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)![1]);
  return field('used_memory') / field('maxmemory');
}
