import type { JWTPayload } from 'jose';
import { ASYMMETRIC } from '../../base/jwt-algorithms.js';
import { type ClaimNames, OWN_CLAIM_NAMES } from '../../core/model/claims.js';
import { claimOf, readJwt, type UnverifiedToken } from './jwt-text.js';
import type { TokenHeader } from './key-set.js';
import type { KeySets } from './key-sets.js';
import type { AuthOptions } from './options.js';
import { Refusal, type RefusalCode } from './refusal.js';
import { type TokenKeys, TokenSource } from './signature.js';

/** A token whose signature, times, issuer and audience are right. */
export interface SignedToken {
  readonly tenant: string;
  readonly payload: JWTPayload;
  readonly names: ClaimNames;
  /** Names the key that signed it, for `Keyring.standing`. */
  readonly key: string;
}

/**
 * Which keys open which tenant.
 *
 * The claim that names the tenant chooses the keys: those of that tenant, and the service-wide one where there is one. One of
 * them must have signed the token. So a token that was signed with another tenant's key opens nothing, whatever it says.
 *
 * Guarantees:
 * - A token that names no tenant, or more than one, opens none.
 * - An expired token, one for another tenant and one with a wrong signature have a code each. A client without a key gets
 *   the last of these, whether or not there is such a tenant (while its key set is away, `auth-unavailable`).
 * - A connection is let be exactly as long as its token would be let in again: see `standing`.
 */
export class Keyring {
  readonly #sets: KeySets;
  readonly #service: TokenSource | null;
  readonly #serviceUrl: string | null;
  /** Each tenant with its own keys; undefined where it has none. */
  #tenants: ReadonlyMap<string, TokenKeys | undefined> = new Map();
  /** What the tenant's claim is called somewhere. */
  #tenantClaims: readonly string[] = [];
  /** Accepted of some tenant. */
  #algorithms: ReadonlySet<string> = new Set();
  /** Made when they are needed first: there may be thousands. */
  #sources = new WeakMap<TokenKeys, TokenSource>();

  constructor(auth: Exclude<AuthOptions, { mode: 'none' }>, sets: KeySets) {
    this.#sets = sets;
    const keys = serviceKeys(auth);
    this.#serviceUrl = keys?.jwksUrl ?? null;
    this.#useSets([]);
    this.#service = keys && this.#open(keys);
  }

  /** From now on these are the configured tenants, with their own keys where they have some. */
  know(tenants: Iterable<readonly [string, TokenKeys | undefined]>): void {
    this.#tenants = new Map(tenants);
    const claims = [...this.#tenants.values()].flatMap((keys) => keys?.claims.tenant ?? []);
    this.#tenantClaims = [...new Set([OWN_CLAIM_NAMES.tenant, ...claims])];
    const algorithms = [...this.#tenants.values()].flatMap((keys) => keys?.algorithms ?? []);
    this.#algorithms = new Set([...(this.#service?.keys.algorithms ?? []), ...algorithms]);
    this.#useSets([...this.#tenants]);
  }

  /** @throws Refusal */
  async verify(token: unknown, now: number): Promise<SignedToken> {
    const unverified = readJwt(token);
    const header = headerOf(unverified);
    if (!this.#algorithms.has(header.alg))
      throw new Refusal(
        'unauthorized',
        `the algorithm of the token (alg) is none of ${[...this.#algorithms].join(', ')}`,
      );
    const text = token as string;
    const [tenant, second] = this.#named(unverified);
    if (tenant === undefined || second !== undefined) return this.#refuse(text, header, unverified, now);

    let isUnavailable = false;
    for (const source of this.#sourcesOf(tenant)) {
      // A source whose tokens name their tenant by another claim has not signed one like this.
      if (claimOf(unverified.payload, source.keys.claims.tenant) !== tenant) continue;
      const verified = await source.verify(text, header, now).catch((error: unknown) => {
        // Signed by a key of the tenant: so its holder may know what is wrong.
        throw error instanceof Refusal
          ? new Refusal(error.code, error.detail, { ...error.about, tenant })
          : error;
      });
      if (verified.outcome === 'unavailable') isUnavailable = true;
      if (verified.outcome !== 'signed') continue;
      const { payload, key } = verified;
      const names = source.keys.claims;
      // Of the payload that was verified, and not of the one that chose the keys.
      if (claimOf(payload, names.tenant) !== tenant) throw new Refusal('unauthorized');
      return { tenant, payload, names, key };
    }
    if (isUnavailable) throw new Refusal('auth-unavailable', null, { tenant });
    return this.#refuse(text, header, unverified, now);
  }

  /** Null while a token of the tenant that was signed by this key would be let in, but for its expiry; else why not. */
  standing(tenant: string, key: string): Extract<RefusalCode, 'bad-signature' | 'auth-unavailable'> | null {
    const held = this.#sourcesOf(tenant).map((source) => source.holds(key));
    if (held.includes(true)) return null;
    return held.includes(null) ? 'auth-unavailable' : 'bad-signature';
  }

  get health(): KeysHealth {
    const count = { fresh: 0, stale: 0, unusable: 0 };
    const unusable = new Set<string | null>();
    for (const { state, url } of this.#sets.all) {
      count[state] += 1;
      if (state === 'unusable') unusable.add(url);
    }
    const isServiceUsable = this.#service !== null && !unusable.has(this.#serviceUrl);
    let shut = 0;
    for (const keys of this.#tenants.values())
      if (keys === undefined ? !isServiceUsable : unusable.has(keys.jwksUrl)) shut += 1;
    return { sets: count, shut, isShut: shut === this.#tenants.size && !isServiceUsable };
  }

  /** The configured tenants that the token names, each once. */
  #named({ payload }: UnverifiedToken): string[] {
    const found = new Set<string>();
    for (const name of this.#tenantClaims) {
      const value = claimOf(payload, name);
      if (typeof value !== 'string' || !this.#tenants.has(value)) continue;
      const own = this.#tenants.get(value)?.claims.tenant;
      if (own === name || (this.#service !== null && name === OWN_CLAIM_NAMES.tenant)) found.add(value);
    }
    return [...found];
  }

  /** The sources of keys that may open the tenant: its own first. */
  #sourcesOf(tenant: string): TokenSource[] {
    const own = this.#tenants.get(tenant);
    const sources = own === undefined ? [] : [this.#open(own)];
    if (this.#service !== null) sources.push(this.#service);
    return sources;
  }

  /**
   * Says why no key of the named tenant has signed the token. Only one that another key has signed gets to know: who holds no
   * key gets the same answer whether or not there is such a tenant.
   */
  async #refuse(
    token: string,
    header: TokenHeader,
    { payload }: UnverifiedToken,
    now: number,
  ): Promise<never> {
    const byService = await this.#service?.verify(token, header, now);
    if (byService?.outcome === 'unavailable') throw new Refusal('auth-unavailable');
    const signer = byService?.outcome === 'signed' ? this.#service : await this.#otherSigner(token, header);
    if (signer === null) throw new Refusal('bad-signature');
    // An expired one is expired first, whatever it names.
    await signer.verify(token, header, now);
    const claim = signer.keys.claims.tenant;
    const named = claimOf(payload, claim);
    if (typeof named !== 'string')
      throw new Refusal('unauthorized', `the claim ${claim} must be the id of a tenant, as a text`, {
        claim,
      });
    throw new Refusal('tenant-mismatch', null, { claim, ...(this.#tenants.has(named) && { tenant: named }) });
  }

  async #otherSigner(token: string, header: TokenHeader): Promise<TokenSource | null> {
    let tried = 0;
    for (const keys of this.#tenants.values()) {
      if (keys === undefined) continue;
      const source = this.#open(keys);
      if (await source.hasSigned(token, header)) return source;
      tried += 1;
      if (tried === MOST_TRIED) break;
    }
    return null;
  }

  #open(keys: TokenKeys): TokenSource {
    const known = this.#sources.get(keys);
    if (known !== undefined) return known;
    const source = new TokenSource(keys, keys.jwksUrl === null ? null : this.#sets.at(keys.jwksUrl));
    this.#sources.set(keys, source);
    return source;
  }

  #useSets(tenants: readonly (readonly [string, TokenKeys | undefined])[]): void {
    const urls = new Map<string, string[] | null>();
    for (const [tenant, keys] of tenants) {
      const url = keys?.jwksUrl ?? null;
      if (url !== null) urls.set(url, [...(urls.get(url) ?? []), tenant]);
    }
    if (this.#serviceUrl !== null) urls.set(this.#serviceUrl, null);
    this.#sets.use(urls);
    // A set that was not in use for a while is another object.
    this.#sources = new WeakMap();
  }
}

/** How far tokens can be verified here. */
export interface KeysHealth {
  /** Key sets: read at the last try; not read, with keys from before that are still used; and without any. */
  readonly sets: { readonly fresh: number; readonly stale: number; readonly unusable: number };
  /** Tenants whose own tokens are refused, as their key set is unusable. */
  readonly shut: number;
  /** No token of any tenant can be verified. */
  readonly isShut: boolean;
}

function serviceKeys(auth: Exclude<AuthOptions, { mode: 'none' }>): TokenKeys | null {
  const rest = { issuer: null, audience: null, claims: OWN_CLAIM_NAMES };
  if ('secret' in auth) return { secrets: [auth.secret], jwksUrl: null, algorithms: ['HS256'], ...rest };
  if ('jwksUrl' in auth) return { secrets: [], jwksUrl: auth.jwksUrl, algorithms: ASYMMETRIC, ...rest };
  return null;
}

function headerOf({ header }: UnverifiedToken): TokenHeader {
  const [alg, kid] = [claimOf(header, 'alg'), claimOf(header, 'kid')];
  if (typeof alg !== 'string')
    throw new Refusal('unauthorized', 'the header of the token names no algorithm (alg)');
  if (kid !== undefined && typeof kid !== 'string')
    throw new Refusal('unauthorized', 'the kid in the header of the token must be a text');
  return kid === undefined ? { alg } : { alg, kid };
}

/**
 * So many tenants' keys are tried to know a token for the wrong tenant from one with a wrong signature: some 0.3 ms of
 * work. A token of a later tenant is refused as well, only with the other code.
 */
const MOST_TRIED = 100;
