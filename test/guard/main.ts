import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DAYS } from './days.js';
import { FAULTS } from './faulty-store.js';
import { type DayResult, ENDS, type Hashes, hashesOf, runDay } from './guard-day.js';

/**
 * `npm run guard`: what a refactoring must not change. Days of virtual time through the real loop, poller, ledger and
 * memory store, with faults of the store, restarts, kills, hanging endpoints and clock steps, all drawn from fixed seeds;
 * and the sha256 of every event of them, byte for byte. Compare the hashes before and after a change; where they differ,
 * `--write` both and look at the first line that does.
 *
 * Days with clock steps are hashed apart, as a change may affect on purpose how the scheduling reacts to a wall clock that
 * is set. The second hash of each pair leaves out the texts of reasons.
 */
const HELP = `Guard of refactorings: hashes of the events of simulated days

  --day 2,5      only these days, and without looking whether every fault was injected
  --no-reason    prints only the hashes that leave out the texts of reasons
  --write FILE   the events as lines of JSON, day after day

Ends with 1 when a kind of fault was never injected.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      day: { type: 'string' },
      'no-reason': { type: 'boolean', default: false },
      write: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = values.day?.split(',').map(Number) ?? DAYS.map((_, index) => index + 1);
  const unknown = wanted.find((day) => DAYS[day - 1] === undefined);
  if (unknown !== undefined) throw new Error(`--day: there is no day ${unknown}`);
  const text = ({ whole, noReason }: Hashes) =>
    values['no-reason'] ? noReason : `${whole}  without reasons ${noReason}`;

  const steady: string[] = [];
  const stepped: string[] = [];
  const seen = new Set<string>();
  if (values.write !== undefined) writeFileSync(values.write, '');
  for (const day of wanted) {
    const plan = DAYS[day - 1]!;
    const result = await runDay(plan);
    for (const name of [...result.faults.keys(), ...result.counts.keys()]) seen.add(name);
    const { events } = result;
    for (const json of events) (plan.clockStepsEveryMs === Infinity ? steady : stepped).push(json);
    if (values.write !== undefined)
      writeFileSync(values.write, events.map((json) => `${json}\n`).join(''), { flag: 'a' });
    console.log(`day ${day} (${plan.seed})\n  ${summary(result)}\n  ${text(hashesOf(events))}`);
  }
  if (steady.length > 0) console.log(`days without clock steps\n  ${text(hashesOf(steady))}`);
  if (stepped.length > 0) console.log(`days with clock steps\n  ${text(hashesOf(stepped))}`);

  const expected = [...FAULTS, ...ENDS, 'clock step', 'unanswered', 'spoiled'];
  const missing = values.day === undefined ? expected.filter((name) => !seen.has(name)) : [];
  if (missing.length === 0) return;
  console.error(`never injected: ${missing.join('; ')}`);
  process.exitCode = 1;
}

function summary({ counts, faults }: DayResult): string {
  const list = (of: ReadonlyMap<string, number>) => [...of].map(([name, times]) => `${name} ${times}`).sort();
  return [list(counts).join('; '), list(faults).join('; ') || 'no fault of the store'].join('\n  ');
}

main().catch((error: unknown) => {
  process.stderr.write(`guard: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
