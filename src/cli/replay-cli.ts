import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { reasonOf } from '../base/error-text.js';
import { HELP, readArguments, type ReplayArguments } from '../replay/arguments.js';
import { FixtureWriter } from '../replay/fixture.js';
import { describeEvent } from '../replay/print.js';
import { type Item, type Line, readCapture } from '../replay/read-capture.js';
import { replay } from '../replay/replay.js';

/**
 * `npm run replay` prints events on standard output, everything else on standard error. The exit code is 1 when the
 * capture had lines that could not be read, or the arguments were wrong.
 */
async function main(): Promise<void> {
  const parsed = readArguments(process.argv.slice(2));
  if (!parsed.ok) return complain(parsed.problem);
  if (parsed.value === 'help') {
    process.stdout.write(HELP);
    return;
  }
  await run(parsed.value);
}

async function run({ files, tenant, policy, json, fixture, from, to }: ReplayArguments): Promise<void> {
  const count = { polls: 0, events: 0 };
  const writer = fixture === undefined ? null : new FixtureWriter(randomBytes(32), policy);

  async function* wanted(): AsyncGenerator<Item> {
    for await (const item of readCapture(linesOf(files))) {
      if (item.kind === 'cycle') {
        if (tenant !== undefined && item.tenant !== tenant) continue;
        if (item.polls.some(({ record }) => record.startedAt < from || record.at > to)) continue;
        count.polls += item.polls.length;
      }
      if (item.kind === 'start' && tenant !== undefined && item.start.tenant !== tenant) continue;
      if (item.kind === 'cycle' || item.kind === 'start') writer?.add(item);
      yield item;
    }
  }

  for await (const outcome of replay(wanted(), { policy })) {
    if (outcome.kind !== 'event') {
      if (outcome.kind === 'problem') process.exitCode = 1;
      process.stderr.write(`${outcome.text}\n`);
      continue;
    }
    count.events++;
    const { event } = outcome;
    process.stdout.write(`${json ? JSON.stringify(event) : describeEvent(event)}\n`);
  }
  process.stderr.write(`${count.polls} polls replayed, ${count.events} events\n`);
  if (writer !== null && fixture !== undefined) await keep(fixture, writer.text);
}

/** Writes the fixture, and the events of a replay of exactly this file. */
async function keep(path: string, capture: string): Promise<void> {
  await writeFile(`${path}.ndjson`, capture);
  let events = '';
  for await (const outcome of replay(readCapture(linesOf([`${path}.ndjson`])))) {
    if (outcome.kind === 'event') events += `${JSON.stringify(outcome.event)}\n`;
  }
  await writeFile(`${path}.events.ndjson`, events);
  process.stderr.write(
    `${path}.ndjson and ${path}.events.ndjson written; look at both before you keep them\n`,
  );
}

async function* linesOf(files: readonly string[]): AsyncGenerator<Line> {
  for (const file of files) {
    let number = 0;
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    for await (const text of lines) yield { file, number: ++number, text };
  }
}

function complain(problem: string): void {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

// The reader of a pipe may close it early: `| head` is no failure.
process.stdout.on('error', () => process.exit());

main().catch((error: unknown) => {
  complain(`replay: ${reasonOf(error)}`);
});
