import { parseArgs } from 'node:util';
import { type Outcome, runScenario } from './run.js';
import { SCENARIOS } from './scenarios.js';
import { table, writeReport } from './report.js';

/** `npm run chaos`: every row of the table of faults against the real thing, and a table of what came of it. */
const HELP = `Fault injection

  --row 7,12   only these rows of the table
  --seed       of the simulated calls and of the moments of the faults; default: another one each time
  --short      as few faults as in npm test

Ends with 1 when anything was missing, doubled or false. The report goes to chaos-report/.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      row: { type: 'string' },
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = values.row?.split(',').map(Number);
  const scenarios = SCENARIOS.filter(({ row }) => wanted === undefined || wanted.includes(row));
  const unknown = wanted?.find((row) => !SCENARIOS.some((scenario) => scenario.row === row));
  if (unknown !== undefined) throw new Error(`--row: there is no row ${unknown}`);
  const seed = values.seed ?? String(Date.now());
  console.log(`seed ${seed}`);

  const outcomes: Outcome[] = [];
  const report = { seed, form: values.short ? ('short' as const) : ('long' as const), outcomes };
  for (const scenario of scenarios) {
    console.log(`row ${scenario.row}: ${scenario.fault}`);
    const say = (line: string) => console.log(`  ${line}`);
    const outcome = await runScenario(scenario, { long: !values.short, seed, say });
    outcomes.push(outcome);
    for (const line of [...outcome.tally.notes, ...outcome.tally.examples]) say(line);
    say(`${outcome.tally.ok ? 'held' : 'BROKEN'} after ${outcome.seconds.toFixed(0)} s`);
    // A run that is stopped leaves a report of the rows so far.
    await writeReport(report);
  }
  console.log(`\n${table(report)}`);
  if (outcomes.some(({ tally }) => !tally.ok)) process.exitCode = 1;
}

// Children are ended when the process exits, which a signal alone would not do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().catch((error: unknown) => {
  process.stderr.write(`chaos: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
