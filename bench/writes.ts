import { Redis } from 'ioredis';
import type { EndpointReader } from '../src/source/endpoint-reader.js';
import { InstantReader } from '../src/source/parse/instant.js';
import { ListReader } from '../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../src/source/parse/phone-number.js';
import { pollResult } from '../src/source/poll-result.js';
import { logKey, stateKey } from '../src/store/keys.js';
import { connectRedis } from '../src/store/redis/redis-connection.js';
import { RedisStore } from '../src/store/redis/redis-store.js';
import { HandPolled } from '../test/support/hand-polled.js';
import { timeAt } from '../test/support/time.js';
import type { Bench } from './bench.js';
import { MonitorBodies } from './bodies.js';
import type { Row } from './measure.js';

/** What Redis is asked to do by 1,000 polls, a second apart in their own time, that all show the same 1,000 rows. */
const TENANT = 'writes';
const POLLS = 1_000;
const ROWS = 1_000;
const INTERVAL_MS = 1_000;

export async function writes({ redisUrl }: Bench): Promise<Row[]> {
  const store = new RedisStore(connectRedis({ url: redisUrl }, { onError: () => undefined }), {
    maxEvents: 100_000,
  });
  const redis = new Redis(redisUrl);
  let now = Date.UTC(2026, 2, 2, 3, 3);
  const poller = new HandPolled({
    tenant: TENANT,
    source: sameAnswer(() => now),
    store,
    time: timeAt(() => now),
    newEpoch: () => 'e1',
    newCommitId: () => `commit-${now}`,
  });
  const cycle = async () => {
    now += INTERVAL_MS;
    await poller.cycle(['monitor']);
  };
  try {
    await cycle();
    const before = await written(redis);
    await redis.config('RESETSTAT');
    for (let poll = 0; poll < POLLS; poll++) await cycle();
    const stats = await redis.info('all');
    const after = await written(redis);
    const announced = calls(stats, 'publish') + calls(stats, 'xadd');
    const perPoll = (name: string) => (calls(stats, name) / POLLS).toFixed(2);
    const bytes = Number(/total_net_input_bytes:(\d+)/.exec(stats)?.[1]) / POLLS;
    return [
      {
        what: 'unchanged poll: commits, events and announcements',
        ratio: announced + after.events - before.events + after.version - before.version,
        of: '1 write',
        goal: 0,
        detail:
          `${POLLS} polls of ${ROWS} rows; when the source was last heard of is kept current by ${perPoll('hset')} HSET a ` +
          `poll, ${bytes.toFixed(0)} bytes to Redis a poll in all`,
      },
    ];
  } finally {
    redis.disconnect();
    await store.close();
  }
}

/** Equal bytes, never the same object: as from the network. */
function sameAnswer(clock: () => number): Pick<EndpointReader, 'poll'> {
  const reader = new ListReader('monitor', {
    instants: new InstantReader('Asia/Ho_Chi_Minh'),
    numbers: new PhoneNumbers('VN'),
  });
  const body = new MonitorBodies(ROWS, 0.01).current();
  const poll = () => {
    const sentAt = clock() - 40;
    const observation = reader.read(Buffer.from(body), { startedAt: sentAt, at: clock() });
    return Promise.resolve(pollResult(observation, { sentAt, status: 200 }, clock()));
  };
  return { poll };
}

async function written(redis: Redis): Promise<{ events: number; version: number }> {
  const version = Number(await redis.hget(stateKey(TENANT), 'version'));
  return { events: await redis.xlen(logKey(TENANT)), version };
}

function calls(stats: string, command: string): number {
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}
