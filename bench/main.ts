import { Redis } from 'ioredis';
import { startRedis } from '../test/support/redis.js';
import { table, type Row } from './measure.js';
import { changedPoll, memoryPerCall, unchangedPoll } from './poll.js';

/** `npm run bench`: every figure a ratio against a limit or a peer in the same run. */
async function main(): Promise<void> {
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    const rows: Row[] = [];
    const note = (row: Row) => {
      rows.push(row);
      console.log(`${row.what}: ${row.ratio.toFixed(3)} of ${row.of}`);
    };
    // First, before anybody else's garbage is in the heap.
    note(memoryPerCall(10_000));
    for (const count of [100, 1_000, 10_000]) note(await unchangedPoll(count, count > 5_000 ? 40 : 200));
    for (const count of [100, 1_000, 10_000]) {
      note(await changedPoll(count, 0.01, count > 5_000 ? 25 : 100, redis));
    }
    note(await changedPoll(10_000, 0.5, 25, redis));
    console.log(`\n${table(rows)}`);
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

await main();
