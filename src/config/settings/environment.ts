import { parseEnv } from 'node:util';
import { type ConfigResult, parseConfig } from '../parse-config.js';
import { isAbsent, readFailure, type ReadText, readUtf8 } from '../secrets/read-text.js';
import type { Environment } from '../tenants/tenant.js';

/**
 * The only place that reads the process's environment.
 *
 * `.env` of the working directory fills in what the real environment does not set; a variable that is really set
 * wins, even when it is empty, so `PITEL_API_KEY= npm start` switches one of the file off. The file is read with
 * Node's own parser (that of `process.loadEnvFile`) and kept out of `process.env`, so that its secrets are not
 * handed on to child processes.
 */
export type EnvironmentResult =
  | { readonly ok: true; readonly env: Environment }
  | { readonly ok: false; readonly problems: readonly string[] };

export function readEnvironment(
  real: Environment = process.env,
  readText: ReadText = readUtf8,
  file = '.env',
): EnvironmentResult {
  try {
    return { ok: true, env: { ...parseEnv(readText(file)), ...real } };
  } catch (error) {
    // Having no such file is the common case; one that cannot be read would silently change what is configured.
    return isAbsent(error)
      ? { ok: true, env: real }
      : { ok: false, problems: [`.env: ${readFailure(error)}`] };
  }
}

/** The service's configuration: environment, `.env` and the tenants' file. Reads files; ends nothing, prints nothing. */
export function loadConfig(): ConfigResult {
  const environment = readEnvironment();
  return environment.ok ? parseConfig(environment.env, readUtf8) : environment;
}

/** All problems as the one message to print before exiting with code 1. */
export function describeProblems(problems: readonly string[]): string {
  const head =
    problems.length === 1
      ? 'The configuration has a problem:'
      : `The configuration has ${problems.length} problems:`;
  return [
    head,
    ...problems.map((problem) => `  - ${problem}`),
    'See .env.example and docs/configuration.md.',
  ].join('\n');
}
