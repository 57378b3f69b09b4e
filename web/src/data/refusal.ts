import { claimsOf, NO_CLAIMS } from './claims.js';

/** Why the bridge refused a token, as the page can say it: the bridge's code, or one of `OWN`. */
export interface TokenRefusal {
  readonly code: string;
  /** Which tenant the token is for, where that may be what is wrong. It is the reader's own token: that is no secret to them. */
  readonly tenant: string | null;
}

/** What the bridge says in words alone (docs/tokens.md); the spec finds each in its source. */
const OWN: readonly (readonly [detail: string, code: string])[] = [
  ['the token lives longer than tokens may', 'token-too-long'],
];

/** Their tenant is to be named: the key or the tenant is another. */
const OF_TENANT = new Set(['tenant-mismatch', 'bad-signature']);

/**
 * @param code the bridge's
 * @param detail the bridge's; null where it has sent none
 * @param token null: none was sent
 */
export function tokenRefusal(code: string, detail: string | null, token: string | null): TokenRefusal {
  if (token !== null && claimsOf(token) === NO_CLAIMS) return { code: 'token-unreadable', tenant: null };
  const own = OWN.find(([text]) => text === detail);
  if (own !== undefined) return { code: own[1], tenant: null };
  return { code, tenant: token !== null && OF_TENANT.has(code) ? claimsOf(token).tenant : null };
}
