import type { HostPort } from './formats.js';
import { isLoopback } from './loopback.js';
import { noFiles, type ReadText } from './read-text.js';
import { checkRules, given } from './rules.js';
import type { Secret } from './secret.js';
import type { Environment, TenantConfig } from './tenant.js';
import { credential, readTenantsFile } from './tenants-file.js';
import { likelyTypos } from './typos.js';
import { VARIABLE_NAMES, Variables, type VariableName } from './variables.js';

/**
 * What the operator chose, complete: every default is filled in, every value is in its range, nothing contradicts.
 * Frozen through and through. Times are milliseconds, sizes bytes.
 */
export interface Config {
  readonly tenants: readonly TenantConfig[];
  /** Where the tenants came from, null for the single tenant of the environment. */
  readonly tenantsFile: string | null;
  readonly poll: {
    readonly intervalMs: number;
    /** Of a whole request, body included. */
    readonly timeoutMs: number;
    readonly maxBodyBytes: number;
    readonly absencePolls: number;
    readonly abandonedLookbackMs: number;
    readonly sourceDownAfter: number;
  };
  readonly registrations: {
    /** `active`: the extensions that the monitor shows. An empty list: none. */
    readonly watch: readonly string[] | 'active';
    readonly intervalMs: number;
  };
  /** Recording of the PBX's answers, null where it is off. */
  readonly capture: {
    readonly directory: string;
    /** Of a file, and files of a tenant. */
    readonly maxBytes: number;
    readonly maxFiles: number;
    readonly numbers: 'hashed' | 'plain';
  } | null;
  readonly store: { readonly kind: 'memory' } | { readonly kind: 'redis'; readonly redis: RedisConfig };
  /** Per tenant; whichever bound is reached first. */
  readonly retention: { readonly events: number; readonly ms: number };
  readonly http: {
    readonly host: string;
    /** 0: whichever is free. */
    readonly port: number;
    /** Besides the bridge's own origin. */
    readonly corsOrigins: readonly string[];
  };
  readonly auth: AuthConfig;
  readonly logLevel: Variables['LOG_LEVEL'];
}

/** The address is a secret, for it may carry a password. */
export type RedisConfig =
  | { readonly url: Secret }
  | { readonly sentinels: readonly HostPort[]; readonly name: string }
  | { readonly clusterNodes: readonly HostPort[] };

/** Whom tokens are believed: holders of the shared secret (HS256), or the key set at an address. */
export type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'jwt'; readonly secret: Secret }
  | { readonly mode: 'jwt'; readonly jwksUrl: string };

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the variables of `variables.ts` and NODE_ENV; every other one is left alone. Pure but for `readText`, which is asked only
 * for `TENANTS_FILE` and the files that it names.
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

  // The file is looked into even when something else is wrong, so that one start shows everything.
  const defaults = parsed.success ? parsed.data : Variables.parse({});
  const file =
    present.TENANTS_FILE === undefined
      ? null
      : readTenantsFile(present.TENANTS_FILE, {
          env,
          readText,
          timeZone: defaults.PITEL_TIME_ZONE,
          country: defaults.PITEL_COUNTRY,
        });
  if (file?.ok === false) problems.push(...file.problems.map((problem) => `TENANTS_FILE: ${problem}`));
  if (!parsed.success || problems.length > 0) return { ok: false, problems };

  const values = parsed.data;
  const tenants = file?.ok === true ? file.tenants : [singleTenant(values)];
  const referred: readonly string[] = file?.ok === true ? file.variables : [];
  const unknown = Object.keys(env).filter(
    (name) => given(env, name as VariableName) && !referred.includes(name),
  );
  return {
    ok: true,
    config: deepFreeze(configOf(values, tenants)),
    warnings: [
      ...rules.warnings,
      ...unencrypted(values, tenants),
      ...likelyTypos(unknown, VARIABLE_NAMES).map(
        ({ name, meant }) => `${name}: is not known; is ${meant} meant?`,
      ),
    ],
  };
}

function configOf(values: Variables, tenants: readonly TenantConfig[]): Config {
  return {
    tenants,
    tenantsFile: values.TENANTS_FILE ?? null,
    poll: {
      intervalMs: values.POLL_INTERVAL_MS,
      timeoutMs: values.POLL_TIMEOUT_MS,
      maxBodyBytes: values.POLL_MAX_BODY_BYTES,
      absencePolls: values.ABSENCE_POLLS,
      abandonedLookbackMs: values.ABANDONED_LOOKBACK_MS,
      sourceDownAfter: values.SOURCE_DOWN_AFTER,
    },
    registrations: { watch: values.WATCH_EXTENSIONS, intervalMs: values.REGISTRATION_INTERVAL_MS },
    capture: captureOf(values),
    store: values.STORE === 'memory' ? { kind: 'memory' } : { kind: 'redis', redis: redisOf(values) },
    retention: { events: values.LOG_RETENTION_EVENTS, ms: values.LOG_RETENTION_MS },
    http: { host: values.HOST, port: values.PORT, corsOrigins: [...new Set(values.CORS_ORIGINS)] },
    auth: authOf(values),
    logLevel: values.LOG_LEVEL,
  };
}

function singleTenant(values: Variables): TenantConfig {
  const [kind, secret] =
    values.PITEL_TOKEN === undefined
      ? (['api-key', values.PITEL_API_KEY] as const)
      : (['token', values.PITEL_TOKEN] as const);
  return {
    id: values.TENANT_ID,
    baseUrl: ruledOut(values.PITEL_BASE_URL),
    credential: credential(kind, ruledOut(secret)),
    timeZone: values.PITEL_TIME_ZONE,
    country: values.PITEL_COUNTRY,
  };
}

function captureOf(values: Variables): Config['capture'] {
  if (values.CAPTURE_DIR === undefined) return null;
  return {
    directory: values.CAPTURE_DIR,
    maxBytes: values.CAPTURE_MAX_BYTES,
    maxFiles: values.CAPTURE_MAX_FILES,
    numbers: values.CAPTURE_NUMBERS,
  };
}

function redisOf(values: Variables): RedisConfig {
  if (values.REDIS_URL !== undefined) return { url: values.REDIS_URL };
  if (values.REDIS_CLUSTER_NODES !== undefined) return { clusterNodes: values.REDIS_CLUSTER_NODES };
  return { sentinels: ruledOut(values.REDIS_SENTINELS), name: ruledOut(values.REDIS_SENTINEL_NAME) };
}

function authOf(values: Variables): AuthConfig {
  if (values.AUTH_MODE === 'none') return { mode: 'none' };
  if (values.AUTH_JWT_SECRET !== undefined) return { mode: 'jwt', secret: values.AUTH_JWT_SECRET };
  return { mode: 'jwt', jwksUrl: ruledOut(values.AUTH_JWKS_URL) };
}

/** For what `checkRules` has refused already; reaching it is a defect of the rules. */
function ruledOut<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a required variable passed the rules without being set');
  return value;
}

/** Plain http is common in a private network and in trials, so it is said and not refused. */
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
