import { Redis } from 'ioredis';
import { createWorld } from '../simulator/world.js';
import { UNCHANGED } from '../src/core/model/delta.js';
import { callbacksKey, deskKey, historyIndexKey, historyKey, statsKey } from '../src/store/keys.js';
import { connectRedis } from '../src/store/redis/redis-connection.js';
import { RedisStore } from '../src/store/redis/redis-store.js';
import { aCallback, anEndedCall, aStory, deskDelta, TODAY } from '../src/store/desk-store.contract-kit.js';
import { call, logEvent } from '../src/store/store.contract-kit.js';
import type { Claim } from '../src/store/store.js';
import type { DeskDelta } from '../src/core/desk-state.js';
import type { Tally } from '../src/core/day/tally.js';
import { WAIT_AT_LEAST, WAIT_AT_MOST } from '../src/core/day/columns.js';
import { HandPolled } from '../test/support/hand-polled.js';
import { timeAt } from '../test/support/time.js';
import { worldSource } from '../test/support/world-source.js';
import type { Bench } from './bench.js';
import { interleaved, type Row, versus } from './measure.js';

/**
 * What the desk costs: how much longer a commit takes in which calls end, with their records, tallies and call-backs; and how many
 * bytes a day of a call centre leaves in Redis.
 */
const EVENTS_OF_AN_END = 3;
const EVENT_BYTES = 1_200;
const FILLER = 'x'.repeat(EVENT_BYTES);

export async function desk(bench: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [ends, usual] of [
    [0, 1_500],
    [1, 2_000],
    [10, 600],
  ] as const)
    rows.push(await commitsOf(bench.redisUrl, ends, bench.rounds(usual)));
  return rows;
}

/** The same commits with and without what follows for the desk, by turns, each of a tenant of its own. */
async function commitsOf(redisUrl: string, ends: number, rounds: number): Promise<Row> {
  const connection = connectRedis({ url: redisUrl }, { onError: () => undefined });
  const store = new RedisStore(connection, { maxEvents: 100_000 });
  try {
    const cycles = [];
    for (const tenant of ['desk-with', 'desk-without'])
      cycles.push(new Cycle(store, tenant, await store.claim(tenant, { epoch: 'e1' }), ends));
    const [having, lacking] = cycles as [Cycle, Cycle];
    const spreads = await interleaved(
      [
        { name: 'with its desk', prepare: () => having.decide(true), run: () => having.commit() },
        { name: 'without', prepare: () => lacking.decide(false), run: () => lacking.commit() },
      ],
      rounds,
    );
    const what =
      ends === 0
        ? 'commit of 1 event, a story changes'
        : `commit in which ${ends} ${ends === 1 ? 'call ends' : 'calls end'}`;
    return versus(what, spreads, { limit: 1.1 });
  } finally {
    await store.close();
  }
}

class Cycle {
  #version: number;
  #sequence: number;
  #nth = 0;
  #delta = UNCHANGED;
  #desk: DeskDelta | undefined;

  constructor(
    private readonly store: RedisStore,
    private readonly tenant: string,
    private readonly claim: Claim,
    private readonly ends: number,
  ) {
    this.#version = claim.version;
    this.#sequence = claim.position.sequence;
  }

  decide(hasDesk: boolean): void {
    this.#nth += 1;
    const changed =
      this.ends === 0 ? ['c'] : Array.from({ length: this.ends }, (_, n) => `call-${this.#nth}-${n}`);
    this.#delta = {
      ...UNCHANGED,
      calls: new Map(changed.map((id) => [id, this.ends ? null : call('c', FILLER)])),
    };
    const endedAt = Date.now();
    this.#desk = !hasDesk
      ? undefined
      : this.ends === 0
        ? deskDelta({ stories: new Map([['c', aStory('c')]]) })
        : deskDelta({
            stories: new Map(changed.map((id) => [id, null])),
            callbacks: new Map([[`cb-${this.#nth % 100}`, aCallback(`cb-${this.#nth % 100}`)]]),
            records: changed.map((id) => anEndedCall(id, { endedAt })),
            tallies: changed.flatMap((id, n) => talliesOf(id, n)),
          });
  }

  async commit(): Promise<void> {
    const count = Math.max(1, this.ends * EVENTS_OF_AN_END);
    const events = Array.from({ length: count }, (_, n) =>
      logEvent(this.#sequence + 1 + n, { filler: FILLER }),
    );
    const result = await this.store.commit(this.tenant, {
      fence: this.claim.fence,
      expectedVersion: this.#version,
      commitId: `bench-${this.#version}`,
      epoch: this.claim.position.epoch,
      delta: this.#delta,
      ...(this.#desk && { desk: this.#desk }),
      events,
    });
    if (result.status !== 'committed') throw new Error(result.status);
    this.#version = result.version;
    this.#sequence = result.position.sequence;
  }
}

/** As an answered call is counted: in its queue's quarter, and in its agent's hour. */
function talliesOf(callId: string, nth: number): Tally[] {
  const wait = 5 + (nth % 40);
  return [
    {
      day: TODAY,
      row: { of: 'queue', name: String(nth % 10), slot: 40 },
      add: [
        ...([0, 1, 7, 10] as const).map((column) => [column, 1] as const),
        [6, wait * 1_000],
        [9, 90_000],
        [WAIT_AT_MOST + wait, 1],
        [WAIT_AT_LEAST + wait, 1],
      ],
      callId,
    },
    {
      day: TODAY,
      row: { of: 'agent', name: `1${nth % 50}`, slot: 10 },
      add: [
        [0, 1],
        [2, 90_000],
        [3, 1],
      ],
      callId,
    },
  ];
}

/** Redis' bytes after a day of 10 queues, 50 agents and 5,000 calls, as the bridge commits it. */
const CALLS = 5_000;
const HOURS = 10;
const STEP_MS = 2_000;
const TENANT = 'day';

export async function deskBytes({ redisUrl }: Bench): Promise<Row[]> {
  const store = new RedisStore(connectRedis({ url: redisUrl }, { onError: () => undefined }), {
    maxEvents: 1_000,
  });
  const redis = new Redis(redisUrl);
  const startAt = Date.parse(`${TODAY}T01:00:00Z`);
  const world = createWorld({
    startAt,
    directory: { queues: 10, extensions: 50 },
    traffic: { callsPerHour: CALLS / HOURS, totalCalls: CALLS, profile: 'flat' },
  });
  let now = startAt;
  let commits = 0;
  const poller = new HandPolled({
    tenant: TENANT,
    source: worldSource(world),
    store,
    time: timeAt(() => now),
    newEpoch: () => 'e1',
    newCommitId: () => `c-${++commits}`,
  });
  try {
    const before = await redis.dbsize();
    for (; now < startAt + HOURS * 3_600_000; now += STEP_MS) {
      world.advanceTo(now);
      await poller.cycle(['monitor', 'queue']);
    }
    const records = await redis.hlen(historyKey(TENANT));
    const keys = {
      rows: statsKey(TENANT, TODAY),
      records: historyKey(TENANT),
      index: historyIndexKey(TENANT),
      callbacks: callbacksKey(TENANT),
      standing: deskKey(TENANT),
    };
    const bytes = Object.fromEntries(
      await Promise.all(
        Object.entries(keys).map(
          async ([kind, key]) =>
            [kind, Number(await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'))] as const,
        ),
      ),
    );
    const kb = (kind: string) => (bytes[kind]! / 1_024).toFixed(0);
    const perRecord = (bytes['records']! + bytes['index']!) / records;
    const counts = `${records} records, ${await redis.hlen(keys.rows)} rows, ${await redis.hlen(keys.callbacks)} call-backs, ${(await redis.dbsize()) - before} keys`;
    const all = Object.keys(keys)
      .map((kind) => `${kind} ${kb(kind)} KB`)
      .join(', ');
    return [
      {
        what: 'bytes of a record and its index',
        ratio: perRecord / 800,
        of: '800 B',
        goal: 1,
        detail: `${perRecord.toFixed(0)} B; ${all}; ${counts}`,
      },
      {
        what: 'bytes of a day of numbers',
        ratio: bytes['rows']! / 200_000,
        of: '0.2 MB',
        goal: 1,
        detail: `${kb('rows')} KB`,
      },
    ];
  } finally {
    redis.disconnect();
    await store.close();
  }
}
