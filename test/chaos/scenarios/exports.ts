import { setTimeout as pause } from 'node:timers/promises';
import { QUEUE_COLUMNS } from '../../../src/core/day/columns.js';
import type { Tally as DayTally } from '../../../src/core/day/tally.js';
import { anEndedCall } from '../../../src/store/desk-store.contract-kit.js';
import { LogWriter, token } from '../../support/delivery.js';
import { openStore } from '../../support/redis-store.js';
import { ATTACKED } from '../bulkhead.js';
import { type RedisInUse, type Standalone, standalone } from '../redis-in-use.js';
import { type Rig, withRig } from '../rig.js';
import { type Chaos, keepsTime, type Scenario, times } from '../scenario.js';

const INTERVAL_MS = 1_000;
const MOST_POLL_GAP_MS = 2 * INTERVAL_MS;
const DAY_MS = 86_400_000;
const QUEUES = 10;
const PER_COMMIT = 500;

export const exported: Scenario = {
  row: 46,
  testedIn: 'src/deliver/http/history.spec.ts',
  fault: 'tables of the whole history and of months of numbers, six at a time, again and again',
  invariant: 'large exports delay no poll of another tenant, and each is whole',
  run: async (chaos) => {
    const calls = times(chaos, 2_000, 30_000);
    const days = times(chaos, 20, 90);
    const setup = {
      redis: () => withHistory(calls, days),
      tenants: [ATTACKED, 'calm-1', 'calm-2'],
      speed: 1,
      traffic: { callsPerHour: 600, firstCallAfterMs: 100 },
      env: { POLL_INTERVAL_MS: String(INTERVAL_MS) },
    };
    await withRig(chaos, setup, (rig) => measure(chaos, rig, calls, days));
  },
};

async function measure(chaos: Chaos, rig: Rig<RedisInUse>, calls: number, days: number): Promise<void> {
  const { tally, say } = chaos;
  const bridge = await rig.bridge('bridge-1');
  await rig.polled(3);
  const from = new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
  const exports = [
    '/v1/calls?state=ended&format=csv',
    `/v1/stats/queues?by=day&from=${from}&format=csv`,
    `/v1/stats/agents?by=day&from=${from}&format=csv`,
  ];
  const phaseMs = times(chaos, 5_000, 40_000);
  const without = await gapsOver(rig, () => pause(phaseMs));
  say('without exports');
  const deadline = Date.now() + phaseMs;
  let lines = 0;
  const beside = await gapsOver(rig, () =>
    Promise.all(
      [...exports, ...exports].map(async (path, nth) => {
        const bearer = await token({ tenant: ATTACKED, sub: `analyst-${nth}` });
        do {
          const answer = await fetch(bridge.url + path, { headers: { authorization: `Bearer ${bearer}` } });
          const rows = (await answer.text()).split('\r\n').length - 2;
          tally.injected += 1;
          tally.demand(answer.status === 200, `${path} was answered ${answer.status}`);
          if (path.startsWith('/v1/calls')) {
            tally.expected += calls;
            tally.demand(rows >= calls, `${rows} of ${calls} calls in the table`);
          }
          lines += rows;
        } while (Date.now() < deadline);
      }),
    ),
  );
  tally.notes.push(`${tally.injected} tables, ${lines} lines`);
  keepsTime(chaos, 'between two polls of others without exports', without);
  keepsTime(chaos, 'between two polls of others beside exports', beside, MOST_POLL_GAP_MS);
  await rig.settle();
  for (const tenant of ['calm-1', 'calm-2']) await rig.verdict({ sightings: 3 }, tenant);
}

/** How far apart the other tenants' polls were meanwhile, in milliseconds. */
async function gapsOver(rig: Rig<RedisInUse>, act: () => Promise<unknown>): Promise<readonly number[]> {
  const polls = rig.tenants.slice(1).flatMap((tenant) => Object.values(rig.pbx(tenant).polls));
  const from = polls.map(({ length }) => Math.max(0, length - 1));
  await act();
  return polls.flatMap((instants, n) => {
    const since = instants.slice(from[n]);
    return since.slice(1).map((at, nth) => at - since[nth]!);
  });
}

/** A Redis in which the attacked tenant has so many ended calls, and numbers of so many days. */
async function withHistory(calls: number, days: number): Promise<Standalone> {
  const redis = await standalone();
  const store = openStore(redis.target, { maxEvents: 100_000 });
  const log = await new LogWriter(store, ATTACKED).claim('before');
  const now = Date.now();
  for (let written = 0; written < calls; written += PER_COMMIT)
    await log.commitWith({
      records: Array.from({ length: Math.min(PER_COMMIT, calls - written) }, (_, n) =>
        anEndedCall(`before-${written + n}`, { endedAt: now - 60_000 - (written + n) * 60_000 }),
      ),
    });
  for (let day = 1; day <= days; day++)
    await log.commitWith({ tallies: talliesOf(new Date(now - day * DAY_MS).toISOString().slice(0, 10)) });
  await store.close();
  return redis;
}

/** Numbers in each quarter of a working day, of all queues, and in each hour of fifty agents. */
function talliesOf(day: string): DayTally[] {
  const add = QUEUE_COLUMNS.map((_, column) => [column, 7] as const);
  const rows = [
    ...Array.from({ length: QUEUES * 40 }, (_, n) => ({
      of: 'queue' as const,
      name: `queue-${n % QUEUES}`,
      slot: 32 + Math.floor(n / QUEUES),
    })),
    ...Array.from({ length: 50 * 10 }, (_, n) => ({
      of: 'agent' as const,
      name: String(101 + (n % 50)),
      slot: 8 + Math.floor(n / 50),
    })),
  ];
  return rows.map((row) => ({ day, row, add: row.of === 'queue' ? add : add.slice(0, 6), callId: null }));
}
