import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { Logger } from 'pino';
import type { Grant, NumbersShown } from './audience.js';
import type { Clock } from '../../base/clock.js';
import { claimOf } from './jwt-text.js';
import { KeySets } from './key-sets.js';
import { Keyring, type KeysHealth, type SignedToken } from './keyring.js';
import type { LimitWatch } from './limit-watch.js';
import type { ResolvedOptions } from './options.js';
import { Refusal, type RefusalCode } from './refusal.js';
import type { TokenKeys } from './signature.js';

const MAX_LIST = 1_000;
/** Whole seconds, and an issuer's clock that is a little ahead or behind. */
const CLOCK_SLACK_MS = 60_000;
/** Caps the expiry of a token: clients get it in RFC 3339, which has no later year. */
const LATEST_EXPIRY = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** The names under which clients put tokens into addresses, where proxies and histories keep them. */
const TOKEN_PARAMETERS = ['token', 'access_token', 'jwt', 'auth', 'authorization', 'bearer'];

type Options = Pick<
  ResolvedOptions,
  | 'auth'
  | 'tenants'
  | 'tenantKeys'
  | 'revokedTokens'
  | 'authTimeoutMs'
  | 'maxTokenLifeMs'
  | 'keySetMaxStaleMs'
>;

/** A grant, and whose it is: limits count by subject, so that a person with many tokens counts once. */
export interface Holder extends Grant {
  /** The token's `sub`; without one what the token shows. Unique within its tenant. */
  readonly subject: string;
  /** Which key signed the token. */
  readonly key: string;
  /**
   * Whether it shows and tries the tenant's webhooks. Never with `extensions`, `queues` or masked numbers: an error of a receiver
   * may name any caller. Never of a display, which shows and does nothing.
   */
  readonly webhooks: boolean;
  readonly numbers: NumbersShown;
  /** Whether it claims, dismisses … call-backs that it shows. Never of a display. */
  readonly callbacks: boolean;
  /** The token's `sub`, who did what is noted as done by; null: it has none. */
  readonly sub: string | null;
  /** The token's `jti`, by which it can be revoked; null: it has none. */
  readonly id: string | null;
}

/** The ids (`jti`) of a tenant's tokens that were revoked, by tenant. */
export type RevokedTokens = ReadonlyMap<string, ReadonlySet<string>>;
const NONE_REVOKED: RevokedTokens = new Map();

/** Whose a connection or a request is. */
export type Whose = Pick<Holder, 'tenant' | 'subject'>;

export interface TokenVerifierDeps {
  readonly clock: Clock;
  readonly watch: Pick<LimitWatch, 'reached'>;
  readonly logger: Pick<Logger, 'debug' | 'info' | 'warn'>;
}

/**
 * Turns a token into a grant, or refuses it.
 *
 * Claims: `tenant` (required, a configured tenant), `exp` (required), `extensions` and `queues` (optional lists of
 * texts and whole numbers; anything else refuses the token, because ignoring a claim that should narrow would widen), `sub`
 * (optional), `display`, `webhooks` and `callbacks` (optional; `true`, and any other value grants nothing), `numbers` (optional: `full` or
 * `masked`, and any other value refuses the token), `jti` (optional; a text). The tenant comes from the claim alone, and decides which keys count (`Keyring`). A token
 * lives for `maxTokenLifeMs` at most, from its `iat` or, without one, from now; a display's (`display: true`) may live longer.
 *
 * Refusals: `token-expired`; `token-revoked`, its `jti` is in the tenant's list of revoked ones; `tenant-mismatch`, it names a tenant that its key does not open; `bad-signature`, no key of the
 * named tenant has signed it; `auth-unavailable` while the key set cannot be read; `unauthorized` for anything else. Each is
 * a line at level debug that says which claim it is about. The tenants and their keys may change: see `know`.
 */
export class TokenVerifier {
  readonly #deps: TokenVerifierDeps;
  readonly #maxLifeMs: number;
  readonly #sets: KeySets;
  /** Null with `AUTH_MODE=none`. */
  readonly #keyring: Keyring | null;
  #tenants: readonly [string, ...string[]];
  #known: ReadonlySet<string>;
  #revoked: RevokedTokens = NONE_REVOKED;

  constructor(options: Options, deps: TokenVerifierDeps) {
    const { auth, tenants, tenantKeys, revokedTokens, maxTokenLifeMs, authTimeoutMs, keySetMaxStaleMs } =
      options;
    this.#deps = deps;
    this.#maxLifeMs = maxTokenLifeMs;
    this.#sets = new KeySets({ ...deps, timeoutMs: authTimeoutMs, maxStaleMs: keySetMaxStaleMs });
    this.#keyring = auth.mode === 'none' ? null : new Keyring(auth, this.#sets);
    this.#tenants = tenants;
    this.#known = new Set(tenants);
    this.know(tenants, tenantKeys, revokedTokens);
  }

  /** Begins to read key sets, so that they are known before the first client comes. */
  start(): void {
    this.#sets.start();
  }

  stop(): void {
    this.#sets.stop();
  }

  /** False with `AUTH_MODE=none`: then tokens are neither required nor read. */
  get required(): boolean {
    return this.#keyring !== null;
  }

  /** Null with `AUTH_MODE=none`. */
  get keys(): KeysHealth | null {
    return this.#keyring?.health ?? null;
  }

  /** How many tenants are configured now. */
  get tenantCount(): number {
    return this.#known.size;
  }

  /** How often a key set could not be read, since the start. */
  get keySetFailures(): number {
    return this.#sets.failures;
  }

  /**
   * From now on these are the configured tenants, these the keys of those that have their own, and these the ids (`jti`) of
   * tokens that were revoked, by tenant.
   */
  know(
    tenants: readonly [string, ...string[]],
    keys: ReadonlyMap<string, TokenKeys> = new Map(),
    revoked: RevokedTokens = NONE_REVOKED,
  ): void {
    this.#tenants = tenants;
    this.#known = new Set(tenants);
    this.#revoked = revoked;
    this.#keyring?.know(tenants.map((tenant) => [tenant, keys.get(tenant)] as const));
  }

  /**
   * Null while what was granted still holds. Else why not: it has expired or was revoked, its tenant was removed, its key was
   * removed from the tenant's keys, or the key set has been away for too long.
   */
  lapsed({
    tenant,
    expiresAt,
    key,
    id,
  }: Pick<Holder, 'tenant' | 'expiresAt' | 'key' | 'id'>): RefusalCode | null {
    if (expiresAt <= this.#deps.clock.now()) return 'token-expired';
    if (!this.#known.has(tenant)) return 'unauthorized';
    if (id !== null && this.#isRevoked(tenant, id)) return 'token-revoked';
    return this.#keyring?.standing(tenant, key) ?? null;
  }

  /** `requestedTenant` counts only with `AUTH_MODE=none`, where no token names the tenant. */
  async verify(token: unknown, requestedTenant?: unknown): Promise<Holder> {
    if (this.#keyring === null) return this.#openGrant(requestedTenant);
    try {
      return this.#holder(await this.#keyring.verify(token, this.#deps.clock.now()));
    } catch (error) {
      if (error instanceof Refusal) this.#say(error);
      throw error;
    }
  }

  #isRevoked(tenant: string, id: string): boolean {
    return this.#revoked.get(tenant)?.has(id) === true;
  }

  #holder({ tenant, payload, names, key }: SignedToken): Holder {
    const extensions = narrowing(payload, names.extensions, tenant);
    const queues = narrowing(payload, names.queues, tenant);
    const exp = payload.exp!;
    const isDisplay = claimOf(payload, names.display) === true;
    this.#checkLife(payload, isDisplay);
    const numbers = numbersOf(payload, names.numbers, { tenant, extensions, queues, isDisplay });
    const id = idOf(payload, tenant);
    if (id !== null && this.#isRevoked(tenant, id)) throw new Refusal('token-revoked', null, { tenant });
    const subject = subjectOf(subOf(payload, names.sub), extensions, queues);
    return {
      tenant,
      extensions,
      queues,
      subject,
      key,
      webhooks:
        claimOf(payload, names.webhooks) === true &&
        extensions === undefined &&
        queues === undefined &&
        numbers === 'full' &&
        !isDisplay,
      numbers,
      callbacks: claimOf(payload, names.callbacks) === true && !isDisplay,
      sub: subOf(payload, names.sub),
      id,
      expiresAt: Math.min(exp * 1000, LATEST_EXPIRY),
    };
  }

  /** @throws Refusal with its reason, which an operator needs where tokens come from elsewhere. */
  #checkLife({ iat, exp }: JWTPayload, isDisplay: boolean): void {
    const now = this.#deps.clock.now();
    // One that claims to begin later lives from now: it is valid already.
    const lifeMs = exp! * 1000 - Math.min(iat === undefined ? now : iat * 1000, now);
    if (isDisplay || lifeMs <= this.#maxLifeMs + CLOCK_SLACK_MS) return;
    this.#deps.watch.reached('token-life');
    throw new Refusal('unauthorized', 'the token lives longer than tokens may', { claim: 'exp' });
  }

  /** A line of fixed words and configured names: what a token says may be anything. */
  #say({ code, detail, about }: Refusal): void {
    this.#deps.logger.debug({ code, ...about }, `token refused: ${detail ?? WHY[code] ?? code}`);
  }

  #openGrant(requested: unknown): Holder {
    const known = typeof requested === 'string' && this.#known.has(requested);
    const tenant = known ? requested : this.#tenants[0];
    return {
      tenant,
      subject: 'anyone',
      key: '',
      webhooks: true,
      numbers: 'full',
      callbacks: true,
      sub: 'anyone',
      id: null,
      expiresAt: Infinity,
    };
  }
}

/** For the log, where the code alone is no sentence. */
const WHY: Readonly<Partial<Record<RefusalCode, string>>> = {
  unauthorized: 'there is none',
  'token-expired': 'it has expired',
  'token-revoked': 'it was revoked',
  'tenant-mismatch': 'its key does not open the tenant that it names',
  'bad-signature': 'no key of the tenant that it names has signed it',
  'auth-unavailable': 'the key set cannot be read',
};

export function hasTokenInQuery(query: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(query).some((name) => TOKEN_PARAMETERS.includes(name.toLowerCase()));
}

/** Names a subject among those of all tenants. */
export function subjectKey({ tenant, subject }: Whose): string {
  return `${tenant} ${subject}`;
}

/** Where there is no `sub`, all tokens that show the same count as one person's. */
function subjectOf(sub: string | null, extensions?: readonly string[], queues?: readonly string[]): string {
  if (sub !== null) return `sub ${sub}`;
  const lists = [extensions, queues].map((list) => list && [...list].sort());
  return createHash('sha256').update(JSON.stringify(lists)).digest('base64url');
}

/** The claim's list as texts: people write extensions as numbers, and mean the same. */
function narrowing(payload: JWTPayload, claim: string, tenant: string): readonly string[] | undefined {
  const value = claimOf(payload, claim);
  if (value === undefined) return undefined;
  const refuse = (what: string) =>
    new Refusal('unauthorized', `the claim ${claim} must ${what}`, { claim, tenant });
  if (!Array.isArray(value) || !value.every(isItem))
    throw refuse('be a list of texts or whole numbers; left out, it means all');
  if (value.length > MAX_LIST) throw refuse(`hold at most ${MAX_LIST} items`);
  return value.map(String);
}

/**
 * Which numbers the token shows whole, where it does not say so itself: all where it is not narrowed, or shows nothing but the
 * calls of extensions; of a queue, none; a display's none whatever it is narrowed to.
 */
function numbersOf(
  payload: JWTPayload,
  claim: string,
  {
    tenant,
    extensions,
    queues,
    isDisplay,
  }: Pick<Grant, 'tenant' | 'extensions' | 'queues'> & { isDisplay: boolean },
): NumbersShown {
  const value = claimOf(payload, claim);
  if (value === 'full' || value === 'masked') return value;
  if (value !== undefined)
    throw new Refusal('unauthorized', `the claim ${claim} must be full or masked`, { claim, tenant });
  if (isDisplay) return 'masked';
  if (queues === undefined) return 'full';
  return extensions === undefined ? 'masked' : 'own';
}

function subOf(payload: JWTPayload, claim: string): string | null {
  const sub = claimOf(payload, claim);
  return typeof sub === 'string' && sub !== '' ? sub : null;
}

/** One that cannot be compared with those that were revoked refuses the token. */
function idOf({ jti }: JWTPayload, tenant: string): string | null {
  const id: unknown = jti;
  if (id === undefined) return null;
  if (typeof id === 'string') return id;
  throw new Refusal('unauthorized', 'the claim jti must be a text', { claim: 'jti', tenant });
}

function isItem(item: unknown): item is string | number {
  return typeof item === 'string' || (Number.isSafeInteger(item) && (item as number) >= 0);
}
