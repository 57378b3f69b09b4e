import { randomBytes, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { openStorage } from '../app/storage.js';
import { describeProblems, loadConfig } from '../config/settings/environment.js';
import { parseRepairArguments, repair, type RepairRequest } from './repair.js';
import type { Told } from './token-issue.js';

/**
 * `npm run repair`: what cannot be read of a tenant's stored state, and with `--drop` without it. What was found on standard
 * output; or one line on standard error and exit code 1. Redis is where the bridge's own configuration says.
 */
async function main(): Promise<Told<string>> {
  const request = parseRepairArguments(process.argv.slice(2));
  if (!request.ok) return request;
  const loaded = loadConfig();
  if (!loaded.ok) return { ok: false, problem: describeProblems(loaded.problems) };
  const { config } = loaded;
  if (config.store.kind === 'memory')
    return { ok: false, problem: 'STORE=memory keeps its state inside the bridge: a restart begins anew' };
  const storage = openStorage(config, pino({ level: 'silent' }));
  try {
    return await repairIn(storage.store, request.value);
  } catch (error) {
    const why = storage.whyAway();
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: why === null ? reason : `${reason}: ${why}` };
  } finally {
    await storage.store.close();
  }
}

function repairIn(store: Parameters<typeof repair>[0], request: RepairRequest): Promise<Told<string>> {
  return repair(store, request, {
    newEpoch: () => `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`,
    newCommitId: randomUUID,
  });
}

const result = await main();
if (result.ok) {
  process.stdout.write(`${result.value}\n`);
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
