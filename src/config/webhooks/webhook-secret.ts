import { Secret } from '../secrets/secret.js';

/**
 * Reads a signing secret of Standard Webhooks: `whsec_` and the base64 of at least 24 random bytes, as
 * `echo whsec_$(openssl rand -base64 24)` prints it. Null for anything else: a secret without the prefix may be one of
 * another kind.
 */
export function webhookSecret(text: string): Secret | null {
  const trimmed = text.trim();
  const base64 = trimmed.slice(PREFIX.length);
  if (!trimmed.startsWith(PREFIX) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const bytes = Buffer.from(base64, 'base64');
  // Node decodes what is no whole base64 as far as it goes; the receiver would read other bytes, or none.
  const isWhole = bytes.toString('base64').replace(/={1,2}$/, '') === base64.replace(/={1,2}$/, '');
  return isWhole && bytes.length >= LEAST_BYTES && bytes.length <= MOST_BYTES ? new Secret(trimmed) : null;
}

/** The bytes of a secret that `webhookSecret` has read. */
export function secretBytes(secret: Secret): Buffer {
  return Buffer.from(secret.reveal().slice(PREFIX.length), 'base64');
}

export const SECRET_EXPECTED =
  'must be whsec_ and the base64 of 24 to 64 bytes: echo whsec_$(openssl rand -base64 32)';

const PREFIX = 'whsec_';
/** The bounds of Standard Webhooks. */
const LEAST_BYTES = 24;
const MOST_BYTES = 64;
