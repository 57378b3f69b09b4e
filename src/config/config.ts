import type { Secret } from './secrets/secret.js';
import type { AdaptiveConfig } from './settings/adaptive.js';
import type { HostPort } from './settings/formats.js';
import type { Variables } from './settings/variables.js';
import type { TenantConfig } from './tenants/tenant.js';
import type { TenantsFile } from './tenants/tenants-watch.js';

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
export interface RedisAccess {
  readonly username?: string;
  readonly password?: Secret;
  /** Of servers and sentinels alike. */
  readonly tls?: boolean;
  /** Certificates in PEM form that are believed instead of the public ones. */
  readonly tlsCa?: string;
}

/** Whom tokens are believed: holders of the shared secret (HS256), or the key set at an address. */
export type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'jwt'; readonly secret: Secret }
  | { readonly mode: 'jwt'; readonly jwksUrl: string };
