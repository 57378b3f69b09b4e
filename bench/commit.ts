import { Redis } from 'ioredis';
import type { Call } from '../src/core/model/call.js';
import { type Delta, UNCHANGED } from '../src/core/model/delta.js';
import { channel } from '../src/store/keys.js';
import { connectRedis } from '../src/store/redis/redis-connection.js';
import { RedisStore } from '../src/store/redis/redis-store.js';
import type { Claim, LogEvent } from '../src/store/store.js';
import { call as completeCall } from '../src/store/store.contract-kit.js';
import type { Bench } from './bench.js';
import { interleaved, type Row, type Spread, spreadText, versus } from './measure.js';

/**
 * Compares one commit with the least that appending and publishing takes: one pipelined XADD and PUBLISH of the same
 * bytes. The peers do what a commit does, as Redis' documentation shows it: state, log and publication under MULTI/EXEC,
 * and the same under WATCH with a check of the version.
 */
const TENANT = 'bench';
/** A busy tenant's calls: a commit must not pay for those that have not changed. */
const CALLS = 200;
const EVENT_BYTES = 1_200;

export async function commits({ redisUrl, rounds }: Bench): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [count, usual] of [
    // The compiler needs some thousand commits to know them, and a bridge has that behind it within the hour.
    [0, 1_000],
    [1, 2_500],
    [10, 1_000],
    [100, 200],
  ] as const)
    rows.push(await commit(redisUrl, count, rounds(usual)));
  return rows;
}

async function commit(redisUrl: string, count: number, rounds: number): Promise<Row> {
  const connection = connectRedis(
    { url: redisUrl },
    {
      onError: (error) => {
        throw error;
      },
    },
  );
  const store = new RedisStore(connection, { maxEvents: 100_000 });
  const [plain, watching, scripted] = [new Redis(redisUrl), new Redis(redisUrl), new Redis(redisUrl)];
  try {
    await plain.del('bench:version', 'bench:state', 'bench:events');
    const script = String(await scripted.script('LOAD', KEEP_APPEND_AND_PUBLISH));
    const cycle = new Cycle(store, await store.claim(TENANT, { epoch: 'e1' }));
    await cycle.commit(0);
    const contenders = [
      { name: 'ours', prepare: () => cycle.decide(count), run: () => cycle.commit(count) },
      { name: 'pipelined XADD + PUBLISH', run: () => pipelined(plain, count) },
      { name: 'MULTI/EXEC', run: () => multi(plain, count) },
      { name: 'WATCH-retry', run: () => watch(watching, count) },
      { name: 'a script that only appends and publishes', run: () => evaluate(scripted, script, count, []) },
      {
        name: 'one that keeps the changed calls too',
        run: () => evaluate(scripted, script, count, changedFields(count)),
      },
    ];
    const spreads = await interleaved(contenders, rounds);
    const [appending, keeping] = spreads.splice(-2) as [Spread, Spread];
    const [mine, limit] = spreads as [Spread, Spread];
    const what = `commit of ${count} ${count === 1 ? 'event' : 'events'}`;
    const row = versus(what, spreads, { limit: count === 1 ? 1.3 : null });
    const times = ({ median }: Spread) => `${(median / limit.median).toFixed(2)} × ${limit.name}`;
    const rest = ((mine.median - keeping.median) * 1_000).toFixed(0);
    const miss =
      `${spreadText(appending)}, ${times(appending)}; ${spreadText(keeping)}, ${times(keeping)}: the floor, which ` +
      `checks nothing. The other ${rest} µs: the connection's time limits, and the ` +
      `checks before the first write, of which the lineage's INFO costs most`;
    return { ...row, miss };
  } finally {
    await store.close();
    plain.disconnect();
    watching.disconnect();
    scripted.disconnect();
  }
}

/**
 * Commits cycle after cycle, each with so many events and as many calls that have changed. The delta is made before the
 * clock runs and not long before: in the bridge it is what deciding has just left.
 */
class Cycle {
  #delta: Delta;
  #version: number;
  #sequence: number;

  constructor(
    private readonly store: RedisStore,
    private readonly claim: Claim,
  ) {
    this.#version = claim.version;
    this.#sequence = claim.position.sequence;
    this.#delta = changed(CALLS, 0);
  }

  decide(count: number): void {
    this.#delta = changed(count, this.#version);
  }

  async commit(count: number): Promise<void> {
    const result = await this.store.commit(TENANT, {
      fence: this.claim.fence,
      expectedVersion: this.#version,
      commitId: `bench-${this.#version}`,
      epoch: this.claim.position.epoch,
      delta: this.#delta,
      events: events(count, this.#sequence),
    });
    if (result.status !== 'committed') throw new Error(result.status);
    this.#version = result.version;
    this.#sequence = result.position.sequence;
  }
}

function changed(count: number, note: number): Delta {
  return {
    ...UNCHANGED,
    calls: new Map(numbered(count).map((n) => [`c${n % CALLS}`, call(n % CALLS, note)])),
  };
}

async function pipelined(redis: Redis, count: number): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { json, type } of events(count, 0))
    pipeline
      .xadd('bench:events', 'MAXLEN', '~', 100_000, '*', 'event', json)
      .publish(channel(TENANT, type), json);
  // Where nothing has happened, the limit is one round trip.
  if (count === 0) pipeline.hget('bench:version', 'n');
  await pipeline.exec();
}

async function multi(redis: Redis, count: number): Promise<void> {
  const transaction = redis.multi().set('bench:state', STATE);
  for (const { json, type } of events(count, 0))
    transaction
      .xadd('bench:events', 'MAXLEN', '~', 100_000, '*', 'event', json)
      .publish(channel(TENANT, type), json);
  await transaction.exec();
}

async function watch(redis: Redis, count: number): Promise<void> {
  for (;;) {
    await redis.watch('bench:version');
    const version = Number(await redis.get('bench:version'));
    const transaction = redis
      .multi()
      .set('bench:version', version + 1)
      .set('bench:state', STATE);
    for (const { json, type } of events(count, 0))
      transaction
        .xadd('bench:events', 'MAXLEN', '~', 100_000, '*', 'event', json)
        .publish(channel(TENANT, type), json);
    if ((await transaction.exec()) !== null) return;
  }
}

/** The least that a script which does it all in one step has to do: write some fields or none, append and publish. */
const KEEP_APPEND_AND_PUBLISH = `
  local first = 2 + ARGV[1]
  if first > 2 then redis.call('HSET', KEYS[2], unpack(ARGV, 2, first - 1)) end
  for i = first, #ARGV, 2 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'event', ARGV[i + 1])
    redis.call('PUBLISH', ARGV[i], ARGV[i + 1])
  end`;

async function evaluate(
  redis: Redis,
  script: string,
  count: number,
  fields: readonly string[],
): Promise<void> {
  const args = events(count, 0).flatMap(({ json, type }) => [channel(TENANT, type), json]);
  await redis.evalsha(script, 2, 'bench:events', 'bench:calls', fields.length, ...fields, ...args);
}

/** Of the calls that have changed: what they are is written beside what is said of them. */
function changedFields(count: number): string[] {
  return ['version', '1', ...numbered(count).flatMap((n) => [`call:c${n}`, JSON.stringify(call(n, 0))])];
}

const FILLER = 'x'.repeat(EVENT_BYTES);

function events(count: number, after: number): LogEvent[] {
  return numbered(count).map((n) => {
    const sequence = after + n + 1;
    return { sequence, type: 'call-started', json: `{"sequence":${sequence},"filler":"${FILLER}"}` };
  });
}

function call(n: number, note: number): Call {
  return completeCall(`c${n}`, `${note} ${FILLER}`);
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** A peer keeps its snapshot under one key, as is usual. */
const STATE = JSON.stringify(numbered(CALLS).map((n) => call(n, 0)));
