import type { Time } from '../../base/clock.js';
import type { HttpFailure, PitelClient } from './pitel-client.js';
import { tokenAnswer } from '../parse/answer-schemas.js';

/**
 * The bearer token of one tenant: fixed, or exchanged for an API key at `POST /v3/auth/token`.
 *
 * | token            | a token is needed                        | upstream answered 401                               |
 * |------------------|------------------------------------------|-----------------------------------------------------|
 * | fixed            | it                                       | refused: nothing else can be tried                  |
 * | none             | exchange; all requests wait for it       |                                                     |
 * | fresh            | it                                       | exchange; all requests wait for it                  |
 * | nearly expired   | it, and an exchange begins beside it     | the same                                            |
 * | expired          | exchange; all requests wait for it       | the same                                            |
 *
 * The upstream answers an early exchange with the *same* token and its remaining seconds; exchanging again because few
 * seconds remain would never end. So exchanges keep a minimum interval; until it is over, the current token is used or
 * the last refusal repeated. Guarantee: neither key nor token is in any reason, error or inspection.
 */
export interface CredentialsOptions {
  /** A fixed token excludes an API key; exactly one of them is given. */
  readonly token?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly client: PitelClient;
  readonly time: Pick<Time, 'monotonic'>;
}

export type Token = { readonly ok: true; readonly token: string } | TokenRefusal;

/** As of a request that failed. */
export type TokenRefusal = Pick<HttpFailure, 'ok' | 'reason' | 'retryAfterMs' | 'heldBackMs'>;

interface Held {
  readonly token: string;
  /** When the token should be replaced, and when it expires, by the monotonic clock. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

const TOKEN_PATH = '/v3/auth/token';
const MINIMUM_INTERVAL_MS = 30_000;
/** The minimum after a failed exchange: short, since nothing can be polled without a token. */
const FAILED_INTERVAL_MS = 2_000;
/** A token is replaced when a tenth of its life is left, but no earlier than this before it expires. */
const LONGEST_LEAD_MS = 300_000;

export class Credentials {
  readonly #fixed: string | null;
  readonly #apiKey: string | null;
  readonly #client: PitelClient;
  readonly #time: Pick<Time, 'monotonic'>;
  #held: Held | null = null;
  /** The token before: an answer to a request that was sent with it may still come. */
  #previous: string | null = null;
  #exchange: Promise<Token> | null = null;
  /** No exchange before this instant, and what the last one failed with. */
  #notBefore = -Infinity;
  #refusal: TokenRefusal | null = null;
  /** The last token that the upstream refused and that was therefore exchanged. */
  #refused: string | null = null;

  /** @throws Error unless exactly one of token and API key is given. */
  constructor({ token, apiKey, client, time }: CredentialsOptions) {
    if ((token === undefined) === (apiKey === undefined))
      throw new Error('give either a token or an API key');
    this.#fixed = token?.trim() ?? null;
    this.#apiKey = apiKey?.trim() ?? null;
    this.#client = client;
    this.#time = time;
  }

  /** The token to send, or why there is none; null where that needs an exchange. */
  atHand(): Token | null {
    if (this.#fixed !== null) return { ok: true, token: this.#fixed };
    const held = this.#held;
    const now = this.#time.monotonic();
    const mayExchange = this.#mayExchange(now);
    if (held !== null && now < held.expiresAt) {
      // Replaced beside the polls: while the token is valid, no request waits for the next one.
      if (now >= held.renewAt && mayExchange) void this.#exchanged();
      return { ok: true, token: held.token };
    }
    if (mayExchange) return null;
    if (this.#refusal !== null) return this.#refusal;
    // Clocks differ: a token that is expired here may still be valid there, and the upstream decides.
    return held === null ? refusal('asked too recently') : { ok: true, token: held.token };
  }

  /** A token to send. */
  async token(): Promise<Token> {
    return this.atHand() ?? (await this.#exchanged());
  }

  /** Another token than `refused`, which the upstream answered with 401, or why there is none. */
  async renew(refused: string): Promise<Token> {
    if (this.#fixed !== null) return { ok: false, reason: 'HTTP 401', retryAfterMs: null, heldBackMs: null };
    // Another request was refused before, and has renewed the token already.
    if (this.#held !== null && this.#held.token !== refused) return { ok: true, token: this.#held.token };
    if (!this.#mayExchange(this.#time.monotonic())) {
      if (this.#refusal !== null) return this.#refusal;
      // The exchange gave the refused token again. After a first refusal an exchange may begin at once: the token was
      // revoked.
      if (this.#refused === refused)
        return { ok: false, reason: 'HTTP 401 with a renewed token', retryAfterMs: null, heldBackMs: null };
    }
    this.#refused = refused;
    return this.#exchanged();
  }

  /** The text without the secrets that are known here, in any of their `spellings`. */
  readonly conceal = (text: string): string =>
    [this.#fixed, this.#apiKey, this.#held?.token ?? null, this.#previous]
      .flatMap((secret) => (secret === null || secret === '' ? [] : spellings(secret)))
      .reduce((rest, spelling) => rest.replaceAll(spelling, '[…]'), text);

  #mayExchange(now: number): boolean {
    return this.#exchange !== null || now >= this.#notBefore;
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
      this.#refusal = answer.ok ? refusal('no token in the answer') : refusal(answer.reason, answer);
      this.#notBefore = now + Math.max(FAILED_INTERVAL_MS, this.#refusal.retryAfterMs ?? 0);
      return this.#refusal;
    }
    const lifeMs = granted.seconds === null ? Infinity : granted.seconds * 1000;
    const leadMs = Math.min(lifeMs / 10, LONGEST_LEAD_MS);
    if (this.#held !== null && this.#held.token !== granted.token) this.#previous = this.#held.token;
    this.#held = { token: granted.token, renewAt: now + lifeMs - leadMs, expiresAt: now + lifeMs };
    this.#refusal = null;
    this.#notBefore = now + MINIMUM_INTERVAL_MS;
    return { ok: true, token: granted.token };
  }
}

/** A secret as it is, as part of a URL, and in both kinds of base64, with or without padding. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64').replace(/=+$/, '');
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

function refusal(
  reason: string,
  waits: Partial<Pick<TokenRefusal, 'retryAfterMs' | 'heldBackMs'>> = {},
): TokenRefusal {
  const { retryAfterMs = null, heldBackMs = null } = waits;
  return { ok: false, reason: `token exchange: ${reason}`, retryAfterMs, heldBackMs };
}
