import { createHash } from 'node:crypto';
import { FaultPlan } from './faults.js';
import type { World } from './world.js';

/** One Pitel account at the simulated upstream: its world, its secrets, its faults, and who looked when. */
export interface TenantOptions {
  readonly world: World;
  /** A fixed bearer token, valid for ever. */
  readonly token?: string;
  /** The key that `POST /v3/auth/token` exchanges for a token. */
  readonly apiKey?: string;
  /** How long an exchanged token lives; default 24 h (samples: 24 h to 174 days, `docs/upstream.md`). */
  readonly tokenLifetimeMs?: number;
}

/** Bounds the memory of a soak: a day of two polls a second. */
const POLLS_KEPT = 172_800;

export class Tenant {
  readonly faults = new FaultPlan();
  /** When the honest and complete answers were rendered that went out whole. */
  readonly polls: { readonly monitor: number[]; readonly queue: number[] } = { monitor: [], queue: [] };
  /** Requests for a registration. */
  registrationsAsked = 0;
  #issued: { readonly token: string; readonly until: number } | null = null;
  #issues = 0;

  constructor(private readonly options: TenantOptions) {}

  get world(): World {
    return this.options.world;
  }

  get apiKey(): string | undefined {
    return this.options.apiKey;
  }

  get fixedToken(): string | undefined {
    return this.options.token;
  }

  /** Asking again returns the same token with the seconds that remain (`docs/upstream.md`, mark S). */
  issueToken(now: number): { readonly token: string; readonly expiresInS: number } {
    if (this.#issued === null || this.#issued.until <= now) {
      this.#issues += 1;
      const digest = createHash('sha256')
        .update(`${this.options.apiKey}:${this.#issues}`)
        .digest('base64url');
      this.#issued = { token: digest, until: now + (this.options.tokenLifetimeMs ?? 86_400_000) };
    }
    const { token, until } = this.#issued;
    return { token, expiresInS: Math.max(1, Math.floor((until - now) / 1000)) };
  }

  accepts(token: string, now: number): boolean {
    if (token === this.options.token) return true;
    return this.#issued !== null && this.#issued.token === token && now < this.#issued.until;
  }

  expireToken(): void {
    this.#issued = null;
  }

  notePoll(endpoint: 'monitor' | 'queue', at: number): void {
    const polls = this.polls[endpoint];
    polls.push(at);
    if (polls.length > POLLS_KEPT * 1.1) polls.splice(0, polls.length - POLLS_KEPT);
  }
}
