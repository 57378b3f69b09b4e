import { mkdir } from 'node:fs/promises';
import { startRedis } from '../test/support/redis.js';
import type { Row } from './measure.js';
import { chosen, MEASUREMENTS } from './registry.js';
import type { Figures } from './page.js';
import { drawFlameGraphs, profiled } from './profile.js';
import { keep } from './results.js';
import { table } from './table.js';

/**
 * `npm run bench`: every figure a ratio against a limit or a peer in the same run. Prints a table and writes it to
 * `bench/results/`, as JSON and as a page with plots.
 *
 *   npm run bench -- poll       some of it: a measurement or a group of registry.ts, or several
 *   npm run bench -- adaptive   what is measured only when asked for by its name
 *   … --long                    five times as many rounds
 *   … --profile                 leaves CPU profiles of all processes in bench/results/, each with its flame graph
 */
const RESULTS = 'bench/results';
const HANGS_AFTER_MS = 15 * 60_000;
const LONG = 5;

async function main(args: readonly string[]): Promise<void> {
  const names = chosen(args.filter((arg) => !arg.startsWith('--')));
  const times = args.includes('--long') ? LONG : 1;
  setTimeout(() => {
    throw new Error('the measurements hang');
  }, HANGS_AFTER_MS * times).unref();
  const profileDir = args.includes('--profile') ? RESULTS : null;
  await mkdir(RESULTS, { recursive: true });
  const rows: Row[] = [];
  const seconds: Record<string, number> = {};
  for (const name of names) {
    const begun = performance.now();
    const server = await startRedis();
    try {
      const bench = { redisUrl: server.url, profileDir, rounds: (usual: number) => usual * times };
      const run = () => MEASUREMENTS[name]!.run(bench);
      rows.push(...(await (profileDir === null ? run() : profiled(`${profileDir}/${name}.cpuprofile`, run))));
    } finally {
      await server.stop();
    }
    seconds[name] = Math.round((performance.now() - begun) / 1_000);
    console.log(`${name}: ${seconds[name]} s`);
  }
  if (rows.length === 0) return;
  console.log(`\n${table(rows)}\n`);
  const figures: Figures = { takenAt: new Date().toISOString(), node: process.version, seconds, rows };
  console.log(`Written to ${(await keep(RESULTS, figures)).join(', ')}`);
  if (profileDir === null) return;
  const graphs = await drawFlameGraphs(profileDir, (name) => name in MEASUREMENTS);
  console.log(`Flame graphs: ${graphs.join(', ')}`);
}

await main(process.argv.slice(2));
