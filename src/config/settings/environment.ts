import { parseEnv } from 'node:util';
import { type ConfigResult, parseConfig } from '../parse-config.js';
import { isAbsent, readFailure, type ReadText, readUtf8 } from '../secrets/read-text.js';
import type { Environment } from '../tenants/tenant.js';

/**
 * The only place that reads the process's environment.
 *
 * `.env` of the working directory gives the variables that the real environment does not set. A variable of the real
 * environment wins, even when it is empty, so `PITEL_API_KEY= npm start` switches off one of the file. Node's own
 * parser reads the file (that of `process.loadEnvFile`), but not into `process.env`, so that child processes do not
 * inherit its secrets.
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
    // Usually there is no such file; ignoring one that cannot be read would silently change the configuration.
    return isAbsent(error)
      ? { ok: true, env: real }
      : { ok: false, problems: [`.env: ${readFailure(error)}`] };
  }
}

/** Loads the service's configuration from environment, `.env` and tenants' file. */
export function loadConfig(): ConfigResult {
  const environment = readEnvironment();
  return environment.ok ? parseConfig(environment.env, readUtf8) : environment;
}

/** One message with all problems, to be printed before exiting with code 1. */
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
