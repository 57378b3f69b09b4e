import type { Secret } from '../secrets/secret.js';

/** How the bridge proves itself to a tenant's PBX: a fixed bearer token, or a key to exchange for one. */
export type Credential =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'api-key'; readonly apiKey: Secret };

/** One Pitel account, and how what it says is to be read. */
export interface TenantConfig {
  readonly id: string;
  /** An http(s) origin without a trailing slash; the paths `/v3/…` are added. */
  readonly baseUrl: string;
  readonly credential: Credential;
  /** The zone of times that come without one, by its IANA name. */
  readonly timeZone: string;
  /** The country of numbers in national form, two capital letters. */
  readonly country: string;
  /** Milliseconds between two polls of an endpoint. */
  readonly pollIntervalMs: number;
}

/** @param tenants at least one */
export function idsOf(tenants: readonly Pick<TenantConfig, 'id'>[]): readonly [string, ...string[]] {
  const [first, ...others] = tenants.map(({ id }) => id);
  return [first!, ...others];
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
