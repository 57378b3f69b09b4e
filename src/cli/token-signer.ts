import { readTenants } from '../config/parse-config.js';
import type { ReadText } from '../config/secrets/read-text.js';
import type { Secret } from '../config/secrets/secret.js';
import { given } from '../config/settings/given.js';
import { jwtSecret } from '../config/settings/variables.js';
import type { Environment, TenantConfig } from '../config/tenants/tenant.js';
import { type ClaimNames, OWN_CLAIM_NAMES } from '../core/model/claims.js';
import type { CommandResult } from './command-result.js';

/** By what a tenant's tokens are signed, and what they have to say. */
export interface Signer {
  readonly secret: Secret;
  readonly algorithm: string;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly claims: ClaimNames;
}

/**
 * Finds the key that signs for a tenant: the first of its own, and the service-wide one where it has none, or where its
 * tokens come from an identity provider: an operator may sign for every tenant.
 *
 * A tenant that is not configured is refused, as the bridge would refuse its token. Where the environment names no tenant at
 * all, any is taken: it is then not the bridge's own.
 */
export function signerOf(tenant: string, env: Environment, readText: ReadText): CommandResult<Signer> {
  const configured = configuredTenants(env, readText);
  if (!configured.ok) return configured;
  const { tenants, where } = configured.value;
  if (tenants !== null && !tenants.some(({ id }) => id === tenant))
    return { ok: false, problem: `--tenant ${tenant} is not configured: ${where} ${namesOf(tenants)}` };

  const keys = tenants?.find(({ id }) => id === tenant)?.clientKeys ?? null;
  const [own] = keys?.secrets ?? [];
  if (keys !== null && own !== undefined) {
    const { algorithms, issuer, audience, claims } = keys;
    return { ok: true, value: { secret: own, algorithm: algorithms[0], issuer, audience, claims } };
  }
  return serviceSigner(env, keys !== null);
}

/** `tenants`: null where the environment names none. */
function configuredTenants(
  env: Environment,
  readText: ReadText,
): CommandResult<{ readonly tenants: readonly Tenant[] | null; readonly where: string }> {
  const file = readTenants(env, readText);
  if (file?.ok === true) return { ok: true, value: { tenants: file.tenants, where: 'TENANTS_FILE has' } };
  if (file?.ok === false) {
    const [first, ...others] = file.problems;
    const more = others.length === 0 ? '' : ` (and ${others.length} more problems)`;
    return { ok: false, problem: `TENANTS_FILE: ${first}${more}` };
  }
  const id = given(env, 'TENANT_ID');
  const isNamed = id !== undefined || given(env, 'PITEL_BASE_URL') !== undefined;
  const single: Tenant = { id: id ?? 'default', clientKeys: null };
  return { ok: true, value: { tenants: isNamed ? [single] : null, where: 'TENANT_ID is' } };
}

type Tenant = Pick<TenantConfig, 'id' | 'clientKeys'>;

function serviceSigner(env: Environment, hasKeySet: boolean): CommandResult<Signer> {
  const text = given(env, 'AUTH_JWT_SECRET');
  if (text === undefined) {
    const setting = hasKeySet ? "the tenant's jwksUrl" : 'AUTH_JWKS_URL';
    const elsewhere = hasKeySet || given(env, 'AUTH_JWKS_URL') !== undefined;
    return {
      ok: false,
      problem: elsewhere
        ? `${setting} is set: tokens come from the identity provider whose key set that is, not from here`
        : 'AUTH_JWT_SECRET is not set, neither in the environment nor in .env',
    };
  }
  const secret = jwtSecret.safeParse(text);
  if (!secret.success)
    return { ok: false, problem: `AUTH_JWT_SECRET: ${secret.error.issues[0]?.message ?? ''}` };
  const rest = { issuer: null, audience: null, claims: OWN_CLAIM_NAMES };
  return { ok: true, value: { secret: secret.data, algorithm: 'HS256', ...rest } };
}

function namesOf(tenants: readonly Tenant[]): string {
  const names = tenants.slice(0, NAMED).map(({ id }) => id);
  return names.join(', ') + (tenants.length > NAMED ? ` and ${tenants.length - NAMED} more` : '');
}

/** The most tenants in one line. */
const NAMED = 10;
