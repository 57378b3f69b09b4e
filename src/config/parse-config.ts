import type { Config } from './config.js';
import { configOf, deskTimesOf, singleTenant } from './from-variables.js';
import { noFiles, type ReadText } from './secrets/read-text.js';
import type { Secret } from './secrets/secret.js';
import { given } from './settings/given.js';
import { isLoopback } from '../base/loopback.js';
import { type Certificates, namingFile, readCertificates } from './settings/certificates.js';
import { EnvironmentProxies } from './settings/proxy.js';
import { checkRules } from './settings/rules.js';
import { likelyTypos } from './settings/typos.js';
import { PROXY_EXPECTED, VARIABLE_NAMES, type VariableName, Variables } from './settings/variables.js';
import type { ServiceKey } from './tenants/client-keys.js';
import type { Environment, TenantConfig } from './tenants/tenant.js';
import {
  readTenantsFile,
  type TenantsFileResult,
  type TenantsFileSurroundings,
} from './tenants/tenants-file.js';
import { readSingleTenantFiles, singleTenantFiles } from './tenants/single-tenant-files.js';
import type { TenantsFile } from './tenants/tenants-watch.js';

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the variables of `variables.ts`, NODE_ENV and those of `EnvironmentProxies`, and ignores all others. Pure but for
 * `readText`, which is called only for `TENANTS_FILE`, or `WEBHOOKS_FILE` and `DESK_FILE`, the files that these name, `PITEL_CA_FILE` and `REDIS_TLS_CA_FILE`.
 *
 * Guarantees: all problems at once, each beginning with its variable's name; no problem and no warning repeats a
 * value, but for the name of a file of certificates, so none can show a secret.
 */
export function parseConfig(env: Environment, readText: ReadText = noFiles): ConfigResult {
  const present = presentIn(env);
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
  const certificates = (name: 'PITEL_CA_FILE' | 'REDIS_TLS_CA_FILE'): string | null => {
    const path = present[name];
    const read: Certificates | null = path === undefined ? null : readCertificates(path, readText);
    if (path === undefined || read === null) return null;
    if ('pem' in read) return read.pem;
    problems.push(`${name}: ${name === 'PITEL_CA_FILE' ? namingFile(path, read.problem) : read.problem}`);
    return null;
  };
  const pitelCa = certificates('PITEL_CA_FILE');
  const redisCa = certificates('REDIS_TLS_CA_FILE');
  const proxies = new EnvironmentProxies(env);
  const proxyOf = (origin: string, given = defaults.PITEL_PROXY): Secret | null =>
    given === undefined ? proxies.of(origin) : given === 'none' ? null : given;
  const tenantsFile =
    present.TENANTS_FILE === undefined
      ? null
      : tenantsFileAt(
          present.TENANTS_FILE,
          { env, proxyOf, ca: pitelCa, serviceKey: serviceKeyOf(present, defaults) },
          defaults,
        );
  const file = tenantsFile?.read(readText) ?? null;
  if (file?.ok === false) problems.push(...file.problems.map((problem) => `TENANTS_FILE: ${problem}`));
  const paths =
    file === null
      ? { webhooks: present.WEBHOOKS_FILE, desk: present.DESK_FILE }
      : { webhooks: undefined, desk: undefined };
  const aroundSingle = {
    env,
    timeZone: defaults.PITEL_TIME_ZONE,
    country: defaults.PITEL_COUNTRY,
    deskTimes: deskTimesOf(defaults),
    revokedTokens: defaults.AUTH_REVOKED_TOKENS,
  };
  const own = readSingleTenantFiles(paths, aroundSingle, readText);
  if (!own.ok) problems.push(...own.problems);
  const single = {
    ...(file === null && defaults.PITEL_BASE_URL !== undefined
      ? { proxy: proxyOf(defaults.PITEL_BASE_URL), ca: pitelCa }
      : { proxy: null, ca: null }),
  };
  problems.push(
    ...[...proxies.malformed].map((name) => `${name}: ${PROXY_EXPECTED}; PITEL_PROXY wins over it`),
  );
  if (!parsed.success || !own.ok || problems.length > 0) return { ok: false, problems };

  const values = parsed.data;
  const tenants = file?.ok === true ? file.tenants : [singleTenant(values, { ...single, ...own.given })];
  const referred = file?.ok === true ? file.variables : own.variables;
  const ownFiles = singleTenantFiles(paths, aroundSingle, tenants[0]!);
  const unknown = Object.keys(env).filter(
    (name) => given(env, name as VariableName) && !referred.includes(name),
  );
  return {
    ok: true,
    config: deepFreeze(
      configOf(values, tenants, {
        tenantsFile,
        singleTenantFiles: ownFiles,
        tlsCa: redisCa ?? undefined,
      }),
    ),
    warnings: [
      ...rules.warnings,
      ...unencrypted(values, tenants),
      ...unencryptedWebhooks(values, tenants),
      ...sharedKey(values, tenants),
      ...likelyTypos(unknown, VARIABLE_NAMES).map(
        ({ name, meant }) => `${name}: is not known; is ${meant} meant?`,
      ),
    ],
  };
}

/**
 * The tenants' file alone, for a command that needs nothing else of the configuration; null where there is none. Problems of
 * other variables are left to the bridge.
 */
export function readTenants(env: Environment, readText: ReadText): TenantsFileResult | null {
  const present = presentIn(env);
  if (present.TENANTS_FILE === undefined) return null;
  const parsed = Variables.safeParse(present);
  const values = parsed.success ? parsed.data : Variables.parse({});
  const around = { env, proxyOf: () => null, ca: null, serviceKey: serviceKeyOf(present, values) };
  return tenantsFileAt(present.TENANTS_FILE, around, values).read(readText);
}

function presentIn(env: Environment): Partial<Record<VariableName, string>> {
  const present: Partial<Record<VariableName, string>> = {};
  for (const name of VARIABLE_NAMES) {
    const text = given(env, name);
    if (text !== undefined) present[name] = text;
  }
  return present;
}

function tenantsFileAt(
  path: string,
  around: Pick<TenantsFileSurroundings, 'env' | 'proxyOf' | 'ca' | 'serviceKey'>,
  defaults: Variables,
): TenantsFile {
  const {
    PITEL_TIME_ZONE: timeZone,
    PITEL_COUNTRY: country,
    PITEL_DIRECTION: direction,
    POLL_INTERVAL_MS: pollIntervalMs,
  } = defaults;
  const deskTimes = deskTimesOf(defaults);
  return {
    holds: 'tenants',
    path,
    read: (readText) =>
      readTenantsFile(path, { ...around, readText, timeZone, country, direction, pollIntervalMs, deskTimes }),
  };
}

/** Set, although it may be malformed: that is a problem of its own, and not one of every tenant. */
function serviceKeyOf(present: Partial<Record<VariableName, string>>, values: Variables): ServiceKey {
  const { AUTH_JWT_SECRET, AUTH_JWKS_URL, AUTH_MODE } = present;
  return {
    isSet: AUTH_JWT_SECRET !== undefined || AUTH_JWKS_URL !== undefined || AUTH_MODE === 'none',
    secret: values.AUTH_JWT_SECRET ?? null,
    jwksUrl: values.AUTH_JWKS_URL ?? null,
  };
}

/** With one tenant the service-wide key is the tenant's; with several, its holder can sign for each of them. */
function sharedKey(values: Variables, tenants: readonly TenantConfig[]): string[] {
  const own = tenants.filter(({ clientKeys }) => clientKeys !== null).length;
  if (values.AUTH_MODE === 'none')
    return own === 0 ? [] : [`TENANTS_FILE: the tenants' keys are not used, because AUTH_MODE is none`];
  const name = values.AUTH_JWT_SECRET === undefined ? 'AUTH_JWKS_URL' : 'AUTH_JWT_SECRET';
  if (values[name] === undefined || tenants.length < 2) return [];
  const advice = own < tenants.length ? 'give each tenant a signingKey or a jwksUrl, and ' : '';
  return [
    `${name}: opens all ${tenants.length} tenants (${own} have keys of their own): ${advice}leave it to the operators`,
  ];
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
  if (values.AUTH_MODE === 'jwt' && tenants.some(({ clientKeys }) => open(clientKeys?.jwksUrl ?? '')))
    warnings.push('TENANTS_FILE: a jwksUrl is plain http; who can change that answer can sign tokens');
  return warnings;
}

function unencryptedWebhooks(values: Variables, tenants: readonly TenantConfig[]): string[] {
  const open = tenants
    .flatMap(({ webhooks }) => webhooks)
    .filter(({ url }) => url.reveal().startsWith('http:') && !isLoopback(new URL(url.reveal()).hostname));
  if (open.length === 0) return [];
  const name = values.TENANTS_FILE === undefined ? 'WEBHOOKS_FILE' : 'TENANTS_FILE';
  return [
    `${name}: webhooks are sent over plain http, which shows customers and their numbers to the network`,
  ];
}

function deepFreeze<T extends object>(value: T): T {
  for (const child of Object.values(value) as unknown[]) {
    if (typeof child === 'object' && child !== null) deepFreeze(child);
  }
  return Object.freeze(value);
}
