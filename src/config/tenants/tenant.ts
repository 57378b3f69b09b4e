import type { DirectionSetting } from '../../core/model/call.js';
import type { DeskRules } from '../../core/desk-rules.js';
import type { Secret } from '../secrets/secret.js';
import type { WebhookEndpoint } from '../webhooks/webhook-endpoint.js';
import type { ClientKeys } from './client-keys.js';

/**
 * How the bridge authenticates to a tenant's PBX: with a fixed bearer token, or with a key that is exchanged for one.
 */
export type Credential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'api-key'; readonly apiKey: Secret };

/** One Pitel account, and how its answers are read. */
export interface TenantConfig {
  readonly id: string;
  /** An http(s) origin without a trailing slash; the paths `/v3/…` are added. */
  readonly baseUrl: string;
  readonly credential: Credential;
  /** The time zone, by its IANA name, of times without one. */
  readonly timeZone: string;
  /** The country, as two capital letters, of numbers in national form. */
  readonly country: string;
  /** The proxy over which the PBX is asked, which may hold a password; null where there is none. */
  readonly proxy: Secret | null;
  /** Certificates in PEM form that are trusted in addition to the public ones; null where there are none. */
  readonly ca: string | null;
  /** Milliseconds between two polls of an endpoint. */
  readonly pollIntervalMs: number;
  /** Whose direction the word in a monitor row is; `auto`: the bridge finds out. */
  readonly direction: DirectionSetting;
  /** By which keys its client tokens are signed; null: by the service-wide one. */
  readonly clientKeys: ClientKeys | null;
  /** The ids (`jti`) of client tokens that count no longer. */
  readonly revokedTokens: readonly string[];
  /** Where its events are pushed to. */
  readonly webhooks: readonly WebhookEndpoint[];
  /** What is decided for those who run its desk; in its `timeZone`. */
  readonly desk: DeskRules;
}

/** @param tenants at least one */
export function idsOf(tenants: readonly Pick<TenantConfig, 'id'>[]): readonly [string, ...string[]] {
  const [first, ...others] = tenants.map(({ id }) => id);
  return [first!, ...others];
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
