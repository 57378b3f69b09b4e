import { parseArgs } from 'node:util';
import { brokenIn } from './always.js';
import { type Case, caseNames, readCase } from './case-file.js';
import { PACE_NAMES, PACES, type PaceName } from './paces.js';
import { QUIRKS } from './quirks.js';
import { wrongIn } from './right.js';
import { runCase } from './run-case.js';
import { lineOf } from './story.js';

const HELP = `npm run case -- [NAME...] [options]

Prints what the bridge makes of the cases whose name contains NAME: each event on a line, then what is not right. Without
a name: only which cases are wrong.

  --quirks    with every quirk of quirks.ts
  --pace N    only this pace: ${PACE_NAMES.map((name, index) => `${index + 1} = ${name}`).join('; ')}

The exit code is 1 when something is not right.
`;

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      pace: { type: 'string' },
      quirks: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const only = values.pace === undefined ? null : PACE_NAMES[Number(values.pace) - 1];
  if (only === undefined) throw new Error(`--pace: ${values.pace} is none of 1 to ${PACE_NAMES.length}`);
  const isPrinted = positionals.length > 0;
  const names = caseNames().filter((name) => !isPrinted || positionals.some((part) => name.includes(part)));
  if (names.length === 0) throw new Error(`no case is called ${positionals.join(' or ')}`);
  let wrongCases = 0;
  for (const name of names) {
    const as = readCase(name);
    const of = values.quirks ? Object.values(QUIRKS).reduce((odd, quirk) => quirk(odd), as) : as;
    if (isPrinted) console.log(`\n=== ${name}: ${of.title}`);
    let isWrong = false;
    for (const pace of of.paces ?? PACE_NAMES) {
      if (only === null || only === pace) isWrong = print({ name, of, pace, isPrinted }) || isWrong;
    }
    if (isWrong) wrongCases++;
  }
  console.log(`\n${names.length - wrongCases} of ${names.length} cases right`);
  if (wrongCases > 0) process.exitCode = 1;
}

interface Printed {
  readonly name: string;
  readonly of: Case;
  readonly pace: PaceName;
  /** Whether the events are printed too. */
  readonly isPrinted: boolean;
}

/** Prints one run, or only what is not right in it; returns whether something is not. */
function print({ name, of, pace, isPrinted }: Printed): boolean {
  if (isPrinted) console.log(`--- ${pace}`);
  let wrong: string[];
  try {
    const run = runCase(of, PACES[pace]);
    if (isPrinted) {
      for (const event of run.events) console.log(`  ${lineOf(event)}`);
      console.log(`  live: ${run.live.join(' ') || 'none'}`);
    }
    wrong = [...wrongIn(of.right, run), ...brokenIn(run)];
  } catch (error) {
    // One case that breaks the core must not hide what the others show.
    wrong = [(error as Error).stack ?? String(error)];
  }
  for (const what of wrong) console.log(isPrinted ? `  !! ${what}` : `${name} (${pace}): ${what}`);
  return wrong.length > 0;
}

main();
