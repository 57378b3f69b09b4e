import { Backoff } from '../../base/backoff.js';
import type { Time } from '../../base/clock.js';
import type { HttpFailure, PitelClient } from './pitel-client.js';
import { tokenAnswer } from '../parse/answer-schemas.js';
import type { TokenRefusal } from './token-refusal.js';

/**
 * The bearer token of one tenant: fixed, or exchanged for an API key at `POST /v3/auth/token`.
 *
 * | token            | a token is needed                        | the upstream refused it                             |
 * |------------------|------------------------------------------|-----------------------------------------------------|
 * | fixed            | it                                       | nothing else can be tried                           |
 * | none             | exchange; all requests wait for it       |                                                     |
 * | fresh            | it                                       | exchange; all requests wait for it                  |
 * | nearly expired   | it, and an exchange begins beside it     | the same                                            |
 * | expired          | exchange; all requests wait for it       | the same                                            |
 * | clearly refused, |                                          |                                                     |
 * | exchange failed  | exchange; none before it may be repeated | the same                                            |
 *
 * The upstream answers an early exchange with the *same* token and its remaining seconds; exchanging again because few
 * seconds remain would never end. So exchanges keep a minimum interval; until it is over, the current token is used. A
 * token that is refused long before it expires is exchanged at once. If the next one is refused soon too, another token
 * may not help, or another client takes the token away each time: each further exchange keeps twice the distance. One
 * that fails is repeated after a wait that is doubled likewise, and which has a bound, so that polling goes on soon
 * after the exchange works again. Guarantee: neither key nor token is in any reason, error or inspection.
 */
export interface CredentialsOptions {
  /** A fixed token excludes an API key; exactly one of them is given. */
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly client: PitelClient;
  readonly time: Pick<Time, 'monotonic'>;
  /** What `conceal` removes too. */
  readonly otherSecrets?: readonly string[] | undefined;
}

export type Token = { readonly ok: true; readonly token: string } | NoToken;

/** As of a request that failed. */
export type NoToken = Pick<HttpFailure, 'ok' | 'reason' | 'retryAfterMs' | 'heldBackMs'>;

interface Held {
  readonly token: string;
  /** When the token was granted, should be replaced, and expires, by the monotonic clock. */
  readonly grantedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
}

const TOKEN_PATH = '/v3/auth/token';
const MINIMUM_INTERVAL_MS = 30_000;
/** After the first exchange that fails: short, since nothing can be polled without a token. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;
/** Between two exchanges of refused tokens, the first of which took place at once. */
const FIRST_DISTANCE_MS = 10_000;
const LONGEST_DISTANCE_MS = 300_000;
/** A token that lived this long was good: the next one is exchanged at once again. */
const LONG_LIFE_MS = 2 * LONGEST_DISTANCE_MS;
/** A token is replaced when a tenth of its life is left, but no earlier than this before it expires. */
const LONGEST_LEAD_MS = 300_000;

export class Credentials {
  readonly #fixed: string | null;
  readonly #apiKey: string | null;
  readonly #client: PitelClient;
  readonly #time: Pick<Time, 'monotonic'>;
  readonly #otherSecrets: readonly string[];
  #held: Held | null = null;
  /** The token before: an answer to a request that was sent with it may still come. */
  #previous: string | null = null;
  #exchange: Promise<Token> | null = null;
  /** What the last exchange failed with, and when the next may begin. Null after one that gave a token. */
  #failed: { readonly reason: string; readonly retryAfterMs: number | null; readonly until: number } | null =
    null;
  readonly #retries = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: LONGEST_RETRY_MS, random: () => 0 });
  /** How far apart exchanges of refused tokens are at present; its failures are tokens that were refused soon. */
  readonly #distances = new Backoff({
    firstMs: FIRST_DISTANCE_MS,
    maxMs: LONGEST_DISTANCE_MS,
    random: () => 0,
  });
  #distanceMs = 0;
  /** The last token that was refused, until it is accepted. */
  #refused: { readonly token: string; readonly how: TokenRefusal } | null = null;

  /** @throws Error unless exactly one of token and API key is given. */
  constructor({ token, apiKey, client, time, otherSecrets = [] }: CredentialsOptions) {
    if ((token === undefined) === (apiKey === undefined))
      throw new Error('give either a token or an API key');
    this.#fixed = token?.trim() ?? null;
    this.#apiKey = apiKey?.trim() ?? null;
    this.#client = client;
    this.#time = time;
    this.#otherSecrets = otherSecrets;
  }

  get isFixed(): boolean {
    return this.#fixed !== null;
  }

  /** The token to send, or why there is none; null where that needs an exchange. */
  atHand(): Token | null {
    if (this.#fixed !== null) return { ok: true, token: this.#fixed };
    const held = this.#held;
    const now = this.#time.monotonic();
    const refused = this.#refusalOf(held);
    const mustWait = refused === 'clear' && this.#failed !== null;
    if (held !== null && now < held.expiresAt && !mustWait) {
      // Replaced beside the polls: while the token is valid, no request waits for the next one.
      if (now >= held.renewAt && this.#mayExchange(now, MINIMUM_INTERVAL_MS)) void this.#exchanged();
      return { ok: true, token: held.token };
    }
    if (this.#mayExchange(now, refused === null ? MINIMUM_INTERVAL_MS : this.#distanceMs)) return null;
    if (this.#failed !== null) return this.#without(now);
    // Clocks differ: a token that is expired here may still be valid there, and the upstream decides.
    return { ok: true, token: held!.token };
  }

  /** A token to send. */
  async token(): Promise<Token> {
    return this.atHand() ?? (await this.#exchanged());
  }

  /** Another token than `refused`, which the upstream has refused; or why there is none; null where none may be had. */
  async renew(refused: string, how: TokenRefusal): Promise<Token | null> {
    if (this.#fixed !== null) return null;
    // Another request was refused before, and has renewed the token already.
    if (this.#held !== null && this.#held.token !== refused) return { ok: true, token: this.#held.token };
    this.#refused = { token: refused, how };
    const now = this.#time.monotonic();
    const sinceMs = now - (this.#held?.grantedAt ?? -Infinity);
    if (sinceMs >= LONG_LIFE_MS) {
      this.#distances.reset();
      this.#distanceMs = 0;
    }
    if (!this.#mayExchange(now, this.#distanceMs)) return this.#failed === null ? null : this.#without(now);
    return this.#exchanged();
  }

  /** The upstream has accepted the token. */
  accepted(token: string): void {
    if (this.#refused?.token === token) this.#refused = null;
  }

  /** The text without the secrets that are known here, in any of their `spellings`. */
  readonly conceal = (text: string): string =>
    [this.#fixed, this.#apiKey, this.#held?.token ?? null, this.#previous, ...this.#otherSecrets]
      .flatMap((secret) => (secret === null || secret === '' ? [] : spellings(secret)))
      .reduce((rest, spelling) => rest.replaceAll(spelling, '[…]'), text);

  /** Whether an exchange is under way or may begin, which keeps the distance from the last one that gave a token. */
  #mayExchange(now: number, distanceMs: number): boolean {
    if (this.#exchange !== null) return true;
    if (this.#failed !== null) return now >= this.#failed.until;
    return this.#held === null || now >= this.#held.grantedAt + distanceMs;
  }

  #refusalOf(held: Held | null): TokenRefusal | null {
    return held !== null && this.#refused?.token === held.token ? this.#refused.how : null;
  }

  /** Begins one exchange for all requests that wait. It never rejects. */
  #exchanged(): Promise<Token> {
    this.#exchange ??= this.#ask().finally(() => {
      this.#exchange = null;
    });
    return this.#exchange;
  }

  async #ask(): Promise<Token> {
    const answer = await this.#client.post(TOKEN_PATH, { api_key: this.#apiKey });
    const now = this.#time.monotonic();
    const granted = answer.ok ? readToken(answer.body) : null;
    if (granted === null) {
      const reason = answer.ok ? 'no token in the answer' : answer.reason;
      const { retryAfterMs } = answer;
      const waitMs = Math.max(
        this.#retries.next(),
        retryAfterMs ?? 0,
        (!answer.ok && answer.heldBackMs) || 0,
      );
      this.#failed = { reason: `token exchange: ${reason}`, retryAfterMs, until: now + waitMs };
      return this.#without(now);
    }
    if (this.#refusalOf(this.#held) !== null) this.#distanceMs = this.#distances.next();
    const lifeMs = granted.seconds === null ? Infinity : granted.seconds * 1000;
    const leadMs = Math.min(lifeMs / 10, LONGEST_LEAD_MS);
    if (this.#held !== null && this.#held.token !== granted.token) this.#previous = this.#held.token;
    this.#held = {
      token: granted.token,
      grantedAt: now,
      renewAt: now + lifeMs - leadMs,
      expiresAt: now + lifeMs,
    };
    this.#failed = null;
    this.#retries.reset();
    return { ok: true, token: granted.token };
  }

  /** Why there is no token: requests are held back until the next exchange may begin. */
  #without(now: number): NoToken {
    const { reason, retryAfterMs, until } = this.#failed!;
    return { ok: false, reason, retryAfterMs, heldBackMs: Math.max(0, until - now) };
  }
}

/** A secret as it is, as part of a URL, and in both kinds of base64, with or without padding. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replaceAll('=', '');
  // Most tokens are the same in several spellings, and a captured body is long.
  return [...new Set([secret, encodeURIComponent(secret), base64, bytes.toString('base64url')])];
}

/** A token and its seconds until it expires; null seconds: until the upstream answers 401. */
function readToken(body: Buffer): { readonly token: string; readonly seconds: number | null } | null {
  try {
    const answer = tokenAnswer.safeParse(JSON.parse(body.toString()));
    return answer.success ? { token: answer.data.token, seconds: answer.data.expired_in ?? null } : null;
  } catch {
    return null;
  }
}
