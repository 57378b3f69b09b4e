/**
 * `npm run bench`: installs what only the benchmarks need, once and whenever `bench/package-lock.json` has changed, and
 * runs them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import './build.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));
const changedAt = (relative) => statSync(path(relative), { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changedAt('bench/node_modules/.package-lock.json') < changedAt('bench/package-lock.json')) {
  console.log('The benchmarks have packages of their own, their peers: npm ci --prefix bench');
  const { npm_execpath: npm } = process.env;
  if (npm === undefined) throw new Error('start it with npm run bench');
  const { status } = spawnSync(
    process.execPath,
    [npm, 'ci', '--prefix', path('bench'), '--no-audit', '--no-fund'],
    {
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}

// The compiled benchmarks are in dist/bench, from where Node would not search bench/node_modules.
const link = path('dist/bench/node_modules');
if (!existsSync(link)) {
  rmSync(link, { force: true });
  symlinkSync(path('bench/node_modules'), link, 'junction');
}
await import('../dist/bench/main.js');
