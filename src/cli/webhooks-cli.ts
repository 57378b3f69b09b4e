import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { readFailure, readUtf8 } from '../config/secrets/read-text.js';
import { readEnvironment } from '../config/settings/environment.js';
import type { CommandResult } from './command-result.js';
import { parseWebhooksArguments } from './webhooks/arguments.js';
import { bridgeOf, secretsOf } from './webhooks/environment.js';
import { type Printed, runWebhooks } from './webhooks/run.js';

/**
 * `npm run webhooks` prints what it was asked for on standard output; a failure is on standard error. The exit code is 1
 * for a failure, and where a test or a replay was not delivered or a signature is wrong.
 */
async function main(): Promise<CommandResult<Printed>> {
  const now = () => Date.now();
  const request = parseWebhooksArguments(process.argv.slice(2), now());
  if (!request.ok) return request;
  const environment = readEnvironment();
  if (!environment.ok) return { ok: false, problem: environment.problems.join('; ') };
  const surroundings = { env: environment.env, readText: readUtf8, now };
  return runWebhooks(request.value, {
    bridge: (at) => bridgeOf(at, surroundings),
    secrets: (verify) => secretsOf(verify, surroundings),
    readBytes,
    progress: (line) => process.stderr.write(`${line}\n`),
    now,
  });
}

async function readBytes(file: string | undefined): Promise<CommandResult<Buffer>> {
  try {
    return { ok: true, value: file === undefined ? await buffer(process.stdin) : await readFile(file) };
  } catch (error) {
    return { ok: false, problem: `${file ?? 'standard input'}: ${readFailure(error)}` };
  }
}

const result = await main();
if (result.ok) {
  process.stdout.write(`${result.value.text}\n`);
  if (!result.value.isRight) process.exitCode = 1;
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
