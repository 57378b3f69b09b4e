import type { PollResult } from '../../source/poll-result.js';

/**
 * Says what share of its chosen rate a tenant is polled at, in (0, 1]: halved when the PBX is in trouble, and raised
 * again slowly.
 *
 * Trouble is a 429, a 5xx, no answer, or answers that take `SLOWER` times as long as that endpoint's usually do. A
 * request that was sent before the last halving causes no other one: two endpoints that fail together are one trouble.
 * Pure arithmetic over instants of the monotonic clock, in milliseconds.
 */
export class Throttle {
  #rate = 1;
  #at: number;
  #halvedAt = -Infinity;
  /** By endpoint: how long its answers usually take, and how long they have taken lately. */
  readonly #latencies = new Map<string, { usual: number; lately: number }>();

  constructor(now: number) {
    this.#at = now;
  }

  rate(now: number): number {
    this.#rate = Math.min(1, this.#rate + (now - this.#at) / RECOVERY_MS);
    this.#at = now;
    return this.#rate;
  }

  answered({ endpoint, tookMs, sentAt }: PollResult, now: number): void {
    const known = this.#latencies.get(endpoint);
    if (known === undefined) {
      this.#latencies.set(endpoint, { usual: tookMs, lately: tookMs });
      return;
    }
    known.lately += (tookMs - known.lately) * LATELY_WEIGHT;
    const isSlow = known.lately > known.usual * SLOWER + UNNOTICED_MS;
    const weight = tookMs < known.usual ? USUAL_FALLS : USUAL_RISES;
    known.usual += (tookMs - known.usual) * weight;
    if (!isSlow) return;
    this.troubled(sentAt, now);
    // The next halving needs new slow answers.
    known.lately = known.usual;
  }

  troubled(sentAt: number, now: number): void {
    const rate = this.rate(now);
    if (sentAt < this.#halvedAt) return;
    this.#rate = Math.max(rate / 2, LOWEST_RATE);
    this.#halvedAt = now;
  }
}

/** From 0 to the full rate; one halving is thus made up for in half a minute. */
const RECOVERY_MS = 60_000;
const LOWEST_RATE = 1 / 8;
/** Answers three times as slow mean that requests queue up somewhere; less is ordinary variation. */
const SLOWER = 3;
/** Added to the bound, since an answer of a few milliseconds takes three times as long by chance. */
const UNNOTICED_MS = 100;
/** Two or three slow answers make a difference, one does not. */
const LATELY_WEIGHT = 0.3;
/** The usual time follows faster answers within some ten answers, and slower ones within some hundred. */
const USUAL_FALLS = 0.1;
const USUAL_RISES = 0.005;
