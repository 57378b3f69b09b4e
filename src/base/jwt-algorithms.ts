/**
 * The algorithms of client tokens. A key is of one kind and never of the other: a shared secret signs by HMAC alone, and
 * a key set, which everybody may read, holds public keys alone. With a symmetric algorithm every reader of the set could
 * sign.
 */
export const SYMMETRIC = ['HS256', 'HS384', 'HS512'] as const;
export const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

/** The shortest secret for an algorithm, in bytes: as long as its hash (RFC 7518, section 3.2). */
export function leastSecretBytes(algorithm: string): number {
  return Number(algorithm.slice(2)) / 8;
}
