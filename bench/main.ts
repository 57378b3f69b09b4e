import { Redis } from 'ioredis';
import { startRedis } from '../test/support/redis.js';
import { adaptiveDay } from './adaptive.js';
import { delivery, MEASUREMENTS } from './delivery/delivery.js';
import { table, type Row } from './measure.js';
import { wallboard } from './wallboard.js';
import { changedPoll, memoryPerCall, unchangedPoll } from './poll.js';
import { PARTS, tenants } from './tenants/tenants.js';

/**
 * `npm run bench`: every figure a ratio against a limit or a peer in the same run.
 *
 *   npm run bench -- poll       the first part alone: from the upstream's bytes to the transitions
 *   npm run bench -- delivery   the second part alone: from the commit to the clients
 *   npm run bench -- fanOut     one measurement of the second part, by its name in delivery.ts
 *   npm run bench -- adaptive   what adaptive polling wins on a simulated day, in virtual time; only when asked for
 *   npm run bench -- wallboard  the third part alone: what the wallboard costs a browser's main thread
 *   npm run bench -- tenants    up to 2,000 tenants, polled every second by two replicas; only when asked for, some 7 minutes
 *   npm run bench -- tenants growth 10 5000   one part of it (growth, limit, peer), with these numbers of tenants
 *   … --profile                 leaves CPU profiles of the child processes in bench/results/
 */
const HANGS_AFTER_MS = 15 * 60_000;

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('adaptive')) return adaptiveDay();
  if (args.includes('tenants')) return manyTenants(args);
  const server = await startRedis();
  const redis = new Redis(server.url);
  try {
    const rows: Row[] = [];
    const note = (row: Row) => {
      rows.push(row);
      console.log(`${row.what}: ${row.ratio.toFixed(3)} of ${row.of}`);
    };
    const profileDir = args.includes('--profile') ? 'bench/results' : null;
    const wanted = args.filter((arg) => !arg.startsWith('--'));
    const only = wanted.filter((name) => name in MEASUREMENTS);
    if (wanted.length === 0 || wanted.includes('poll')) await poll(redis, note);
    if (wanted.length === 0 || wanted.includes('delivery') || only.length > 0) {
      await delivery(server.url, note, { profileDir, only });
    }
    if (wanted.length === 0 || wanted.includes('wallboard')) for (const row of await wallboard()) note(row);
    console.log(`\n${table(rows)}`);
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

async function manyTenants(args: readonly string[]): Promise<void> {
  const given = args.filter((arg) => /^\d+$/.test(arg)).map(Number);
  const wanted = PARTS.filter((part) => args.includes(part));
  const rows: Row[] = [];
  const options = {
    counts: given.length > 0 ? given : [10, 100, 500, 1_000, 2_000],
    measuredMs: 30_000,
    profileDir: args.includes('--profile') ? 'bench/results' : null,
    parts: wanted.length > 0 ? wanted : PARTS,
  };
  await tenants(options, (row) => void rows.push(row));
  console.log(`\n${table(rows)}`);
}

async function poll(redis: Redis, note: (row: Row) => void): Promise<void> {
  // First, before anybody else's garbage is in the heap.
  note(memoryPerCall(10_000));
  for (const count of [100, 1_000, 10_000]) note(await unchangedPoll(count, count > 5_000 ? 40 : 200));
  for (const count of [100, 1_000, 10_000]) {
    note(await changedPoll(count, 0.01, Math.min(1_000, 250_000 / count), redis));
  }
  note(await changedPoll(10_000, 0.5, 25, redis));
}

setTimeout(() => {
  throw new Error('the measurements hang');
}, HANGS_AFTER_MS).unref();
await main(process.argv.slice(2));
