import { mkdir } from 'node:fs/promises';
import { startRedis } from '../test/support/redis.js';
import type { Bench } from './bench.js';
import { Budget, roundsOf } from './budget.js';
import type { Row } from './measure.js';
import { chosen, MEASUREMENTS } from './registry.js';
import type { Figures, Took } from './page.js';
import { drawFlameGraphs, profiled } from './profile.js';
import { keep } from './results.js';
import { table } from './table.js';

/**
 * `npm run bench`: every figure a ratio against a limit or a peer in the same run. Prints a table and writes it to
 * `bench/results/`, as JSON and as a page with plots.
 *
 *   npm run bench -- poll       some of it: a measurement or a group of registry.ts, or several
 *   npm run bench -- adaptive   what is measured only when asked for by its name
 *   … --long                    five times as many rounds, however long they take
 *   … --profile                 leaves CPU profiles of all processes in bench/results/, each with its flame graph
 */
const RESULTS = 'bench/results';
const HANGS_AFTER_MS = 15 * 60_000;
const LONG = 5;
/** Ten minutes, less what building takes and what the last measurement may overrun. */
const WITHIN_S = 490;

async function main(args: readonly string[]): Promise<void> {
  const names = chosen(args.filter((arg) => !arg.startsWith('--')));
  const times = args.includes('--long') ? LONG : 1;
  setTimeout(() => {
    throw new Error('the measurements hang');
  }, HANGS_AFTER_MS * times).unref();
  const profileDir = args.includes('--profile') ? RESULTS : null;
  await mkdir(RESULTS, { recursive: true });
  const rows: Row[] = [];
  const failures: string[] = [];
  const took: Record<string, Took> = {};
  const budget = new Budget(
    names.map((name) => MEASUREMENTS[name]!.usual),
    times === 1 ? WITHIN_S : Infinity,
  );
  for (const name of names) {
    const begun = performance.now();
    const share = budget.share();
    try {
      rows.push(
        ...(await measured(name, profileDir, (usual, least) => roundsOf(usual, share, least) * times)),
      );
    } catch (error) {
      // One that fails takes nothing from the others, and the run fails in the end.
      failures.push(`${name}: ${String(error)}`);
      process.exitCode = 1;
    }
    const seconds = (performance.now() - begun) / 1_000;
    budget.spent(seconds, share);
    took[name] = { seconds: Math.round(seconds), share: Number(share.toFixed(2)) };
    const shortened = share < 1 ? `, ${(share * 100).toFixed(0)} % of the usual rounds` : '';
    console.log(`${name}: ${seconds.toFixed(0)} s${shortened}`);
  }
  for (const failure of failures) console.error(`FAILED ${failure}`);
  if (rows.length === 0) return;
  console.log(`\n${table(rows)}\n`);
  const figures: Figures = { takenAt: new Date().toISOString(), node: process.version, took, rows };
  console.log(`Written to ${(await keep(RESULTS, figures)).join(', ')}`);
  if (profileDir === null) return;
  const graphs = await drawFlameGraphs(profileDir, (name) => name in MEASUREMENTS);
  console.log(`Flame graphs: ${graphs.join(', ')}`);
}

async function measured(
  name: string,
  profileDir: string | null,
  rounds: Bench['rounds'],
): Promise<readonly Row[]> {
  const server = await startRedis();
  try {
    const run = () => MEASUREMENTS[name]!.run({ redisUrl: server.url, profileDir, rounds });
    return await (profileDir === null ? run() : profiled(`${profileDir}/${name}.cpuprofile`, run));
  } finally {
    await server.stop();
  }
}

await main(process.argv.slice(2));
