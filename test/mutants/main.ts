import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ROOT } from '../support/root.js';
import { type Mutant, mutate, type Verdict, verdictOf } from './mutant.js';
import { MUTANTS } from './mutants.js';
import { Workshop } from './workshop.js';

/**
 * `npm run mutants`: breaks one rule after the other, in a copy of the checkout, and sees whether the spec beside the rule
 * fails. Nightly, and after a change of a rule or its spec; it takes minutes, so it is no part of `npm test`.
 */
const HELP = `Mutants: does the spec beside a rule notice when the rule is broken?

  --only TEXT   only mutants whose file contains TEXT, such as src/deliver
  --jobs N      how many run at once; one a core when not given

Ends with 1 when a mutant lived or no longer applies.
`;

interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: '' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const jobs = Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error('--jobs must be a whole number, at least 1');
  const mutants = MUTANTS.filter(({ file }) => file.includes(values.only));
  if (mutants.length === 0)
    throw new Error(`--only: no mutant's file contains ${JSON.stringify(values.only)}`);

  const workshops = Array.from({ length: Math.min(jobs, mutants.length) }, () => new Workshop());
  try {
    await expectGreen(workshops[0]!, [...new Set(mutants.map(({ spec }) => spec))]);
    report(await runAll(mutants, workshops));
  } finally {
    for (const workshop of workshops) workshop.close();
  }
}

/** A spec that fails anyway would kill every mutant. */
async function expectGreen(workshop: Workshop, specs: readonly string[]): Promise<void> {
  const verdict = verdictOf(await workshop.test(specs, null));
  if (verdict.outcome === 'killed') throw new Error(`fails without a mutant: ${verdict.by}`);
  if (verdict.outcome === 'not applicable') throw new Error(verdict.because);
}

async function runAll(mutants: readonly Mutant[], workshops: readonly Workshop[]): Promise<Result[]> {
  const left = [...mutants];
  const results: Result[] = [];
  const work = async (workshop: Workshop) => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const verdict = await run(mutant, workshop);
      results.push({ mutant, verdict });
      console.log(`${results.length}/${mutants.length} ${lineOf({ mutant, verdict })}`);
    }
  };
  await Promise.all(workshops.map(work));
  return results;
}

async function run(mutant: Mutant, workshop: Workshop): Promise<Verdict> {
  const source = mutate(readFileSync(new URL(mutant.file, ROOT), 'utf8'), mutant);
  if (source === null) return { outcome: 'not applicable', because: 'its text is not found exactly once' };
  return verdictOf(await workshop.test([mutant.spec], { file: mutant.file, source }));
}

function report(results: readonly Result[]): void {
  const of = (outcome: Verdict['outcome']) => results.filter(({ verdict }) => verdict.outcome === outcome);
  const [killed, lived, inapplicable] = [of('killed'), of('lived'), of('not applicable')];
  for (const { mutant, verdict } of [...lived, ...inapplicable]) {
    console.log(
      `\n${lineOf({ mutant, verdict })}\n- ${mutant.text}\n+ ${mutant.mutated}\n${mutant.spec}: ${mutant.why}`,
    );
  }
  console.log(`\n${killed.length} killed, ${lived.length} lived, ${inapplicable.length} not applicable`);
  if (killed.length !== results.length) process.exitCode = 1;
}

function lineOf({ mutant: { file, text }, verdict }: Result): string {
  const detail =
    verdict.outcome === 'killed' ? `: ${verdict.by}` : 'because' in verdict ? `: ${verdict.because}` : '';
  return `${verdict.outcome} ${file} ${JSON.stringify(text.trim().slice(0, 60))}${detail}`;
}

main().catch((error: unknown) => {
  process.stderr.write(`mutants: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
