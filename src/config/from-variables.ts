import { isLoopback } from '../base/loopback.js';
import type { AuthConfig, Config, RedisAccess, RedisConfig, TracingConfig } from './config.js';
import type { DeskTimes } from './desk/desk-shape.js';
import type { AdaptiveConfig } from './settings/adaptive.js';
import type { Variables } from './settings/variables.js';
import type { TenantConfig } from './tenants/tenant.js';
import { credential } from './tenants/tenants-file.js';
import type { TenantsFile } from './tenants/tenants-watch.js';

const MIB = 1024 * 1024;

/** Makes the configuration from variables that break no rule. `tenants`: those of the file where there is one. */
export function configOf(
  values: Variables,
  tenants: readonly TenantConfig[],
  { tenantsFile, singleTenantFiles, tlsCa }: ReadFiles,
): Config {
  return {
    tenants,
    tenantsFile,
    singleTenantFiles,
    // Never the same for a single tenant and a tenants' file, or one bridge would hold shards of the other's tenants.
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
      monitorLagMs: values.MONITOR_LAG_MS,
      unlistedHoldMs: values.UNLISTED_HOLD_MS,
      staleEntryMs: values.STALE_ENTRY_MS,
    },
    registrations: { watch: values.WATCH_EXTENSIONS, intervalMs: values.REGISTRATION_INTERVAL_MS },
    capture: captureOf(values),
    store: values.STORE === 'memory' ? { kind: 'memory' } : { kind: 'redis', redis: redisOf(values, tlsCa) },
    retention: {
      events: values.LOG_RETENTION_EVENTS,
      ms: values.LOG_RETENTION_MS,
      bytes: values.LOG_RETENTION_BYTES ?? null,
    },
    deskRetention: { statsMs: values.STATS_RETENTION, historyMs: values.HISTORY_RETENTION },
    http: {
      host: values.HOST,
      port: values.PORT,
      corsOrigins: [...new Set(values.CORS_ORIGINS)],
      frameAncestors: [...new Set(values.FRAME_ANCESTORS)],
      trustedProxies: values.TRUSTED_PROXIES,
      publicUrl: values.PUBLIC_URL ?? null,
    },
    deliver: {
      memoryBytes: values.DELIVER_MEMORY_MB === undefined ? null : values.DELIVER_MEMORY_MB * MIB,
    },
    auth: authOf(values),
    keySetMaxStaleMs: values.JWKS_MAX_STALE,
    clients: {
      maxTokenLifeMs: values.AUTH_MAX_TTL,
      maxConnections: values.CONNECTIONS_MAX,
      maxTokenless: values.CONNECTIONS_TOKENLESS_MAX,
      connectionsPerSubject: values.CONNECTIONS_PER_SUBJECT_MAX,
      bytesPerSecond: values.CLIENT_BYTES_PER_SECOND,
      failuresPerSecond: values.CLIENT_FAILURES_PER_SECOND,
      maxRequests: values.HTTP_REQUESTS_MAX,
      maxAnswerBytes: values.HTTP_ANSWER_BYTES_MAX,
      writeTimeoutMs: values.HTTP_WRITE_TIMEOUT_MS,
      idleTimeoutMs: values.HTTP_IDLE_TIMEOUT_MS,
      maxPollingBytes: values.POLLING_BYTES_MAX,
      lookupsPerMinute: values.REGISTRATION_LOOKUPS_PER_MINUTE,
    },
    log: { level: values.LOG_LEVEL, phoneNumbers: values.LOG_PHONE_NUMBERS },
    metrics: {
      tenantsMax: values.METRICS_TENANTS_MAX,
      listener: metricsListenerOf(values),
      isOnClients: values.METRICS_PORT === undefined && isLoopback(values.HOST),
    },
    tracing: tracingOf(values),
  };
}

interface ReadFiles {
  readonly tenantsFile: TenantsFile | null;
  readonly singleTenantFiles: TenantsFile | null;
  readonly tlsCa: string | undefined;
}

function adaptiveOf(values: Variables): AdaptiveConfig | null {
  if (values.POLL_MODE === 'fixed') return null;
  return {
    minIntervalMs: values.POLL_MIN_INTERVAL_MS ?? null,
    maxIntervalMs: values.POLL_MAX_INTERVAL_MS ?? null,
    budgetPerHour: values.POLL_BUDGET_PER_HOUR,
  };
}

/** The environment's tenant, used where there is no file. */
export function singleTenant(
  values: Variables,
  way: Pick<TenantConfig, 'proxy' | 'ca' | 'webhooks' | 'desk' | 'revokedTokens'>,
): TenantConfig {
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
    direction: values.PITEL_DIRECTION,
    pollIntervalMs: values.POLL_INTERVAL_MS,
    clientKeys: null,
    ...way,
  };
}

function metricsListenerOf({ METRICS_PORT: port, METRICS_HOST, HOST }: Variables) {
  return port === undefined ? null : { host: METRICS_HOST ?? HOST, port };
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

/** Removes undefined fields. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function authOf(values: Variables): AuthConfig {
  if (values.AUTH_MODE === 'none') return { mode: 'none' };
  if (values.AUTH_JWT_SECRET !== undefined) return { mode: 'jwt', secret: values.AUTH_JWT_SECRET };
  return { mode: 'jwt', ...(values.AUTH_JWKS_URL !== undefined && { jwksUrl: values.AUTH_JWKS_URL }) };
}

/** Asserts what `checkRules` guarantees; throwing means a defect of the rules. */
function ruledOut<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a required variable passed the rules without being set');
  return value;
}

export function deskTimesOf({ SHORT_ABANDON_MS, CALLBACK_MAX_AGE }: Variables): DeskTimes {
  return { shortAbandonMs: SHORT_ABANDON_MS, callbackMaxAgeMs: CALLBACK_MAX_AGE };
}
