import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { reasonOf } from './base/error-text.js';
import { hrefOf } from './base/public-url.js';
import { describeProblems, loadConfig } from './config/settings/environment.js';
import { nameRequests } from './deliver/http/request-id.js';
import { logToOutput, NestLogger } from './app/logger.js';
import { readBuiltClient } from './app/client-bundles.js';
import { pageHeaders, servePages } from './app/pages.js';
import { ProbeListener } from './app/probe-listener.js';
import { serveClient } from './app/serve-client.js';
import type { Storage } from './app/storage.js';
import { redactText } from './app/redaction.js';
import { Termination } from './app/signals.js';

/** Starts the bridge. A configuration with problems ends the process with code 1 before anything else is started. */
async function main(): Promise<void> {
  const loaded = loadConfig();
  if (!loaded.ok) {
    process.stderr.write(`${describeProblems(loaded.problems)}\n`);
    process.exitCode = 1;
    return;
  }
  const { config, warnings } = loaded;
  const { log, output } = logToOutput(config.log);
  const exit = (code: number) => void output.flush().then(() => process.exit(code));
  const termination = new Termination({
    after: (delayMs, run) => void setTimeout(run, delayMs),
    exit,
    log,
  });
  // Node itself would print the error with all its properties, such as a Redis command with its password.
  const crash = (error: unknown) => {
    log.fatal({ reason: reasonOf(error), stack: stackOf(error) }, `bridge crashed: ${reasonOf(error)}`);
    exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, termination.request);
  // Node would open a debugger for it, to which anybody on the machine could connect.
  process.on('SIGUSR1', () => log.info('SIGUSR1 ignored: start with --inspect to debug'));
  // With a file that is followed, SIGHUP asks to read it again, which a start does anyway. Without one, a terminal was closed.
  process.on(
    'SIGHUP',
    (config.tenantsFile ?? config.singleTenantFiles) === null ? termination.request : () => undefined,
  );
  for (const warning of warnings) log.warn(warning);

  const { AppModule, serveDocs, Shutdown, STORAGE } = await loadParts();
  const app = await NestFactory.create<NestExpressApplication>(AppModule.for(config, log, output), {
    logger: new NestLogger(log),
    abortOnError: false,
  });
  const storage = app.get<Storage>(STORAGE);
  // A Redis that is away is waited for, so this waits for it no longer than for one that answers.
  await Promise.race([storage.firstContact, new Promise((resolve) => setTimeout(resolve, CONTACT_MS))]);
  storage.usable.catch(crash);
  app.disable('x-powered-by');
  app.use(nameRequests);
  app.use(app.get(ProbeListener).keepMetricsApart);
  const { publicUrl, frameAncestors } = config.http;
  const headers = pageHeaders(frameAncestors);
  const client = readBuiltClient();
  serveClient(app, client);
  servePages(app, publicUrl?.path, headers);
  serveDocs(app, headers, { publicUrl, client: client?.newest ?? null });
  await app.listen(config.http.port, config.http.host);
  log.info(
    {
      address: await app.getUrl(),
      ...(publicUrl === null ? {} : { publicUrl: hrefOf(publicUrl) }),
      tenants: config.tenants.length,
      store: config.store.kind,
    },
    'the bridge is listening',
  );
  const shutdown = app.get(Shutdown);
  termination.arm(
    () => app.close(),
    () => shutdown.step,
  );
}

/**
 * Loads the parts one after the other: Node opens all files of an import at once, which fails where a process may open few
 * (`ulimit -n 256`).
 */
async function loadParts() {
  await import('./core/reconcile.js');
  await import('./store/redis/redis-store.js');
  await import('./source/tenant-connection.js');
  await import('./poll/poll.service.js');
  await import('./deliver/deliver.module.js');
  const { serveDocs } = await import('./docs/serve.js');
  const { AppModule } = await import('./app.module.js');
  const { STORAGE } = await import('./app/storage.module.js');
  const { Shutdown } = await import('./app/shutdown.js');
  return { AppModule, serveDocs, Shutdown, STORAGE };
}

/** For a Redis that takes connections and does not answer. */
const CONTACT_MS = 1_000;

main().catch((error: unknown) => {
  process.stderr.write(`The bridge could not start: ${redactText(reasonOf(error), true)}\n`);
  process.exit(1);
});

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
