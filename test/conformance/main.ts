import { parseArgs } from 'node:util';
import { Broken } from './broken.js';
import { runConformance, type ScenarioResult } from './run.js';

const HELP = `npm run conformance -- [options] COMMAND [ARGUMENTS...]

Plays the bridge to a consumer over its stdin and stdout, as docs/conformance.md describes, and says which rules it keeps.

  --only TEXT     only scenarios whose name contains TEXT
  --seed TEXT     of the drawn history at the end; 1 when not given
  --patience N    seconds that the consumer may take for what it owes; 10 when not given

The exit code is 1 when a rule is broken.
`;

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const first = words.findIndex((word, index) => !word.startsWith('--') && !takesValue(words[index - 1]));
  const own = first === -1 ? words : words.slice(0, first);
  const { values } = parseArgs({
    args: own,
    options: {
      only: { type: 'string', default: '' },
      patience: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  const [program, ...args] = first === -1 ? [] : words.slice(first);
  if (values.help || program === undefined) return void process.stdout.write(HELP);
  const patienceMs = Number(values.patience) * 1_000;
  if (!(patienceMs > 0)) throw new Error('--patience must be a number of seconds');
  const { profile, results } = await runConformance(
    { command: [program, ...args], patienceMs, only: values.only, seed: values.seed },
    (result) => console.log(textOf(result)),
  );
  const broken = new Set(
    results.flatMap(({ failure }) => (failure === null ? [] : [failure.broken.rule.name])),
  );
  const held = results.filter(({ failure }) => failure === null).length;
  console.log(`\nprofile ${profile}: ${held} of ${results.length} scenarios held`);
  if (results.length === 0) throw new Error(`--only: no scenario is called ${values.only}`);
  if (broken.size === 0) return;
  console.log(`broken: ${[...broken].join(', ')}`);
  process.exitCode = 1;
}

function takesValue(word: string | undefined): boolean {
  return word === '--only' || word === '--patience' || word === '--seed';
}

/** One line for what held; for what did not, what a port's author needs to find out why. */
function textOf({ scenario, failure }: ScenarioResult): string {
  if (failure === null) return `held    ${scenario}`;
  const { step, broken, transcript } = failure;
  const { rule, expected, came } = broken;
  return [
    `BROKEN  ${scenario}`,
    `  rule      ${rule.name}: ${rule.promise}`,
    `            (${rule.where})`,
    `  when      ${step}`,
    `  expected  ${expected}`,
    `  came      ${came.replaceAll('\n', '\n            ')}`,
    '  the newest lines (> to the consumer, < from it)',
    ...transcript.map((line) => `    ${line}`),
  ].join('\n');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Broken ? `${error.rule.name}: ${error.message}` : error);
  process.exitCode = 1;
}
