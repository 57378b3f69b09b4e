import type { AdaptiveConfig } from './adaptive.js';
import type { HostPort } from './formats.js';
import { given } from './given.js';
import { isLoopback } from './loopback.js';
import { noFiles, type ReadText } from './read-text.js';
import { readCertificates } from './redis-access.js';
import { checkRules } from './rules.js';
import type { Secret } from './secret.js';
import type { Environment, TenantConfig } from './tenant.js';
import { credential, readTenantsFile } from './tenants-file.js';
import type { TenantsFile } from './tenants-watch.js';
import { likelyTypos } from './typos.js';
import { VARIABLE_NAMES, Variables, type VariableName } from './variables.js';

/**
 * What the operator chose, complete: every default is filled in, every value is in its range, nothing contradicts.
 * Frozen through and through. Times are milliseconds, sizes bytes.
 */
export interface Config {
  /** As of the start. */
  readonly tenants: readonly TenantConfig[];
  /** Where the tenants came from and may be read again, null for the single tenant of the environment. */
  readonly tenantsFile: TenantsFile | null;
  /** Replicas with the same name share the tenants, where they have one Redis. */
  readonly leaseGroup: string;
  readonly poll: {
    readonly intervalMs: number;
    /** Null: every interval is the tenant's. */
    readonly adaptive: AdaptiveConfig | null;
    /** Of a whole request, body included. */
    readonly timeoutMs: number;
    /** Requests under way, and connections, at one upstream host, whoever of its tenants asks. */
    readonly hostConcurrency: number;
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
  readonly log: {
    readonly level: Variables['LOG_LEVEL'];
    /** What becomes of telephone numbers in log lines. */
    readonly phoneNumbers: 'masked' | 'plain';
  };
  readonly metrics: {
    /** Up to so many tenants polled here have series of their own. */
    readonly tenantsMax: number;
  };
  /** Null where it is off. */
  readonly tracing: TracingConfig | null;
}

export interface TracingConfig {
  /** The collector's address for OTLP over HTTP; `/v1/traces` is added. */
  readonly endpoint: string;
  /** `name=value,name=value`: a secret, for it usually carries a key. */
  readonly headers: Secret | null;
  readonly serviceName: string;
  /** Share of the traces that are kept, 0 to 1. */
  readonly ratio: number;
}

/** The address is a secret, for it may carry a password. */
export type RedisConfig = RedisAccess &
  (
    | { readonly url: Secret }
    | {
        readonly sentinels: readonly HostPort[];
        readonly name: string;
        /** Of the sentinels themselves. */
        readonly sentinelUsername?: string;
        readonly sentinelPassword?: Secret;
      }
    | { readonly clusterNodes: readonly HostPort[] }
  );

/** What is absent, a URL says; or it is not wanted. */
interface RedisAccess {
  readonly username?: string;
  readonly password?: Secret;
  /** Of servers and sentinels alike. */
  readonly tls?: boolean;
  /** Certificates in PEM form that are believed instead of the public ones. */
  readonly tlsCa?: string;
}

/** Whom tokens are believed: holders of the shared secret (HS256), or the key set at an address. */
type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'jwt'; readonly secret: Secret }
  | { readonly mode: 'jwt'; readonly jwksUrl: string };

export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads the variables of `variables.ts` and NODE_ENV; every other one is left alone. Pure but for `readText`, which is
 * asked only for `TENANTS_FILE`, the files that it names, and `REDIS_TLS_CA_FILE`.
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
  const { PITEL_TIME_ZONE: timeZone, PITEL_COUNTRY: country, POLL_INTERVAL_MS: pollIntervalMs } = defaults;
  return {
    path,
    read: (readText) => readTenantsFile(path, { env, readText, timeZone, country, pollIntervalMs }),
  };
}

function configOf(
  values: Variables,
  tenants: readonly TenantConfig[],
  { tenantsFile, tlsCa }: { readonly tenantsFile: TenantsFile | null; readonly tlsCa: string | undefined },
): Config {
  return {
    tenants,
    tenantsFile,
    // Never the same for a single tenant and a file of them, or one would hold shards of the other's tenants.
    leaseGroup: values.LEASE_GROUP ?? (tenantsFile === null ? `tenant-${values.TENANT_ID}` : 'tenants-file'),
    poll: {
      intervalMs: values.POLL_INTERVAL_MS,
      adaptive: adaptiveOf(values),
      timeoutMs: values.POLL_TIMEOUT_MS,
      hostConcurrency: values.POLL_HOST_CONCURRENCY,
      maxBodyBytes: values.POLL_MAX_BODY_BYTES,
      absencePolls: values.ABSENCE_POLLS,
      abandonedLookbackMs: values.ABANDONED_LOOKBACK_MS,
      sourceDownAfter: values.SOURCE_DOWN_AFTER,
    },
    registrations: { watch: values.WATCH_EXTENSIONS, intervalMs: values.REGISTRATION_INTERVAL_MS },
    capture: captureOf(values),
    store: values.STORE === 'memory' ? { kind: 'memory' } : { kind: 'redis', redis: redisOf(values, tlsCa) },
    retention: { events: values.LOG_RETENTION_EVENTS, ms: values.LOG_RETENTION_MS },
    http: { host: values.HOST, port: values.PORT, corsOrigins: [...new Set(values.CORS_ORIGINS)] },
    auth: authOf(values),
    log: { level: values.LOG_LEVEL, phoneNumbers: values.LOG_PHONE_NUMBERS },
    metrics: { tenantsMax: values.METRICS_TENANTS_MAX },
    tracing: tracingOf(values),
  };
}

function adaptiveOf(values: Variables): AdaptiveConfig | null {
  if (values.POLL_MODE === 'fixed') return null;
  return {
    minIntervalMs: values.POLL_MIN_INTERVAL_MS ?? null,
    maxIntervalMs: values.POLL_MAX_INTERVAL_MS ?? null,
    budgetPerHour: values.POLL_BUDGET_PER_HOUR,
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
    pollIntervalMs: values.POLL_INTERVAL_MS,
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

function tracingOf(values: Variables): TracingConfig | null {
  if (values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  return {
    endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? null,
    serviceName: values.OTEL_SERVICE_NAME,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

function redisOf(values: Variables, tlsCa: string | undefined): RedisConfig {
  const access: RedisAccess = defined({
    username: values.REDIS_USERNAME,
    password: values.REDIS_PASSWORD,
    tls: values.REDIS_TLS === 'true' || undefined,
    tlsCa,
  });
  if (values.REDIS_URL !== undefined) return { url: values.REDIS_URL, ...access };
  if (values.REDIS_CLUSTER_NODES !== undefined)
    return { clusterNodes: values.REDIS_CLUSTER_NODES, ...access };
  return {
    sentinels: ruledOut(values.REDIS_SENTINELS),
    name: ruledOut(values.REDIS_SENTINEL_NAME),
    ...access,
    ...defined({
      sentinelUsername: values.REDIS_SENTINEL_USERNAME,
      sentinelPassword: values.REDIS_SENTINEL_PASSWORD,
    }),
  };
}

/** Without what is undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
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
