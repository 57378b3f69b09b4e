import type { TenantConfig } from '../config/tenants/tenant.js';
import type { TokenKeys } from '../deliver/access/signature.js';
import type { RevokedTokens } from '../deliver/access/token.js';

/**
 * The keys of the tenants that have their own, as delivery takes them. The keys of an unchanged tenant remain the same
 * object, so that nothing is made again of thousands when one changes.
 */
export function tenantKeysOf(tenants: readonly TenantConfig[]): ReadonlyMap<string, TokenKeys> {
  const keys = new Map<string, TokenKeys>();
  for (const tenant of tenants) {
    const { id, clientKeys } = tenant;
    if (clientKeys === null) continue;
    const known = KNOWN.get(tenant) ?? {
      ...clientKeys,
      secrets: clientKeys.secrets.map((secret) => secret.reveal()),
    };
    KNOWN.set(tenant, known);
    keys.set(id, known);
  }
  return keys;
}

/** The ids of tokens that were revoked, of the tenants that have some. */
export function revokedTokensOf(tenants: readonly TenantConfig[]): RevokedTokens {
  return new Map(
    tenants
      .filter(({ revokedTokens }) => revokedTokens.length > 0)
      .map(({ id, revokedTokens }) => [id, new Set(revokedTokens)]),
  );
}

const KNOWN = new WeakMap<TenantConfig, TokenKeys>();
