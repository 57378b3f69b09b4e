import { z } from 'zod';
import * as format from './formats.js';
import { DIRECTION_SETTINGS } from '../../core/model/call.js';
import { Secret } from '../secrets/secret.js';
import { networkList } from './networks.js';

/**
 * Every variable that the bridge reads: its format, its range, its default. Rules that span several variables are
 * in `rules.ts`. No message repeats a value, not even a harmless one: the value may be a secret that was put into
 * the wrong variable.
 */

/** A schema for one variable's text: `expected` completes "NAME: …". */
function text<T>(expected: string, read: (text: string) => T | undefined) {
  return z.string().transform((given, context): T => {
    const value = read(given.trim());
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

const whole = (min: number, max: number, unit = '') =>
  text(`must be a whole number from ${min} to ${max}${unit && ` ${unit}`}`, (given) =>
    format.wholeNumber(given, min, max),
  );

const oneOf = <const T extends string>(...words: T[]) =>
  text(`must be ${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`, (given) =>
    words.find((word) => word === given),
  );

/** A duration. */
const days = (expected: string, minMs: number, maxDays: number) =>
  text(expected, (given) => format.duration(given, { min: minMs, max: maxDays * DAY_MS }));

/** The text without white space around it, since it often comes from a file that ends in a line break. */
const secret = (expected: string, accepts: (text: string) => boolean) =>
  text(expected, (given) => (accepts(given) ? new Secret(given) : undefined));

const CREDENTIAL = 'must be visible characters without spaces, and without the word Bearer before it';
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Polling more than ten times a second overloads a PBX; less than once a minute misses most calls. */
export const POLL_INTERVAL_MS = { min: 100, max: 60_000 };
/** The largest size of an answer of the PBX that can be configured. */
const MAX_BODY_BYTES = 16_777_216;
/** HS256 keys shorter than the hash are weaker than the hash (RFC 7518, section 3.2). */
const MIN_JWT_SECRET_BYTES = 32;

/** A revoked id may go once its token has expired: more than that are no screens. */
export const MOST_REVOKED = 1_000;

/** Both endpoints every 30 seconds: a smaller budget would miss most calls. */
const SMALLEST_BUDGET = 240;

export const jwtSecret = secret(
  `must be at least ${MIN_JWT_SECRET_BYTES} bytes`,
  (given) => Buffer.byteLength(given) >= MIN_JWT_SECRET_BYTES,
);

const NAME = text(
  'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen',
  format.tenantId,
);

/** Tenants without a proxy of their own take another one of the environment, unless it says `none`. */
export const PROXY_EXPECTED =
  'must be none, or an http or https address such as http://proxy.example:3128, without a path, and with user and password percent-encoded';

export const FORMATS = {
  proxy: text(PROXY_EXPECTED, (given): Secret | 'none' | undefined => {
    const address = given === 'none' ? given : format.proxyAddress(given);
    return address === undefined || address === 'none' ? address : new Secret(address);
  }),
  baseUrl: text(
    'must be an http or https origin such as https://pbx.example, without path, query and credentials',
    format.httpOrigin,
  ),
  credential: secret(CREDENTIAL, format.isCredential),
  tenantId: NAME,
  timeZone: text('must be a time zone by name, such as Asia/Ho_Chi_Minh', format.timeZone),
  direction: oneOf(...DIRECTION_SETTINGS),
  jwksUrl: text('must be an http or https address without credentials', format.httpAddress),
  country: text('must be a two-letter country code such as VN; the United Kingdom is GB', format.country),
};

const path = (what: string) =>
  text(`must be the path of ${what}`, (given) => (given.includes('\0') ? undefined : given));

/** Redis allows neither spaces nor NUL in a user's name. */
const aclName = text('must be the name of a user of Redis, without spaces', (given) =>
  /^[^\s\0]{1,255}$/.test(given) ? given : undefined,
);
/** An unfilled template would cause a WRONGPASS of Redis, which is harder to trace back. */
const aclPassword = secret(
  'must be a password in one line, and not an unfilled placeholder',
  (given) => !/[\r\n\0]/.test(given) && !/^(\{\{.*\}\}|<.*>)$/.test(given),
);

const hostPorts = text('must be a list host:port,host:port', (given) =>
  format.listOf(given, format.hostPort),
);

const networks = z.string().transform((given, context): readonly string[] => {
  const { networks: list, problems } = networkList(given);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return problems.length === 0 ? list : z.NEVER;
});

/** By name. A variable without a default is optional here; whether it is required depends on other variables. */
const VARIABLES = {
  PITEL_BASE_URL: FORMATS.baseUrl.optional(),
  PITEL_TOKEN: FORMATS.credential.optional(),
  PITEL_API_KEY: FORMATS.credential.optional(),
  TENANT_ID: FORMATS.tenantId.default('default'),
  TENANTS_FILE: path('a YAML or JSON file').optional(),
  WEBHOOKS_FILE: path('a YAML or JSON file').optional(),
  DESK_FILE: path('a YAML or JSON file').optional(),
  LEASE_GROUP: NAME.optional(),
  PITEL_PROXY: FORMATS.proxy.optional(),
  PITEL_CA_FILE: path('a PEM file').optional(),
  PITEL_TIME_ZONE: FORMATS.timeZone.default('Asia/Ho_Chi_Minh'),
  PITEL_COUNTRY: FORMATS.country.default('VN'),
  PITEL_DIRECTION: FORMATS.direction.default('auto'),

  POLL_INTERVAL_MS: whole(POLL_INTERVAL_MS.min, POLL_INTERVAL_MS.max, 'milliseconds').default(1000),
  POLL_MODE: oneOf('fixed', 'adaptive').default('fixed'),
  POLL_MIN_INTERVAL_MS: whole(POLL_INTERVAL_MS.min, POLL_INTERVAL_MS.max, 'milliseconds').optional(),
  POLL_MAX_INTERVAL_MS: whole(POLL_INTERVAL_MS.min, POLL_INTERVAL_MS.max, 'milliseconds').optional(),
  POLL_BUDGET_PER_HOUR: text(
    `must be 0 for none, or a whole number from ${SMALLEST_BUDGET} to 1000000 requests`,
    (given) => format.wholeNumber(given, 0, 0) ?? format.wholeNumber(given, SMALLEST_BUDGET, 1_000_000),
  ).default(0),
  POLL_TIMEOUT_MS: whole(10, 600_000, 'milliseconds').default(5000),
  POLL_HOST_CONCURRENCY: whole(1, 10_000).default(64),
  POLL_MAX_BODY_BYTES: whole(1, MAX_BODY_BYTES, 'bytes').default(MAX_BODY_BYTES),
  ABSENCE_POLLS: whole(1, 10).default(2),
  ABANDONED_LOOKBACK_MS: whole(0, DAY_MS, 'milliseconds').default(60_000),
  SOURCE_DOWN_AFTER: whole(1, 1000).default(3),
  MONITOR_LAG_MS: whole(0, 10_000, 'milliseconds').default(300),
  UNLISTED_HOLD_MS: whole(0, 600_000, 'milliseconds').default(10_000),
  STALE_ENTRY_MS: whole(10_000, DAY_MS, 'milliseconds').default(900_000),
  WATCH_EXTENSIONS: text(
    'must be active, or a list of extensions such as 101,102, each by its number (1 to 15 digits) or its uuid',
    format.watchList,
  ).default((): string[] => []),
  REGISTRATION_INTERVAL_MS: whole(100, DAY_MS, 'milliseconds').default(30_000),

  CAPTURE_DIR: text('must be the path of a directory, beginning with /, ./ or ../', (given) =>
    /^\.{0,2}\/[^\0]*$/.test(given) ? given : undefined,
  ).optional(),
  CAPTURE_MAX_BYTES: whole(65_536, 1_073_741_824, 'bytes').default(52_428_800),
  CAPTURE_MAX_FILES: whole(1, 1000, 'files').default(10),
  CAPTURE_NUMBERS: oneOf('hashed', 'plain').default('hashed'),

  STORE: oneOf('redis', 'memory').default('redis'),
  REDIS_URL: secret(
    'must be redis://host:port or rediss://host:port, with nothing but a database number as its path, no query, and user and password percent-encoded, so % as %25',
    format.isRedisUrl,
  ).optional(),
  REDIS_SENTINELS: hostPorts.optional(),
  REDIS_SENTINEL_NAME: text(
    'must be the name of the master that the sentinels watch, without spaces',
    (given) => (/^[^\s,]{1,255}$/.test(given) ? given : undefined),
  ).optional(),
  REDIS_CLUSTER_NODES: hostPorts.optional(),
  REDIS_USERNAME: aclName.optional(),
  REDIS_PASSWORD: aclPassword.optional(),
  REDIS_TLS: oneOf('true', 'false').optional(),
  REDIS_TLS_CA_FILE: path('a PEM file').optional(),
  REDIS_SENTINEL_USERNAME: aclName.optional(),
  REDIS_SENTINEL_PASSWORD: aclPassword.optional(),
  LOG_RETENTION_EVENTS: whole(1, 100_000_000, 'events').default(100_000),
  LOG_RETENTION_BYTES: whole(1_048_576, 1_000_000_000_000, 'bytes').optional(),
  LOG_RETENTION_MS: whole(1, 3650 * DAY_MS, 'milliseconds').default(7 * DAY_MS),

  CALLBACK_MAX_AGE: days('must be a time such as 12h or 7d, of h or d, from 1h to 90d', HOUR_MS, 90).default(
    7 * DAY_MS,
  ),
  SHORT_ABANDON_MS: whole(0, 60_000, 'milliseconds').default(5_000),
  STATS_RETENTION: days('must be a time such as 90d or 400d, from 1d to 3650d', DAY_MS, 3_650).default(
    400 * DAY_MS,
  ),
  HISTORY_RETENTION: days('must be a time such as 7d or 30d, from 1h to 3650d', HOUR_MS, 3_650).default(
    30 * DAY_MS,
  ),

  HOST: text('must be an IP address or a host name, without scheme and port', format.hostName).default(
    '127.0.0.1',
  ),
  PORT: whole(0, 65_535).default(3000),
  CORS_ORIGINS: text(
    'must be a list of http or https origins such as https://app.example; * is refused, because the list also guards WebSocket handshakes: name the origins',
    (given) => format.listOf(given, format.httpOrigin),
  ).default((): string[] => []),
  FRAME_ANCESTORS: text(
    'must be a list of http or https origins such as https://crm.example; * is refused, because a page that shows the bridge in a frame can make people click in it: name the origins',
    (given) => format.listOf(given, format.frameOrigin),
  ).default((): string[] => []),
  TRUSTED_PROXIES: networks.default((): readonly string[] => []),
  PUBLIC_URL: text(
    'must be the http or https address by which people reach the bridge, such as https://bridge.example or https://example.com/bridge, without query, fragment and credentials, and with a path of letters, digits and - . _ ~',
    format.publicUrl,
  )
    .refine(({ path }) => !format.isOwnPath(path), {
      error: 'its path must not begin with one that the bridge has itself, such as /v1, /docs or /socket.io',
    })
    .optional(),
  DELIVER_MEMORY_MB: whole(8, 65_536, 'megabytes').optional(),
  AUTH_MODE: oneOf('jwt', 'none').default('jwt'),
  AUTH_JWT_SECRET: jwtSecret.optional(),
  AUTH_JWKS_URL: FORMATS.jwksUrl.optional(),
  JWKS_MAX_STALE: text('must be a time such as 30m or 24h, of s, m, h or d, at most 365d', (given) =>
    format.duration(given),
  ).default(DAY_MS),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent').default('info'),
  LOG_PHONE_NUMBERS: oneOf('masked', 'plain').default('masked'),
  AUTH_MAX_TTL: text('must be a time such as 12h or 7d, of s, m, h or d, at most 365d', (given) =>
    format.duration(given),
  ).default(DAY_MS),
  AUTH_REVOKED_TOKENS: text(
    `must be a list of at most ${MOST_REVOKED} ids of tokens (their claim jti), separated by commas`,
    (given) => {
      const ids = format.listOf(given, format.revokedToken);
      return ids !== undefined && ids.length <= MOST_REVOKED ? ids : undefined;
    },
  ).default((): string[] => []),
  CONNECTIONS_MAX: whole(10, 1_000_000, 'connections').default(10_000),
  CONNECTIONS_TOKENLESS_MAX: whole(5, 1_000_000, 'connections').default(2_500),
  CONNECTIONS_PER_SUBJECT_MAX: whole(1, 1_000_000, 'connections').default(2_000),
  CLIENT_BYTES_PER_SECOND: whole(8_192, 10_485_760, 'bytes').default(32_768),
  CLIENT_FAILURES_PER_SECOND: whole(1, 10_000).default(20),
  HTTP_REQUESTS_MAX: whole(8, 100_000, 'requests').default(256),
  HTTP_ANSWER_BYTES_MAX: whole(1_048_576, 17_179_869_184, 'bytes').default(67_108_864),
  HTTP_WRITE_TIMEOUT_MS: whole(1_000, 600_000, 'milliseconds').default(10_000),
  HTTP_IDLE_TIMEOUT_MS: whole(1_000, 600_000, 'milliseconds').default(10_000),
  POLLING_BYTES_MAX: whole(1_048_576, 17_179_869_184, 'bytes').default(33_554_432),
  REGISTRATION_LOOKUPS_PER_MINUTE: whole(1, 10_000).default(60),
  METRICS_PORT: whole(0, 65_535).optional(),
  METRICS_HOST: text(
    'must be an IP address or a host name, without scheme and port',
    format.hostName,
  ).optional(),
  METRICS_TENANTS_MAX: whole(0, 10_000, 'tenants').default(50),

  // OpenTelemetry's own names and meanings.
  OTEL_EXPORTER_OTLP_ENDPOINT: text(
    'must be an http or https address without credentials, such as http://127.0.0.1:4318',
    format.httpAddress,
  ).optional(),
  OTEL_EXPORTER_OTLP_HEADERS: text('must be a list name=value,name=value', (given) =>
    format.headers(given) === undefined ? undefined : new Secret(given),
  ).optional(),
  OTEL_SERVICE_NAME: text('must be a name of letters, digits and . _ - / :, at most 255', (given) =>
    /^[\w./:-]{1,255}$/.test(given) ? given : undefined,
  ).default('pitel-event-bridge'),
  OTEL_TRACES_SAMPLER_ARG: text('must be a share of the traces from 0 to 1, such as 0.1', (given) =>
    /^(0(\.\d{1,9})?|1(\.0{1,9})?)$/.test(given) ? Number(given) : undefined,
  ).default(1),
};

export type VariableName = keyof typeof VARIABLES;
export const VARIABLE_NAMES = Object.keys(VARIABLES) as readonly VariableName[];

export const Variables = z.object(VARIABLES);
export type Variables = z.output<typeof Variables>;
