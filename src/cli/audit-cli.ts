import { pino } from 'pino';
import { openStorage } from '../app/storage.js';
import { reasonOf } from '../base/error-text.js';
import { describeProblems, loadConfig } from '../config/settings/environment.js';
import { auditLines, parseAuditArguments } from './privacy/audit.js';

/**
 * `npm run audit` prints who exported, dismissed and forgot what, newest first, a line each: when, who (`-`: the token did not say),
 * what, and what it concerned. Redis is that of the bridge's own configuration. A failure is one line on standard error, and exit
 * code 1.
 */
async function main(): Promise<string | null> {
  const request = parseAuditArguments(process.argv.slice(2));
  if (!request.ok) return request.problem;
  const loaded = loadConfig();
  if (!loaded.ok) return describeProblems(loaded.problems);
  const { config } = loaded;
  if (config.store.kind === 'memory')
    return 'STORE=memory keeps everything inside the bridge: see its log, which has the same lines';
  const storage = openStorage(config, pino({ level: 'silent' }));
  try {
    for await (const line of auditLines(storage.desk, request.value)) process.stdout.write(`${line}\n`);
    return null;
  } catch (error) {
    const why = storage.whyAway();
    const reason = reasonOf(error);
    return why === null ? reason : `${reason}: ${why}`;
  } finally {
    await storage.desk.close();
    await Promise.all([storage.store.close(), storage.readers.close()]);
  }
}

// The reader of a pipe may close it early: `| head` is no failure.
process.stdout.on('error', () => process.exit());
const problem = await main();
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
