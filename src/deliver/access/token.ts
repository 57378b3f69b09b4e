import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import type { Grant } from './audience.js';
import type { Clock } from '../../base/clock.js';
import type { LimitWatch } from './limit-watch.js';
import type { ResolvedOptions } from './options.js';
import { Refusal } from './refusal.js';

/** A key set holds public keys: with a symmetric algorithm, every reader of the set could sign. */
const ASYMMETRIC = [
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
];
/** Small enough for the largest message together with a subscription, and for the usual header limits. */
const MAX_TOKEN_LENGTH = 8 * 1024;
const MAX_LIST = 1_000;
/** Whole seconds, and an issuer's clock that is a little ahead or behind. */
const CLOCK_SLACK_MS = 60_000;
/** Caps the expiry of a token: clients get it in RFC 3339, which has no later year. */
const LATEST_EXPIRY = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** The names under which clients put tokens into addresses, where proxies and histories keep them. */
const TOKEN_PARAMETERS = ['token', 'access_token', 'jwt', 'auth', 'authorization', 'bearer'];

type Options = Pick<ResolvedOptions, 'auth' | 'tenants' | 'authTimeoutMs' | 'maxTokenLifeMs'>;

/** A grant, and whose it is: limits count by subject, so that a person with many tokens counts once. */
export interface Holder extends Grant {
  /** The token's `sub`; without one what the token shows. Unique within its tenant. */
  readonly subject: string;
}

/**
 * Turns a token into a grant, or refuses it.
 *
 * Claims: `tenant` (required, a configured tenant), `exp` (required), `extensions` and `queues` (optional lists of
 * strings; anything else refuses the token, because ignoring a claim that should narrow would widen), `sub` (optional),
 * `display` (optional). The tenant comes from the claim alone. A token lives for `maxTokenLifeMs` at most, from its `iat`
 * or, without one, from now; a display's (`display: true`) may live longer. Refusals: `token-expired`, `unauthorized` for
 * anything else that is wrong with the token, and `auth-unavailable` while the key set cannot be read. The tenants may
 * change: see `know`.
 */
export class TokenVerifier {
  readonly #clock: Clock;
  readonly #maxLifeMs: number;
  readonly #watch: Pick<LimitWatch, 'reached'>;
  #tenants: readonly [string, ...string[]];
  #known: ReadonlySet<string>;
  readonly #verifySignature: ((token: string) => Promise<JWTPayload>) | null;

  constructor(options: Options, clock: Clock, watch: Pick<LimitWatch, 'reached'>) {
    this.#clock = clock;
    this.#maxLifeMs = options.maxTokenLifeMs;
    this.#watch = watch;
    this.#tenants = options.tenants;
    this.#known = new Set(options.tenants);
    this.#verifySignature = signatureCheck(options, () => new Date(clock.now()));
  }

  /** False with `AUTH_MODE=none`: then tokens are neither required nor read. */
  get required(): boolean {
    return this.#verifySignature !== null;
  }

  /** From now on these are the configured tenants. */
  know(tenants: readonly [string, ...string[]]): void {
    this.#tenants = tenants;
    this.#known = new Set(tenants);
  }

  /** Null while what was granted still holds, else why it does not: it has expired, or its tenant was removed. */
  lapsed({ tenant, expiresAt }: Grant): 'token-expired' | 'unauthorized' | null {
    if (expiresAt <= this.#clock.now()) return 'token-expired';
    return this.#known.has(tenant) ? null : 'unauthorized';
  }

  /** `requestedTenant` counts only with `AUTH_MODE=none`, where no token names the tenant. */
  async verify(token: unknown, requestedTenant?: unknown): Promise<Holder> {
    if (this.#verifySignature === null) return this.#openGrant(requestedTenant);
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new Refusal('unauthorized');
    const claims = await this.#verifySignature(token);
    const { tenant, exp } = claims;
    const extensions = narrowing(claims.extensions);
    const queues = narrowing(claims.queues);
    if (typeof tenant !== 'string' || !this.#known.has(tenant) || exp === undefined) {
      throw new Refusal('unauthorized');
    }
    this.#checkLife(claims, exp);
    const subject = subjectOf(claims.sub, extensions, queues);
    return { tenant, extensions, queues, subject, expiresAt: Math.min(exp * 1000, LATEST_EXPIRY) };
  }

  /** @throws Refusal with its reason, which an operator needs where tokens come from elsewhere. */
  #checkLife({ iat, display }: JWTPayload, exp: number): void {
    const now = this.#clock.now();
    // One that claims to begin later lives from now: it is valid already.
    const lifeMs = exp * 1000 - Math.min(iat === undefined ? now : iat * 1000, now);
    if (display === true || lifeMs <= this.#maxLifeMs + CLOCK_SLACK_MS) return;
    this.#watch.reached('token-life');
    throw new Refusal('unauthorized', 'the token lives longer than tokens may');
  }

  #openGrant(requested: unknown): Holder {
    const known = typeof requested === 'string' && this.#known.has(requested);
    return { tenant: known ? requested : this.#tenants[0], subject: 'anyone', expiresAt: Infinity };
  }
}

export function hasTokenInQuery(query: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(query).some((name) => TOKEN_PARAMETERS.includes(name.toLowerCase()));
}

/** Names a subject among those of all tenants. */
export function subjectKey({ tenant, subject }: Holder): string {
  return `${tenant} ${subject}`;
}

/** Where there is no `sub`, all tokens that show the same count as one person's. */
function subjectOf(sub: unknown, extensions?: readonly string[], queues?: readonly string[]): string {
  if (typeof sub === 'string' && sub !== '') return `sub ${sub}`;
  const lists = [extensions, queues].map((list) => list && [...list].sort());
  return createHash('sha256').update(JSON.stringify(lists)).digest('base64url');
}

function narrowing(claim: unknown): readonly string[] | undefined {
  if (claim === undefined) return undefined;
  const isList = Array.isArray(claim) && claim.length <= MAX_LIST;
  if (!isList || !claim.every((item) => typeof item === 'string')) throw new Refusal('unauthorized');
  return claim;
}

function signatureCheck({ auth, authTimeoutMs }: Options, currentDate: () => Date) {
  if (auth.mode === 'none') return null;
  const requiredClaims = ['exp', 'tenant'];
  let check: (token: string) => Promise<{ payload: JWTPayload }>;
  if ('secret' in auth) {
    const key = new TextEncoder().encode(auth.secret);
    const algorithms = ['HS256'];
    check = (token) => jwtVerify(token, key, { algorithms, requiredClaims, currentDate: currentDate() });
  } else {
    const remote = createRemoteJWKSet(new URL(auth.jwksUrl), { timeoutDuration: authTimeoutMs });
    const keys: JWTVerifyGetKey = (header, token) =>
      remote(header, token).catch((error: unknown) => {
        throw isAboutTheToken(error) ? error : new Refusal('auth-unavailable');
      });
    check = (token) =>
      jwtVerify(token, keys, { algorithms: ASYMMETRIC, requiredClaims, currentDate: currentDate() });
  }
  return async (token: string): Promise<JWTPayload> => {
    try {
      return (await check(token)).payload;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(error instanceof errors.JWTExpired ? 'token-expired' : 'unauthorized');
    }
  };
}

/** Whether the token is to blame: it is for a key that the set does not have, it is not for a set that cannot be read. */
function isAboutTheToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}
