import type { Config } from './config.js';
import { configOf, singleTenant } from './from-variables.js';
import { noFiles, type ReadText } from './secrets/read-text.js';
import { given } from './settings/given.js';
import { isLoopback } from './settings/loopback.js';
import { readCertificates } from './settings/redis-access.js';
import { checkRules } from './settings/rules.js';
import { likelyTypos } from './settings/typos.js';
import { VARIABLE_NAMES, type VariableName, Variables } from './settings/variables.js';
import type { Environment, TenantConfig } from './tenants/tenant.js';
import { readTenantsFile } from './tenants/tenants-file.js';
import type { TenantsFile } from './tenants/tenants-watch.js';

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the variables of `variables.ts` and NODE_ENV, and ignores all others. Pure but for `readText`, which is called
 * only for `TENANTS_FILE`, the files that it names, and `REDIS_TLS_CA_FILE`.
 *
 * Guarantees: all problems at once, each beginning with its variable's name; no problem and no warning repeats a
 * value, so none can show a secret.
 */
export function parseConfig(env: Environment, readText: ReadText = noFiles): ConfigResult {
  const present: Partial<Record<VariableName, string>> = {};
  for (const name of VARIABLE_NAMES) {
    const text = given(env, name);
    if (text !== undefined) present[name] = text;
  }
  const parsed = Variables.safeParse(present);
  const rules = checkRules(env);
  const problems = [
    ...(parsed.success
      ? []
      : parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`)),
    ...rules.problems,
  ];

  // The file is read even when something else is wrong, so that one start shows all problems.
  const defaults = parsed.success ? parsed.data : Variables.parse({});
  const tenantsFile =
    present.TENANTS_FILE === undefined ? null : tenantsFileAt(present.TENANTS_FILE, env, defaults);
  const file = tenantsFile?.read(readText) ?? null;
  if (file?.ok === false) problems.push(...file.problems.map((problem) => `TENANTS_FILE: ${problem}`));
  const ca =
    present.REDIS_TLS_CA_FILE === undefined
      ? undefined
      : readCertificates(present.REDIS_TLS_CA_FILE, readText);
  if (ca !== undefined && 'problem' in ca) problems.push(`REDIS_TLS_CA_FILE: ${ca.problem}`);
  if (!parsed.success || problems.length > 0) return { ok: false, problems };

  const values = parsed.data;
  const tenants = file?.ok === true ? file.tenants : [singleTenant(values)];
  const referred: readonly string[] = file?.ok === true ? file.variables : [];
  const unknown = Object.keys(env).filter(
    (name) => given(env, name as VariableName) && !referred.includes(name),
  );
  return {
    ok: true,
    config: deepFreeze(
      configOf(values, tenants, { tenantsFile, tlsCa: ca !== undefined && 'pem' in ca ? ca.pem : undefined }),
    ),
    warnings: [
      ...rules.warnings,
      ...unencrypted(values, tenants),
      ...likelyTypos(unknown, VARIABLE_NAMES).map(
        ({ name, meant }) => `${name}: is not known; is ${meant} meant?`,
      ),
    ],
  };
}

function tenantsFileAt(path: string, env: Environment, defaults: Variables): TenantsFile {
  const {
    PITEL_TIME_ZONE: timeZone,
    PITEL_COUNTRY: country,
    PITEL_DIRECTION: direction,
    POLL_INTERVAL_MS: pollIntervalMs,
  } = defaults;
  return {
    path,
    read: (readText) =>
      readTenantsFile(path, { env, readText, timeZone, country, direction, pollIntervalMs }),
  };
}

/** Plain http is common in private networks and in trials, so it causes a warning and no problem. */
function unencrypted(values: Variables, tenants: readonly TenantConfig[]): string[] {
  const open = (address: string) => address.startsWith('http:') && !isLoopback(new URL(address).hostname);
  const warnings: string[] = [];
  if (tenants.some((tenant) => open(tenant.baseUrl))) {
    const name = values.TENANTS_FILE === undefined ? 'PITEL_BASE_URL' : 'TENANTS_FILE';
    warnings.push(`${name}: the PBX is asked over plain http, which shows its token to the network`);
  }
  if (values.AUTH_MODE === 'jwt' && values.AUTH_JWKS_URL !== undefined && open(values.AUTH_JWKS_URL)) {
    warnings.push('AUTH_JWKS_URL: is plain http; who can change that answer can sign tokens');
  }
  return warnings;
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value) as unknown[]) {
    if (typeof child === 'object' && child !== null) deepFreeze(child);
  }
  return Object.freeze(value);
}
