import { HELP, readSettings } from './cli.js';
import { createSimulatorServer } from './server.js';
import { createWorld } from './world.js';

/** The simulated PBX alone, beside a bridge in real time. SIGINT and SIGTERM end it at once. */
async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const world = createWorld({
    seed: settings.seed,
    startAt: Date.now(),
    speed: settings.speed,
    directory: { extensions: settings.extensions },
    traffic: { callsPerHour: settings.callsPerHour, profile: settings.profile },
    ...settings.habits,
    quirks: { ...settings.habits.quirks, lingerMs: settings.lingerMs },
    // No judge reads this truth, so it keeps few calls.
    truthLimit: 20_000,
  });
  const server = createSimulatorServer({
    tenants: [
      {
        world,
        token: settings.token,
        ...(settings.apiKey === undefined ? {} : { apiKey: settings.apiKey }),
      },
    ],
  });
  const stop = (): void => {
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const { url } = await server.listen(settings.port, settings.host);
  process.stdout.write(`Simulated PBX at ${url}  PITEL_BASE_URL=${url} PITEL_TOKEN=${settings.token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `simulator: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`,
  );
  process.exit(1);
});
