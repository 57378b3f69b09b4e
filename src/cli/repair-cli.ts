import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openStorage } from '../app/storage.js';
import { reasonOf } from '../base/error-text.js';
import { describeProblems, loadConfig } from '../config/settings/environment.js';
import { newEpoch } from '../store/new-epoch.js';
import { parseRepairArguments, repair } from './repair.js';
import type { CommandResult } from './command-result.js';

/**
 * `npm run repair` shows which entries of a tenant's stored state cannot be read, and drops them with `--drop`. The
 * findings are on standard output; a failure is one line on standard error and exit code 1. Redis is that of the
 * bridge's own configuration.
 */
async function main(): Promise<CommandResult<string>> {
  const request = parseRepairArguments(process.argv.slice(2));
  if (!request.ok) return request;
  const loaded = loadConfig();
  if (!loaded.ok) return { ok: false, problem: describeProblems(loaded.problems) };
  const { config } = loaded;
  if (config.store.kind === 'memory')
    return { ok: false, problem: 'STORE=memory keeps its state inside the bridge: a restart clears it' };
  const storage = openStorage(config, pino({ level: 'silent' }));
  try {
    return await repair(storage.store, request.value, { newEpoch, newCommitId: randomUUID });
  } catch (error) {
    const why = storage.whyAway();
    const reason = reasonOf(error);
    return { ok: false, problem: why === null ? reason : `${reason}: ${why}` };
  } finally {
    await Promise.all([storage.store.close(), storage.readers.close()]);
  }
}

const result = await main();
if (result.ok) {
  process.stdout.write(`${result.value}\n`);
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
