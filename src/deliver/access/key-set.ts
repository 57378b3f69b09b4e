import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type JWK,
  type JWSHeaderParameters,
} from 'jose';
import { type BackoffOptions, waitAfter } from '../../base/backoff.js';
import type { Clock } from '../../base/clock.js';
import { fetchKeySet } from './fetch-key-set.js';

/** One public key of a set. */
export interface PublicKey {
  /** RFC 7638: the same key has the same one, whatever the set calls it. */
  readonly thumbprint: string;
  readonly kid: string | undefined;
  /** Null where a token with this header cannot be signed by it. */
  readonly fit: (header: TokenHeader) => Promise<CryptoKey | null>;
}

export interface TokenHeader extends JWSHeaderParameters {
  readonly alg: string;
  readonly kid?: string;
}

/**
 * The key set at one address, as it was read last.
 *
 * Guarantees:
 * - Where the address does not answer, or not with a key set, the keys that were read last stay usable, for `maxStaleMs` at
 *   most. An answer without a key is an answer: its keys are gone.
 * - There is one request at a time, whatever clients send: to renew the set, at most every `COOL_DOWN_MS` as a token names a
 *   key that is not in it, and while it cannot be read with a growing distance.
 * - A request takes `timeoutMs` and `MAX_BYTES` at most, follows no redirect, and brings `MAX_KEYS` keys at most.
 */
export class KeySet {
  readonly #deps: KeySetDeps;
  #keys: readonly PublicKey[] | null = null;
  /** When the keys were read, and when that was last tried: of the monotonic clock. */
  #readAt = -Infinity;
  triedAt = -Infinity;
  #failures = 0;
  #reading: Promise<void> | null = null;

  constructor(
    readonly url: string,
    deps: KeySetDeps,
  ) {
    this.#deps = deps;
  }

  /** `fresh`: the last request succeeded. `stale`: it failed, and the keys are used nevertheless. `unusable`: there are none. */
  get state(): 'fresh' | 'stale' | 'unusable' {
    if (!this.isUsable) return 'unusable';
    return this.#failures === 0 ? 'fresh' : 'stale';
  }

  get isUsable(): boolean {
    return this.#keys !== null && this.#deps.clock.monotonic() - this.#readAt <= this.#deps.maxStaleMs;
  }

  /** Whether the set has been asked at all, with whatever result. */
  get wasTried(): boolean {
    return this.#failures > 0 || this.#keys !== null;
  }

  /** Whether it is time to read the set again. */
  get isDue(): boolean {
    return this.#reading === null && this.#deps.clock.monotonic() - this.triedAt >= this.#pauseMs;
  }

  has(thumbprint: string): boolean {
    return this.#keys?.some((key) => key.thumbprint === thumbprint) ?? false;
  }

  /** Those that may have signed a token with this header; null where none can be known now. */
  async keysFor(header: TokenHeader): Promise<readonly Fitting[] | null> {
    if (!this.isUsable) await this.#readUnlessJustTried(this.#pauseMs);
    else if (this.isDue) void this.read();
    let found = await this.#fitting(header);
    if (found.length === 0 && this.isUsable) {
      await this.#readUnlessJustTried(COOL_DOWN_MS);
      found = await this.#fitting(header);
    }
    if (!this.isUsable) return null;
    // While the set is away, a key that it does not have may be a new one.
    return found.length === 0 && this.#failures > 0 ? null : found;
  }

  /** The known keys with this `kid`, the first few of them, without asking for any. */
  named(kid: string): readonly PublicKey[] {
    if (!this.isUsable) return [];
    return (this.#keys ?? []).filter((key) => key.kid === kid).slice(0, MOST_FITTING);
  }

  /** Reads the set now; one request that is under way is waited for instead. Does not reject. */
  read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #readUnlessJustTried(pauseMs: number): Promise<void> {
    if (this.#reading !== null || this.#deps.clock.monotonic() - this.triedAt >= pauseMs) await this.read();
  }

  async #readNow(): Promise<void> {
    const { clock, timeoutMs, onRead, onFailed } = this.#deps;
    this.triedAt = clock.monotonic();
    const answer = await fetchKeySet(this.url, timeoutMs);
    if ('problem' in answer) {
      this.#failures += 1;
      return onFailed(this, answer.problem);
    }
    this.#keys = await usable(answer.keys);
    this.#readAt = this.triedAt;
    this.#failures = 0;
    onRead(this, this.#keys.length);
  }

  async #fitting(header: TokenHeader): Promise<readonly Fitting[]> {
    if (!this.isUsable) return [];
    const found: Fitting[] = [];
    for (const { thumbprint, fit } of this.#keys!) {
      const key = await fit(header);
      if (key !== null) found.push({ thumbprint, key });
      if (found.length === MOST_FITTING) break;
    }
    return found;
  }

  get #pauseMs(): number {
    const renewMs = Math.min(RENEW_MS, this.#deps.maxStaleMs / RENEWALS_IN_TIME);
    if (this.#failures === 0) return this.#keys === null ? 0 : renewMs;
    return waitAfter(this.#failures - 1, { ...RETRY, maxMs: Math.min(RETRY.maxMs, renewMs) });
  }
}

/** A key that may have signed a token. */
export interface Fitting {
  readonly thumbprint: string;
  readonly key: CryptoKey;
}

export interface KeySetDeps {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timeoutMs: number;
  readonly maxStaleMs: number;
  readonly onRead: (set: KeySet, keys: number) => void;
  /** `reason` is of fixed words. */
  readonly onFailed: (set: KeySet, reason: string) => void;
}

/** Leaves out what cannot verify: keys of unknown kinds, secret ones, and those for encryption. */
async function usable(jwks: readonly JWK[]): Promise<readonly PublicKey[]> {
  const keys = await Promise.all(jwks.map((jwk) => publicKey(jwk).catch(() => null)));
  return keys.filter((key) => key !== null);
}

async function publicKey(jwk: JWK): Promise<PublicKey | null> {
  if (jwk.kty === 'oct' || jwk.d !== undefined || (jwk.use !== undefined && jwk.use !== 'sig')) return null;
  const local = createLocalJWKSet({ keys: [jwk] });
  return {
    thumbprint: await calculateJwkThumbprint(jwk),
    kid: jwk.kid,
    fit: (header) =>
      local(header).catch((error: unknown) => {
        if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException)
          return null;
        throw error;
      }),
  };
}

/** A key that was withdrawn counts for so long at most, where the set can be read. */
const RENEW_MS = 600_000;
/** So that a single failure does not cost the keys, also where `maxStaleMs` is short. */
const RENEWALS_IN_TIME = 4;
/** Anybody can name a key that does not exist. */
const COOL_DOWN_MS = 30_000;
const RETRY: BackoffOptions = { firstMs: 1_000, maxMs: 60_000, random: () => 0 };
/**
 * Where tokens name no key, or a set has many of one name, each that fits is tried. The largest take 5 ms each, and a tenant's
 * provider chooses what is in its set.
 */
const MOST_FITTING = 8;
