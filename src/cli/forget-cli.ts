import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { openStorage } from '../app/storage.js';
import { systemClock, pause } from '../base/clock.js';
import { reasonOf } from '../base/error-text.js';
import { describeProblems, loadConfig } from '../config/settings/environment.js';
import { localeOf } from '../source/parse/locale.js';
import type { CommandResult } from './command-result.js';
import { forget, type Forgotten } from './privacy/forget.js';
import { parseForgetArguments } from './privacy/forget-arguments.js';

/**
 * `npm run forget` shows what is stored of a customer, and removes it with `--yes`. Findings are on standard output. Exit codes: 0,
 * 1 where it failed (one line on standard error says why), 2 where something that was to be removed is still there. Redis is that of
 * the bridge's own configuration.
 */
async function main(): Promise<CommandResult<Forgotten>> {
  const request = parseForgetArguments(process.argv.slice(2));
  if (!request.ok) return request;
  const loaded = loadConfig();
  if (!loaded.ok) return { ok: false, problem: describeProblems(loaded.problems) };
  const { config } = loaded;
  if (config.store.kind === 'memory')
    return { ok: false, problem: 'STORE=memory keeps everything inside the bridge: a restart forgets it' };
  const tenant = config.tenants.find(({ id }) => id === request.value.tenant);
  if (tenant === undefined)
    return {
      ok: false,
      problem: `no tenant ${request.value.tenant} is configured; docs/redis.md says how all that is stored of one is removed`,
    };
  const number = request.value.number ?? (await text(process.stdin));
  const storage = openStorage(config, pino({ level: 'silent' }));
  const { numbers } = localeOf(tenant.timeZone, tenant.country);
  try {
    return await forget(request.value, number, {
      log: storage.readers,
      desk: storage.desk,
      inbox: storage.inbox,
      read: (written) => (written === '' ? null : numbers.parse(written)),
      country: tenant.country,
      logRetentionMs: config.retention.ms,
      captures: config.capture,
      now: () => storage.clock.now(),
      pause: (ms) => pause(systemClock, ms),
      newId: randomUUID,
    });
  } catch (error) {
    const why = storage.whyAway();
    const reason = reasonOf(error);
    return { ok: false, problem: why === null ? reason : `${reason}: ${why}` };
  } finally {
    await Promise.all([storage.inbox.close(), storage.desk.close()]);
    await Promise.all([storage.store.close(), storage.readers.close()]);
  }
}

const result = await main();
if (result.ok) {
  process.stdout.write(`${result.value.text}\n`);
  process.exitCode = result.value.isWhole ? 0 : 2;
} else {
  process.stderr.write(`${result.problem}\n`);
  process.exitCode = 1;
}
