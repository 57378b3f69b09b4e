import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type CryptoKey, errors, jwtVerify, type JWTPayload } from 'jose';
import { SYMMETRIC } from '../../base/jwt-algorithms.js';
import type { ClaimNames } from '../../core/model/claims.js';
import type { KeySet, TokenHeader } from './key-set.js';
import { Refusal } from './refusal.js';

/** By what the tokens of a tenant, or of the whole service, are signed, and how their claims are called. */
export interface TokenKeys {
  /** Keys for HMAC; with them no key set counts. */
  readonly secrets: readonly string[];
  readonly jwksUrl: string | null;
  readonly issuer: string | null;
  readonly audience: string | null;
  readonly algorithms: readonly string[];
  readonly claims: ClaimNames;
}

/** What came of verifying a token by one source of keys. */
export type Verified =
  | { readonly outcome: 'signed'; readonly payload: JWTPayload; readonly key: string }
  /** None of the keys has signed it. */
  | { readonly outcome: 'not-signed' }
  /** The keys cannot be known now. */
  | { readonly outcome: 'unavailable' };

/**
 * Verifies tokens by one source of keys: a tenant's, or the service-wide one.
 *
 * Guarantees: only the source's own algorithms count, which are symmetric for secrets and asymmetric for key sets; so no
 * public key is ever used as a secret. Of the header only `alg` and `kid` are looked at, and `kid` only chooses among the
 * set's keys: no address and no key in a header is followed.
 */
export class TokenSource {
  readonly keys: TokenKeys;
  readonly #secrets: readonly Secret[];
  readonly #set: KeySet | null;
  /** Of all that a token is checked for besides its key: a token's connection ends where that changes, too. */
  readonly #rule: string;

  constructor(keys: TokenKeys, set: KeySet | null) {
    this.keys = keys;
    this.#set = set;
    const { secrets, ...rest } = keys;
    this.#rule = digest(JSON.stringify(rest));
    this.#secrets = secrets.map((text) => ({
      id: `${this.#rule}.${digest(text)}`,
      bytes: new TextEncoder().encode(text),
    }));
  }

  /**
   * @param now milliseconds since 1970
   * @throws Refusal where the signature is right and something else is wrong
   */
  async verify(token: string, header: TokenHeader, now: number): Promise<Verified> {
    if (!this.keys.algorithms.includes(header.alg)) return { outcome: 'not-signed' };
    if (this.#set === null) {
      const secret = this.#secrets.find(({ bytes }) => isHmacOf(token, header.alg, bytes));
      if (secret === undefined) return { outcome: 'not-signed' };
      return { outcome: 'signed', payload: await this.#check(token, secret.bytes, now), key: secret.id };
    }
    const fitting = await this.#set.keysFor(header);
    if (fitting === null) return { outcome: 'unavailable' };
    for (const { thumbprint, key } of fitting) {
      try {
        const payload = await this.#check(token, key, now);
        return { outcome: 'signed', payload, key: `${this.#rule}.${thumbprint}` };
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    return { outcome: 'not-signed' };
  }

  /** Whether a key, as `Verified` names it, still counts; null while that cannot be known. */
  holds(key: string): boolean | null {
    if (!key.startsWith(`${this.#rule}.`)) return false;
    if (this.#set === null) return this.#secrets.some(({ id }) => id === key);
    return this.#set.isUsable ? this.#set.has(key.slice(this.#rule.length + 1)) : null;
  }

  /** Whether one of the keys that are known here has signed the token; asks for none, and checks nothing else. */
  async hasSigned(token: string, header: TokenHeader): Promise<boolean> {
    if (!this.keys.algorithms.includes(header.alg)) return false;
    if (this.#set === null) return this.#secrets.some(({ bytes }) => isHmacOf(token, header.alg, bytes));
    for (const { fit } of header.kid === undefined ? [] : this.#set.named(header.kid)) {
      const key = await fit(header);
      const isSigned =
        key !== null &&
        (await jwtVerify(token, key, { algorithms: [header.alg] }).then(
          () => true,
          (error: unknown) => !(error instanceof errors.JWSSignatureVerificationFailed),
        ));
      if (isSigned) return true;
    }
    return false;
  }

  async #check(token: string, key: CryptoKey | Uint8Array, now: number): Promise<JWTPayload> {
    const { issuer, audience, algorithms } = this.keys;
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [...algorithms],
        requiredClaims: ['exp'],
        currentDate: new Date(now),
        ...(issuer !== null && { issuer }),
        ...(audience !== null && { audience }),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) throw error;
      if (error instanceof errors.JWTExpired) throw new Refusal('token-expired', null, { claim: 'exp' });
      if (error instanceof errors.JWTClaimValidationFailed)
        throw new Refusal('unauthorized', WRONG_CLAIMS[error.claim] ?? 'a claim is wrong', {
          claim: error.claim,
        });
      if (error instanceof errors.JOSEError)
        throw new Refusal('unauthorized', 'the token is no JWT that can be verified');
      throw error;
    }
  }
}

interface Secret {
  readonly id: string;
  readonly bytes: Uint8Array;
}

const WRONG_CLAIMS: Readonly<Record<string, string>> = {
  exp: 'the claim exp is required, in seconds since 1970',
  nbf: 'the claim nbf is no time, or the token is not valid yet',
  iat: 'the claim iat must be in seconds since 1970',
  iss: 'the claim iss is not the issuer of this tenant',
  aud: 'the claim aud is not the audience of this tenant',
};

/** Computed here and not by `jose`, which would take ten times as long, to find a key among several. */
function isHmacOf(token: string, algorithm: string, key: Uint8Array): boolean {
  if (!(SYMMETRIC as readonly string[]).includes(algorithm)) return false;
  const end = token.lastIndexOf('.');
  const expected = createHmac(`sha${algorithm.slice(2)}`, key)
    .update(token.slice(0, end))
    .digest();
  const given = Buffer.from(token.slice(end + 1), 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
