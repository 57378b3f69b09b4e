/**
 * `npm run model`: explores the model of the log's protocol (`log.pml`) with Debian's spin, exhaustively within the bounds
 * of each scenario, and then without each rule, where it must fail. Ends with 1 when any of that is not so.
 *
 *     npm run model                        # all, some five minutes on two cores, 2 GB of memory
 *     npm run model -- --only fail-overs   # one scenario and its rules
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios.mjs';

const MODEL = fileURLToPath(new URL('log.pml', import.meta.url));
/** Steps in a row. A search that needs more is not exhaustive, and counts as failed. */
const DEPTH = 200_000;
/** Each explorer may take 2 GB. */
const AT_ONCE = Math.min(2, availableParallelism());

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const chosen = SCENARIOS.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`--only: one of ${SCENARIOS.map(({ name }) => name).join(', ')}`);

await demandTools();
const dir = await mkdtemp(join(tmpdir(), 'pitel-model-'));
const tries = chosen.flatMap(({ name, bounds, rules }) => [
  { name, bounds, rule: null, mustFail: false },
  ...Object.keys(rules).map((rule) => ({ name, bounds, rule, mustFail: true })),
]);
let isAsWanted = true;
try {
  let next = 0;
  const worker = async () => {
    while (next < tries.length) {
      const number = next++;
      const one = tries[number];
      const found = await explore(one, join(dir, String(number)));
      const asWanted = found.isWhole && found.errors > 0 === one.mustFail;
      isAsWanted &&= asWanted;
      console.log(line(one, found, asWanted));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
} finally {
  await rm(dir, { recursive: true, force: true });
}
if (!isAsWanted) {
  console.error('model: not as wanted, see above');
  process.exitCode = 1;
}

function line({ name, bounds, rule }, { errors, states, seconds, isWhole, violated }, asWanted) {
  const how = Object.entries(bounds).map(([bound, value]) => `${bound}=${value}`);
  const what = rule === null ? `${name} (${how.join(' ')})` : `${name} without ${rule}`;
  const end = !isWhole ? 'NOT EXPLORED WHOLLY' : errors === 0 ? 'nothing violated' : `violates ${violated}`;
  const verdict = asWanted ? 'as wanted' : 'NOT AS WANTED';
  return `${verdict}: ${what}: ${end}; ${states.toLocaleString('en')} states, ${seconds.toFixed(1)} s`;
}

/** Builds the explorer of one scenario in a folder of its own, and runs it to the end or to the first violation. */
async function explore({ bounds, rule }, folder) {
  await mkdir(folder);
  const defines = Object.entries(bounds).map(([bound, value]) => `-D${bound}=${value}`);
  if (rule !== null) defines.push(`-DWITHOUT_${rule}`);
  const begun = performance.now();
  await run('spin', ['-a', ...defines, MODEL], folder);
  await run('gcc', ['-O2', '-w', '-DCOLLAPSE', '-DSAFETY', '-DVECTORSZ=2048', '-o', 'pan', 'pan.c'], folder);
  const report = await run('./pan', [`-m${DEPTH}`, '-n', '-w24'], folder);
  const errors = Number(/errors: (\d+)/.exec(report)?.[1] ?? NaN);
  const states = Number(/^\s*(\S+) states, stored/m.exec(report)?.[1] ?? NaN);
  return {
    errors,
    states,
    seconds: (performance.now() - begun) / 1_000,
    // Stopped at a violation, the search is not whole and need not be.
    isWhole:
      errors > 0 || (errors === 0 && !/max search depth too small|out of memory|not completed/i.test(report)),
    violated: /assertion violated (.*) \(at depth/.exec(report)?.[1] ?? '',
  };
}

function run(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(new Error(`${command} ended with ${code}: ${output.slice(-2_000)}`)),
    );
  });
}

async function demandTools() {
  for (const [command, flag] of [
    ['spin', '-V'],
    ['gcc', '--version'],
  ])
    try {
      await run(command, [flag], tmpdir());
    } catch {
      console.error(`model: ${command} is missing: apt-get install spin gcc libc6-dev`);
      process.exit(1);
    }
}
