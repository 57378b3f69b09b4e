import type { PublicUrl } from '../base/public-url.js';
import type { Secret } from './secrets/secret.js';
import type { AdaptiveConfig } from './settings/adaptive.js';
import type { HostPort } from './settings/formats.js';
import type { Variables } from './settings/variables.js';
import type { TenantConfig } from './tenants/tenant.js';
import type { TenantsFile } from './tenants/tenants-watch.js';

/**
 * The complete configuration: defaults are filled in, every value is in its range, and no two contradict each other.
 * Deeply frozen. Times are in milliseconds, sizes in bytes.
 */
export interface Config {
  /** The tenants at the start. */
  readonly tenants: readonly TenantConfig[];
  /** The tenants' file, which can be read again; null for the single tenant of the environment. */
  readonly tenantsFile: TenantsFile | null;
  /** The files of the single tenant, its webhooks and its desk, which can be read again; null where there are none. */
  readonly singleTenantFiles: TenantsFile | null;
  /** Replicas with the same group name and the same Redis share the tenants. */
  readonly leaseGroup: string;
  readonly poll: {
    readonly intervalMs: number;
    /** Null: every interval is the tenant's fixed one. */
    readonly adaptive: AdaptiveConfig | null;
    /** The time-out of a whole request, including its body. */
    readonly timeoutMs: number;
    /** The most requests under way, and connections, at one upstream host, of all its tenants together. */
    readonly hostConcurrency: number;
    readonly maxBodyBytes: number;
    readonly absencePolls: number;
    readonly abandonedLookbackMs: number;
    readonly sourceDownAfter: number;
    readonly monitorLagMs: number;
    readonly unlistedHoldMs: number;
    readonly staleEntryMs: number;
  };
  readonly registrations: {
    /** `active`: the extensions that the monitor shows. An empty list: none. */
    readonly watch: readonly string[] | 'active';
    readonly intervalMs: number;
  };
  /** The recording of the PBX's answers; null where it is off. */
  readonly capture: {
    readonly directory: string;
    /** The size of a file, and the number of a tenant's files. */
    readonly maxBytes: number;
    readonly maxFiles: number;
    readonly numbers: 'hashed' | 'plain';
  } | null;
  readonly store: { readonly kind: 'memory' } | { readonly kind: 'redis'; readonly redis: RedisConfig };
  /** The bound that is reached first counts. */
  readonly retention: {
    /** Of each tenant. */
    readonly events: number;
    readonly ms: number;
    /** Of all tenants together; null: by the memory that the store has. */
    readonly bytes: number | null;
  };
  /** How long days and ended calls are kept. */
  readonly deskRetention: { readonly statsMs: number; readonly historyMs: number };
  readonly http: {
    readonly host: string;
    /** 0: any free port. */
    readonly port: number;
    /** Allowed in addition to the bridge's own origin. */
    readonly corsOrigins: readonly string[];
    /** Whose pages may show the bridge's in a frame; empty: none. */
    readonly frameAncestors: readonly string[];
    /** Addresses and CIDRs of the proxies whose forwarded addresses count. */
    readonly trustedProxies: readonly string[];
    /** Null: people reach the bridge at the address that it listens on. */
    readonly publicUrl: PublicUrl | null;
  };
  readonly deliver: {
    /** What the messages in flight to all clients together may take; null: by the memory that the process has. */
    readonly memoryBytes: number | null;
  };
  readonly auth: AuthConfig;
  /** How long keys are used after their key set was last read. */
  readonly keySetMaxStaleMs: number;
  /** What clients can make the service do; docs/configuration.md explains each. */
  readonly clients: {
    readonly maxTokenLifeMs: number;
    readonly maxConnections: number;
    readonly maxTokenless: number;
    readonly connectionsPerSubject: number;
    readonly bytesPerSecond: number;
    readonly failuresPerSecond: number;
    readonly maxRequests: number;
    readonly maxAnswerBytes: number;
    readonly writeTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly maxPollingBytes: number;
    readonly lookupsPerMinute: number;
  };
  readonly log: {
    readonly level: Variables['LOG_LEVEL'];
    /** How log lines show phone numbers. */
    readonly phoneNumbers: 'masked' | 'plain';
  };
  readonly metrics: {
    /** Tenants have series of their own while no more than this many are polled here. */
    readonly tenantsMax: number;
    /** A listener of its own for metrics and health; null where there is none. */
    readonly listener: { readonly host: string; readonly port: number } | null;
    /** Whether metrics are on the clients' listener: where there is no other one, and only this machine reaches it. */
    readonly isOnClients: boolean;
  };
  /** Null where it is off. */
  readonly tracing: TracingConfig | null;
}

export interface TracingConfig {
  /** The collector's address for OTLP over HTTP; `/v1/traces` is added. */
  readonly endpoint: string;
  /** `name=value,name=value`: a secret, since it usually holds a key. */
  readonly headers: Secret | null;
  readonly serviceName: string;
  /** The share of traces that is kept, 0 to 1. */
  readonly ratio: number;
}

/** The address is a secret, since it may hold a password. */
export type RedisConfig = RedisAccess &
  (
    | { readonly url: Secret }
    | {
        readonly sentinels: readonly HostPort[];
        readonly name: string;
        /** For the sentinels themselves. */
        readonly sentinelUsername?: string;
        readonly sentinelPassword?: Secret;
      }
    | { readonly clusterNodes: readonly HostPort[] }
  );

/** A field that is absent is given by the URL, or is not used. */
export interface RedisAccess {
  readonly username?: string;
  readonly password?: Secret;
  /** For both servers and sentinels. */
  readonly tls?: boolean;
  /** Certificates in PEM form that are trusted instead of the public ones. */
  readonly tlsCa?: string;
}

/**
 * The service-wide key, by which tokens of every tenant may be signed: a shared secret (HS256), or the key set at an
 * address. With neither, every tenant has keys of its own.
 */
export type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'jwt'; readonly secret: Secret }
  | { readonly mode: 'jwt'; readonly jwksUrl: string }
  | { readonly mode: 'jwt' };
